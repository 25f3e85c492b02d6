"""The same numbers in another shape, or a part of them."""

from math import prod

from brew.layer import Layer, register


@register("Flatten")
class Flatten(Layer):
    r"""Merge neighbouring axes into one.

    .. math:: y_{n, (c h w)} = x_{n, c, h, w}

    ======  =================  ==================================================
    bottom  x (N, C, h, w)     any number of axes
    top     y (N, C h w)       shares the memory of x
    params  none
    proto   ``flatten_param``  ``axis`` [1]: the first axis to merge;
                               ``end_axis`` [-1]: the last one
    ======  =================  ==================================================

    Backward: nothing to do; the diff is shared too.

    Source: Caffe.

    Example::

        layer {
          name: "flat" type: "Flatten"
          bottom: "pool2"  # (2, 8, 4, 4)
          top: "flat"
          flatten_param { axis: 1 }
        }
    """

    bottoms, tops = 1, 1

    def setup(self, bottom, top):
        p = self.param.flatten_param
        self.axis, self.end_axis = p.axis, p.end_axis

    def top_shapes(self, x):
        first, last = self.axis_index(self.axis, x), self.axis_index(self.end_axis, x)
        if first > last:
            self.require(False, f"axis {first} comes after end_axis {last}; swap them")
        return [(*x[:first], prod(x[first : last + 1]), *x[last + 1 :])]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        top[0].share_data(bottom[0])
        top[0].share_diff(bottom[0])

    def forward(self, bottom, top):
        """Do nothing: the top is the bottom."""

    def backward(self, top, propagate_down, bottom):
        """Do nothing: the top's diff is the bottom's."""


@register("Reshape")
class Reshape(Layer):
    r"""Give the same numbers another shape.

    .. math:: y_0, y_1, \dots = x_0, x_1, \dots \text{ in row-major order}

    ======  =================  ==================================================
    bottom  x (any shape)
    top     y (the new shape)  shares the memory of x
    params  none
    proto   ``reshape_param``  ``shape``: its dims replace the axes of x; 0
                               copies the size of the axis at the same place, -1
                               (once) is what is left; ``axis`` [0]: the first
                               axis to replace, -1 is behind the last;
                               ``num_axes`` [-1]: how many, -1 is all
    ======  =================  ==================================================

    Backward: nothing to do; the diff is shared too.

    Source: Caffe.

    Example::

        layer {
          name: "rows" type: "Reshape"
          bottom: "pool2"  # (2, 8, 4, 4)
          top: "rows"
          reshape_param { shape { dim: 0 dim: 8 dim: -1 } }
        }
    """

    bottoms, tops = 1, 1

    def setup(self, bottom, top):
        p = self.param.reshape_param
        self.dims, self.axis, self.num_axes = list(p.shape.dim), p.axis, p.num_axes
        self.require(
            min(self.dims, default=0) >= -1 and self.dims.count(-1) <= 1,
            f"the dims {self.dims} must be 0, positive, or -1 once",
        )
        self.require(
            p.num_axes >= -1, f"num_axes is {p.num_axes}; choose 0 or more, or -1"
        )

    def top_shapes(self, x):
        start, end = self._replaced_axes(x)
        before, after = x[:start], x[end:]
        dims = self._copied(x[start:])
        if -1 in dims:
            known = prod(before) * prod(after) * prod(dim for dim in dims if dim != -1)
            dims[dims.index(-1)] = prod(x) // max(1, known)
        y = (*before, *dims, *after)
        if prod(y) != prod(x):
            self.require(
                False,
                f"shape {y} holds {prod(y)} numbers, not {prod(x)}; let one dim be -1",
            )
        return [y]

    def _copied(self, sizes):
        """Return dims with the sizes of the bottom in place of zeros."""
        if 0 in self.dims[len(sizes) :]:
            self.require(
                False,
                f"in dims {self.dims} a 0 copies an axis that is not there; the "
                f"axes from axis on are {sizes}",
            )
        return [sizes[i] if dim == 0 else dim for i, dim in enumerate(self.dims)]

    def _replaced_axes(self, x):
        """Return the first axis to replace, and the one behind the last."""
        start = self.axis if self.axis >= 0 else len(x) + self.axis + 1
        end = len(x) if self.num_axes == -1 else start + self.num_axes
        if not 0 <= start <= end <= len(x):
            self.require(
                False,
                f"axis {self.axis} and num_axes {self.num_axes} reach beyond the "
                f"{len(x)} axes of {x}",
            )
        return start, end

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        top[0].share_data(bottom[0])
        top[0].share_diff(bottom[0])

    def forward(self, bottom, top):
        """Do nothing: the top is the bottom."""

    def backward(self, top, propagate_down, bottom):
        """Do nothing: the top's diff is the bottom's."""


@register("Crop")
class Crop(Layer):
    r"""Cut out a block that is as large as another blob.

    .. math:: y_{n c i j} = x_{n, c, i + o_h, j + o_w}

    ======  ==================  =================================================
    bottom  x (N, C, h, w),     the blob to cut from, and one whose sizes from
            like (.., oh, ow)   ``axis`` on are the sizes to cut out
    top     y (N, C, oh, ow)
    params  none
    proto   ``crop_param``      ``axis`` [2]: the first axis to crop;
                                ``offset``: where the block begins, none (0), one
                                for all cropped axes, or one for each
    ======  ==================  =================================================

    Backward: dx = dy in the block, 0 around it. The gradient of ``like`` is 0.

    Source: Long et al., "Fully Convolutional Networks for Semantic Segmentation",
    2015, arXiv:1411.4038, where it lines up maps of different size.

    Example::

        layer {
          name: "crop" type: "Crop"
          bottom: "upscored"  # (2, 3, 10, 10)
          bottom: "data"  # (2, 3, 6, 6)
          top: "score"
          crop_param { axis: 2 offset: 2 }
        }
    """

    bottoms, tops = 2, 1

    def setup(self, bottom, top):
        p = self.param.crop_param
        self.axis, self.offsets = p.axis, list(p.offset)

    def _block(self, x, like):
        """Return the slices of the cropped axes."""
        axis = self.axis_index(self.axis, x)
        num_cropped = len(x) - axis
        offsets = self.offsets or [0]
        if len(offsets) == 1:
            offsets = offsets * num_cropped
        if len(offsets) != num_cropped or len(like) < len(x):
            self.require(
                False,
                f"{num_cropped} axes are cropped; give none, one or {num_cropped} "
                "offset, and bottoms with equally many axes",
            )
        sizes = like[axis : len(x)]
        for i, (start, size) in enumerate(zip(offsets, sizes, strict=True), axis):
            if start + size > x[i]:
                self.require(
                    False,
                    f"a block of {size} at offset {start} ends beyond axis {i}, which "
                    f"has {x[i]}; choose a smaller offset",
                )
        return [slice(o, o + s) for o, s in zip(offsets, sizes, strict=True)]

    def top_shapes(self, x, like):
        block = self._block(x, like)
        sizes = [part.stop - part.start for part in block]
        return [(*x[: len(x) - len(block)], *sizes)]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        self.block = (..., *self._block(bottom[0].shape, bottom[1].shape))

    def forward(self, bottom, top):
        top[0].data[...] = bottom[0].data[self.block]

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            bottom[0].diff[...] = 0.0
            bottom[0].diff[self.block] = top[0].diff
        if propagate_down[1]:
            bottom[1].diff[...] = 0.0
