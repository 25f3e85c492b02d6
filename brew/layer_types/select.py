"""Layers that pick what goes on."""

from brew.layer import Layer, register


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
    """

    bottoms, tops, in_place = (1, None), 0, False

    def top_shapes(self, *xs):
        return []

    def forward(self, bottom, top):
        """Do nothing."""

    def backward(self, top, propagate_down, bottom):
        for blob, wanted in zip(bottom, propagate_down, strict=True):
            if wanted:
                blob.diff[...] = 0.0
