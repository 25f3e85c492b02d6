"""Pointwise functions from school: powers."""

from brew.layer import Layer, register
from brew.ops import power


@register("Power")
class Power(Layer):
    r"""Scale, shift, and raise to a power.

    .. math:: y = (b + a x)^p

    ======  ===============  ====================================================
    bottom  x (any shape)
    top     y (any shape)    same shape as x; may be x itself if p is 1
    params  none
    proto   ``power_param``  ``power`` [1]: p; ``scale`` [1]: a; ``shift`` [0]: b
    ======  ===============  ====================================================

    Backward: dx = dy p a (b + a x)^(p - 1); 0 if p a is 0.

    Source: Caffe. Caffe computes the power as y / (b + a x), which is 0 / 0 where
    b + a x is 0; here the gradient is right there too.
    """

    bottoms, tops = 1, 1

    @property
    def in_place(self):
        """Whether backward can do without x."""
        return self.param.power_param.power == 1

    def setup(self, bottom, top):
        p = self.param.power_param
        self.constants = p.power, p.scale, p.shift

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        power.forward(bottom[0].data, *self.constants, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            power.backward(
                top[0].diff, bottom[0].data, *self.constants, out=bottom[0].diff
            )
