"""Squashers: any number becomes one between two bounds."""

from brew.layer import Layer, register
from brew.ops import activation


@register("Sigmoid")
class Sigmoid(Layer):
    r"""Squash numbers to between 0 and 1.

    .. math:: y = \frac{1}{1 + e^{-x}}

    ======  =================  ==================================================
    bottom  x (any shape)
    top     y (any shape)      same shape as x; may be x itself (in place)
    params  none
    proto   ``sigmoid_param``  ``engine`` [DEFAULT]: not used
    ======  =================  ==================================================

    Backward: dx = dy y (1 - y).

    Source: Caffe. The logistic curve of Verhulst, 1845.
    """

    bottoms, tops, in_place = 1, 1, True

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        activation.sigmoid_forward(bottom[0].data, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            activation.sigmoid_backward(top[0].diff, top[0].data, out=bottom[0].diff)


@register("TanH")
class TanH(Layer):
    r"""Squash numbers to between -1 and 1.

    .. math:: y = \tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}

    ======  ==============  =====================================================
    bottom  x (any shape)
    top     y (any shape)   same shape as x; may be x itself (in place)
    params  none
    proto   ``tanh_param``  ``engine`` [DEFAULT]: not used
    ======  ==============  =====================================================

    Backward: dx = dy (1 - y^2).

    Source: LeCun et al., "Efficient BackProp", 1998, on why it learns faster than
    the sigmoid.
    """

    bottoms, tops, in_place = 1, 1, True

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        activation.tanh_forward(bottom[0].data, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            activation.tanh_backward(top[0].diff, top[0].data, out=bottom[0].diff)
