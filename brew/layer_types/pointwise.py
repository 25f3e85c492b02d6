"""Pointwise functions from school: absolute value, powers, exponentials, logarithms."""

from math import isfinite, log

from brew.layer import Layer, register
from brew.ops import exponential, power


@register("AbsVal")
class AbsVal(Layer):
    r"""Take absolute values.

    .. math:: y = |x|

    ======  =============  ======================================================
    bottom  x (any shape)
    top     y (any shape)  same shape as x
    params  none
    proto   none
    ======  =============  ======================================================

    Backward: dx = dy where x > 0, -dy where x < 0, 0 where x = 0.

    Source: Caffe.

    Example::

        layer {
          name: "abs" type: "AbsVal"
          bottom: "x"  # (2, 3)
          top: "y"
        }
    """

    bottoms, tops = 1, 1

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        self.xp.abs(bottom[0].data, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            sign = self.xp.sign(bottom[0].data)
            self.xp.multiply(top[0].diff, sign, out=bottom[0].diff)


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

    Example::

        layer {
          name: "square" type: "Power"
          bottom: "x"  # (2, 3)
          top: "y"
          power_param { power: 2 scale: 0.5 shift: 1 }
        }
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


@register("Exp")
class Exp(Layer):
    r"""Raise a base to the power of x, scaled and shifted.

    .. math:: y = g^{\,b + a x}

    ======  =============  ======================================================
    bottom  x (any shape)
    top     y (any shape)  same shape as x; may be x itself (in place)
    params  none
    proto   ``exp_param``  ``base`` [-1]: g > 0, -1 means e; ``scale`` [1]: a;
                           ``shift`` [0]: b
    ======  =============  ======================================================

    Backward: dx = dy y a log(g).

    Source: Caffe.

    Example::

        layer {
          name: "exp" type: "Exp"
          bottom: "x"  # (2, 3)
          top: "y"
          exp_param { base: 2 }
        }
    """

    bottoms, tops, in_place = 1, 1, True
    backward_reads_top = True

    def setup(self, bottom, top):
        p = self.param.exp_param
        self.scale, self.shift = p.scale, p.shift
        self.log_base = 1.0 if p.base == -1 else log(p.base) if p.base > 0 else None
        self.require(
            self.log_base is not None and isfinite(self.log_base),
            f"base is {p.base:g}; choose a positive number, or -1 for e",
        )

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        exponential.exp_forward(
            bottom[0].data, self.log_base, self.scale, self.shift, out=top[0].data
        )

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            dy, y, dx = top[0].diff, top[0].data, bottom[0].diff
            exponential.exp_backward(dy, y, self.log_base, self.scale, out=dx)


@register("Log")
class Log(Layer):
    r"""Take the logarithm of x, scaled and shifted, to a base.

    .. math:: y = \log_g(b + a x)

    ======  =============  ======================================================
    bottom  x (any shape)  with b + a x > 0
    top     y (any shape)  same shape as x
    params  none
    proto   ``log_param``  ``base`` [-1]: g > 0 and not 1, -1 means e;
                           ``scale`` [1]: a; ``shift`` [0]: b
    ======  =============  ======================================================

    Backward: dx = dy a / (log(g) (b + a x)).

    Source: Caffe.

    Example::

        layer {
          name: "log" type: "Log"
          bottom: "x"  # (2, 3)
          top: "y"
          log_param { base: 10 shift: 1 }
        }
    """

    bottoms, tops = 1, 1

    def setup(self, bottom, top):
        p = self.param.log_param
        self.scale, self.shift = p.scale, p.shift
        self.log_base = 1.0 if p.base == -1 else log(p.base) if p.base > 0 else 0.0
        self.require(
            self.log_base != 0 and isfinite(self.log_base),
            f"base is {p.base:g}; choose a positive number but 1, or -1 for e",
        )

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        exponential.log_forward(
            bottom[0].data, self.log_base, self.scale, self.shift, out=top[0].data
        )

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            dy, x, dx = top[0].diff, bottom[0].data, bottom[0].diff
            exponential.log_backward(
                dy, x, self.log_base, self.scale, self.shift, out=dx
            )
