"""Several blobs become one, or one becomes several."""

from itertools import pairwise
from math import prod

from brew.blob import Blob
from brew.layer import Layer, register
from brew.ops import eltwise

PROD, SUM, MAX = range(3)  # as in EltwiseParameter


@register("Eltwise")
class Eltwise(Layer):
    r"""Add, multiply or take the maximum of blobs, place by place.

    .. math:: y = \sum_i c_i x_i, \quad y = \prod_i x_i \quad \text{or} \quad
              y = \max_i x_i

    ======  =================  ==================================================
    bottom  x0, x1, ... (any   two or more, of one shape
            shape)
    top     y (same shape)
    params  none
    proto   ``eltwise_param``  ``operation`` [SUM]: or PROD, MAX;
                               ``coeff`` [all 1]: c, one for each bottom, for SUM;
                               ``stable_prod_grad`` [true]: for PROD, multiply the
                               other x; false: divide y by x, faster with many
                               bottoms, but 0 / 0 where x is 0
    ======  =================  ==================================================

    Backward: dx_i = c_i dy (SUM), dy times the product of the others (PROD), dy
    where x_i is the maximum, else 0 (MAX). If x0 and x1 are both the maximum, x1
    gets the gradient; later ones get it only if they are strictly larger.

    Source: Caffe.

    Example::

        layer {
          name: "shortcut" type: "Eltwise"
          bottom: "branch1"  # (2, 8, 6, 6)
          bottom: "branch2"  # (2, 8, 6, 6)
          top: "sum"
          eltwise_param { operation: SUM }
        }
    """

    bottoms, tops = (2, None), 1

    def setup(self, bottom, top):
        p = self.param.eltwise_param
        self.operation, self.is_stable = p.operation, p.stable_prod_grad
        self.coeffs = list(p.coeff) or [1.0] * len(bottom)
        self.require(
            len(self.coeffs) == len(bottom),
            f"{len(self.coeffs)} coeff for {len(bottom)} bottoms; give one for each, "
            "or none",
        )
        self.require(
            self.operation == SUM or not p.coeff,
            "coeff is for operation: SUM only; remove it",
        )
        self.winner = Blob(dtype="int32")

    def top_shapes(self, *xs):
        if any(x != xs[0] for x in xs):
            self.require(False, "all bottoms must have one shape; make them equal")
        return [xs[0]]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        if self.operation == MAX:
            self.winner.reshape(bottom[0].shape)

    def forward(self, bottom, top):
        xs, y = [blob.data for blob in bottom], top[0].data
        if self.operation == SUM:
            eltwise.sum_forward(xs, self.coeffs, out=y)
        elif self.operation == PROD:
            eltwise.product_forward(xs, out=y)
        else:
            eltwise.maximum_forward(xs, self.winner.data, out=y)

    def backward(self, top, propagate_down, bottom):
        dy = top[0].diff
        for i, blob in enumerate(bottom):
            if not propagate_down[i]:
                continue
            if self.operation == SUM:
                eltwise.sum_backward(dy, self.coeffs[i], out=blob.diff)
            elif self.operation == MAX:
                eltwise.maximum_backward(dy, self.winner.data, i, out=blob.diff)
            elif self.is_stable:
                xs = [blob.data for blob in bottom]
                eltwise.product_backward(dy, xs, i, out=blob.diff)
            else:
                eltwise.product_backward_by_division(
                    dy, blob.data, top[0].data, out=blob.diff
                )


