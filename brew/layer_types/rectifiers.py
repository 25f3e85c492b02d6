"""Rectifiers: the negative side is cut off or made small."""

from brew.layer import Layer, register
from brew.ops import activation


@register("ReLU")
class ReLU(Layer):
    r"""Keep positive numbers, cut off or shrink negative ones.

    .. math:: y = \max(0, x) + s \min(0, x)

    ======  ==============  =====================================================
    bottom  x (any shape)
    top     y (any shape)   same shape as x; may be x itself if s is not negative
    params  none
    proto   ``relu_param``  ``negative_slope`` [0]: s;
                            ``engine`` [DEFAULT]: not used
    ======  ==============  =====================================================

    Backward: dx = dy where x > 0, else s dy (also at x = 0).

    Source: Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann
    Machines", 2010; the slope: Maas et al., "Rectifier Nonlinearities Improve
    Neural Network Acoustic Models", 2013.
    """

    bottoms, tops = 1, 1

    @property
    def in_place(self):
        """Whether backward can tell the sign of x from y."""
        return self.param.relu_param.negative_slope >= 0

    def setup(self, bottom, top):
        self.slope = self.param.relu_param.negative_slope

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        activation.relu_forward(bottom[0].data, self.slope, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            activation.relu_backward(
                top[0].diff, bottom[0].data, self.slope, out=bottom[0].diff
            )
