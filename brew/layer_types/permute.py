"""Permute: the axes of a blob in another order."""

from brew.layer import Layer, register
from brew.ops import permute


@register("Permute")
class Permute(Layer):
    r"""Put the axes into another order.

    .. math:: y_{n, i, j, c} = x_{n, c, i, j} \text{ with order } 0, 2, 3, 1

    ======  =================  ==================================================
    bottom  x (N, C, h, w)     any number of axes
    top     y (N, h, w, C)     the same numbers, moved in memory
    params  none
    proto   ``permute_param``  ``order``: once for each axis of the top, which
                               axis of x it is; negative ones count from the end;
                               axes that are not named follow in their old order
    ======  =================  ==================================================

    Backward: dx = dy with its axes put back.

    Source: Liu et al., "SSD: Single Shot MultiBox Detector", 2016,
    arXiv:1512.02325, whose branch of Caffe has it. In a transformer it parts the
    heads: (N, T, H, K) becomes (N, H, T, K).

    Example::

        layer {
          name: "heads" type: "Permute"
          bottom: "parts"  # (2, 5, 4, 8)
          top: "heads"
          permute_param { order: 0 order: 2 order: 1 order: 3 }
        }
    """

    bottoms, tops = 1, 1

    def _order(self, x):
        """Return the whole order for an x of this shape."""
        named = [self.axis_index(axis, x) for axis in self.param.permute_param.order]
        if len(set(named)) < len(named):
            self.require(False, f"order {named} names an axis twice; name each once")
        return (*named, *(axis for axis in range(len(x)) if axis not in named))

    def top_shapes(self, x):
        return [tuple(x[axis] for axis in self._order(x))]

    def forward(self, bottom, top):
        x = bottom[0].data
        permute.permute(x, self._order(x.shape), out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            order = self._order(bottom[0].shape)
            back = tuple(order.index(axis) for axis in range(len(order)))
            permute.permute(top[0].diff, back, out=bottom[0].diff)