@register("Concat")
class Concat(Layer):
    r"""Lay blobs behind one another along an axis.

    .. math:: y = [x_0, x_1, \dots]

    ======  =================  ==================================================
    bottom  x0, x1, ... (N,    one or more; their shapes may differ along
            C_i, ...)          ``axis`` only
    top     y (N, C, ...)      C is the sum of the C_i
    params  none
    proto   ``concat_param``   ``axis`` [1];
                               ``concat_dim`` [1]: the old name of axis
    ======  =================  ==================================================

    Backward: dx_i is its part of dy. A single bottom shares its memory with the top.

    Source: Caffe.

    Example::

        layer {
          name: "inception" type: "Concat"
          bottom: "conv1x1"  # (2, 8, 6, 6)
          bottom: "conv3x3"  # (2, 4, 6, 6)
          top: "inception"
          concat_param { axis: 1 }
        }
    """

    bottoms, tops = (1, None), 1

    def setup(self, bottom, top):
        p = self.param.concat_param
        self.require(
            not (p.HasField("axis") and p.HasField("concat_dim")),
            "axis and concat_dim mean the same; give axis only",
        )
        self.axis = p.concat_dim if p.HasField("concat_dim") else p.axis

    def top_shapes(self, *xs):
        axis = self.axis_index(self.axis, xs[0])
        frames = {(*x[:axis], "any", *x[axis + 1 :]) for x in xs}
        if len(frames) > 1:
            self.require(
                False,
                f"the shapes of the bottoms may differ along axis {axis} only; make "
                "the others equal",
            )
        total = sum(x[axis] for x in xs)
        return [(*xs[0][:axis], total, *xs[0][axis + 1 :])]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        if len(bottom) == 1:
            top[0].share_data(bottom[0])
            top[0].share_diff(bottom[0])

    def forward(self, bottom, top):
        if len(bottom) > 1:
            xs = [blob.data for blob in bottom]
            self.xp.concatenate(xs, axis=self.axis, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if len(bottom) == 1:
            return
        dy, start = top[0].diff, 0
        axis = self.axis % dy.ndim
        for blob, wanted in zip(bottom, propagate_down, strict=True):
            end = start + blob.shape[axis]
            if wanted:
                blob.diff[...] = dy[(slice(None),) * axis + (slice(start, end),)]
            start = end


@register("Split")
class Split(Layer):
    r"""Hand a blob to several layers, and add up the gradients they return.

    .. math:: y_j = x

    The net puts a Split wherever a blob has more than one user.

    ======  =====================  ==============================================
    bottom  x (any shape)
    top     y0, y1, ... (same      one or more; they share the memory of x
            shape)
    params  none
    proto   none
    ======  =====================  ==============================================

    Backward: dx = dy0 + dy1 + ...

    Source: Caffe.

    Example::

        layer {
          name: "split" type: "Split"
          bottom: "data"  # (2, 3)
          top: "data_for_a" top: "data_for_b"
        }
    """

    bottoms, tops = 1, (1, None)

    def setup(self, bottom, top):
        self.num_tops = len(top)

    def top_shapes(self, x):
        return [x] * self.num_tops

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        for blob in top:
            blob.share_data(bottom[0])

    def forward(self, bottom, top):
        """Do nothing: the tops are the bottom."""

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            dys = [blob.diff for blob in top]
            eltwise.sum_forward(dys, [1.0] * len(dys), out=bottom[0].diff)


@register("Slice")
class Slice(Layer):
    r"""Cut a blob into pieces along an axis.

    .. math:: [y_0, y_1, \dots] = x

    ======  ==================  =================================================
    bottom  x (N, C, ...)
    top     y0, y1, ... (N,     one or more; the C_i add up to C
            C_i, ...)
    params  none
    proto   ``slice_param``     ``axis`` [1]; ``slice_point``: where to cut, one
                                less than tops, rising; if none, into equal parts;
                                ``slice_dim`` [1]: the old name of axis
    ======  ==================  =================================================

    Backward: dx = [dy0, dy1, ...]. A single top shares its memory with the bottom.

    Source: Caffe.

    Example::

        layer {
          name: "pairs" type: "Slice"
          bottom: "pairs"  # (4, 2, 6, 6)
          top: "left" top: "right"
          slice_param { axis: 1 slice_point: 1 }
        }
    """

    bottoms, tops = 1, (1, None)

    def setup(self, bottom, top):
        p = self.param.slice_param
        self.require(
            not (p.HasField("axis") and p.HasField("slice_dim")),
            "axis and slice_dim mean the same; give axis only",
        )
        self.axis = p.slice_dim if p.HasField("slice_dim") else p.axis
        self.points, self.num_tops = list(p.slice_point), len(top)
        if self.points and len(self.points) != self.num_tops - 1:
            self.require(
                False,
                f"{len(self.points)} slice_point for {self.num_tops} tops; give "
                f"{self.num_tops - 1}, or none for equal parts",
            )

    def _cuts(self, size):
        """Return where the parts of an axis of this size begin, and its end."""
        if not self.points and size % self.num_tops == 0:
            part = size // self.num_tops
            return [i * part for i in range(self.num_tops + 1)]
        cuts = [0, *self.points, size]
        rising = all(below < above for below, above in pairwise(cuts[:-1]))
        if not (self.points and rising and cuts[-2] <= size):
            self.require(
                False,
                f"an axis of size {size} cannot be cut into {self.num_tops} parts at "
                f"{self.points or 'equal distances'}; choose rising slice_point in it",
            )
        return cuts

    def top_shapes(self, x):
        axis = self.axis_index(self.axis, x)
        return [
            (*x[:axis], end - start, *x[axis + 1 :])
            for start, end in pairwise(self._cuts(x[axis]))
        ]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        if len(top) == 1:
            top[0].share_data(bottom[0])
            top[0].share_diff(bottom[0])

    def _parts(self, x):
        axis = self.axis % x.ndim
        for start, end in pairwise(self._cuts(x.shape[axis])):
            yield x[(slice(None),) * axis + (slice(start, end),)]

    def forward(self, bottom, top):
        if len(top) > 1:
            for part, blob in zip(self._parts(bottom[0].data), top, strict=True):
                blob.data[...] = part

    def backward(self, top, propagate_down, bottom):
        if len(top) > 1 and propagate_down[0]:
            for part, blob in zip(self._parts(bottom[0].diff), top, strict=True):
                part[...] = blob.diff


@register("Tile")
class Tile(Layer):
    r"""Lay copies of a blob behind one another along an axis.

    .. math:: y = [x, x, \dots]

    ======  ==============  =====================================================
    bottom  x (N, C, ...)
    top     y (N, t C,      t copies along ``axis``
            ...)
    params  none
    proto   ``tile_param``  ``axis`` [1]; ``tiles``: t > 0, must be given
    ======  ==============  =====================================================

    Backward: dx is the sum of the t parts of dy.

    Source: Caffe.

    Example::

        layer {
          name: "tile" type: "Tile"
          bottom: "style"  # (2, 8, 1)
          top: "tiled"
          tile_param { axis: 2 tiles: 6 }
        }
    """

    bottoms, tops = 1, 1

    def setup(self, bottom, top):
        p = self.param.tile_param
        self.axis, self.tiles = p.axis, p.tiles
        self.require(
            p.tiles > 0, f"tiles is {p.tiles}; give how many copies are wanted"
        )

    def top_shapes(self, x):
        axis = self.axis_index(self.axis, x)
        return [(*x[:axis], self.tiles * x[axis], *x[axis + 1 :])]

    def _fold(self, shape, tiles):
        axis = self.axis % len(shape)
        return prod(shape[:axis]), tiles, prod(shape[axis:])

    def forward(self, bottom, top):
        shape = bottom[0].shape
        x = bottom[0].data.reshape(self._fold(shape, 1))
        top[0].data.reshape(self._fold(shape, self.tiles))[...] = x

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            dx = bottom[0].diff
            copies = top[0].diff.reshape(self._fold(dx.shape, self.tiles))
            dx[...] = copies.sum(axis=1).reshape(dx.shape)
