"""Layers that pick what goes on."""

from brew import backend
from brew.layer import Layer, register
from brew.ops import labels


@register("Silence")
class Silence(Layer):
    r"""Swallow blobs that nobody needs, so that they are no outputs of the net.

    .. math:: \frac{\partial L}{\partial x_i} = 0

    ======  ==================  =================================================
    bottom  x0, x1, ... (any    one or more
            shapes)
    top     none
    params  none
    proto   none
    ======  ==================  =================================================

    Backward: dx_i = 0.

    Source: Caffe.

    Example::

        layer {
          name: "silence" type: "Silence"
          bottom: "label"  # (4,)
        }
    """

    bottoms, tops = (1, None), 0

    def top_shapes(self, *xs):
        return []

    def forward(self, bottom, top):
        """Do nothing."""

    def backward(self, top, propagate_down, bottom):
        for blob, wanted in zip(bottom, propagate_down, strict=True):
            if wanted:
                blob.diff[...] = 0.0


@register("Filter")
class Filter(Layer):
    r"""Let only some items of the batch pass, as a selector says.

    .. math:: y_i = \text{the items } x_{i,n} \text{ with } s_n \ne 0

    Before the first forward the tops have room for all items.

    ======  ====================  ===============================================
    bottom  x0, x1, ... (N,       one or more blobs, and the selector, one number
            ...), s (N,)          for each item
    top     y0, y1, ... (N',      one for each x; N' items are selected, perhaps
            ...)                  none
    params  none
    proto   none
    ======  ====================  ===============================================

    Backward: dx_i is dy_i at the items that passed, 0 at the others. No gradient
    goes to the selector.

    Source: Caffe.

    Example::

        layer {
          name: "filter" type: "Filter"
          bottom: "data"  # (4, 3)
          bottom: "label"  # (4,)
          bottom: "wanted"  # (4,)
          top: "some_data" top: "some_label"
        }
    """

    bottoms, tops = (2, None), (1, None)

    @property
    def gradient_to(self):
        """All bottoms but the selector."""
        return tuple(range(len(self.param.bottom) - 1))

    def setup(self, bottom, top):
        self.require(
            len(top) == len(bottom) - 1,
            f"{len(top)} tops for {len(bottom)} bottoms; name one for each bottom but "
            "the last, which selects",
        )
        self.selected = None

    def top_shapes(self, *shapes):
        *xs, selector = shapes
        if any(shape[:1] != selector[:1] for shape in xs) or any(
            size != 1 for size in selector[1:]
        ):
            self.require(
                False,
                "the selector (the last bottom) must have one number for each item "
                "of the others",
            )
        return xs

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        if self.selected is None:  # the net is being built: there is no data yet
            self.selected = []
            return
        selector = backend.to_host(bottom[-1].data).reshape(-1)
        (self.selected,) = selector.nonzero()
        for blob in top:
            blob.reshape(len(self.selected), *blob.shape[1:])

    def forward(self, bottom, top):
        for below, above in zip(bottom, top, strict=False):
            above.data[...] = below.data[self.selected]

    def backward(self, top, propagate_down, bottom):
        for i, above in enumerate(top):
            if propagate_down[i]:
                bottom[i].diff[...] = 0.0
                bottom[i].diff[self.selected] = above.diff


@register("BatchReindex")
class BatchReindex(Layer):
    r"""Pick items of the batch by their index: reorder, repeat or leave out.

    .. math:: y_i = x_{j_i}

    ======  ================  ===================================================
    bottom  x (N, ...),       the items, and which ones to take, from 0 to N - 1
            j (I,)
    top     y (I, ...)
    params  none
    proto   none
    ======  ================  ===================================================

    Backward: dx_n is the sum of the dy_i with j_i = n. No gradient goes to j.

    Source: Caffe.

    Example::

        layer {
          name: "pick" type: "BatchReindex"
          bottom: "data"  # (4, 3, 6, 6)
          bottom: "index"  # (2,)
          top: "picked"
        }
    """

    bottoms, tops, gradient_to = 2, 1, (0,)

    def top_shapes(self, x, j):
        if len(j) != 1 or not x:
            self.require(
                False, "the indices (the last bottom) must have one axis: (I,)"
            )
        return [(*j, *x[1:])]

    def forward(self, bottom, top):
        x, j = bottom[0].data, bottom[1].data
        self.indices, problem = labels.read_indices(j, len(x))
        self.require(not problem, f"{problem}; mend the indices", bottom[1])
        top[0].data[...] = x[self.indices]

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            bottom[0].diff[...] = 0.0
            self.xp.add.at(bottom[0].diff, self.indices, top[0].diff)
