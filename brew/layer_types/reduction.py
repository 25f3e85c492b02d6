"""Reduction: many numbers become one."""

from math import prod

from brew.layer import Layer, register
from brew.ops import reduction


@register("Reduction")
class Reduction(Layer):
    r"""Add up all numbers from an axis on, or their absolute values or squares.

    .. math:: y = c \sum_i x_i, \quad c \sum_i |x_i|, \quad c \sum_i x_i^2 \quad
              \text{or} \quad \frac{c}{D} \sum_{i=1}^D x_i

    ======  ===================  ================================================
    bottom  x (N, ...)
    top     y                    the shape of x before ``axis``; () if that is 0
    params  none
    proto   ``reduction_param``  ``operation`` [SUM]: or ASUM (absolute values),
                                 SUMSQ (squares), MEAN; ``axis`` [0]: the first
                                 axis to reduce; ``coeff`` [1]: c
    ======  ===================  ================================================

    Backward: dx_i is c dy (SUM), c dy sign(x_i) (ASUM), 2 c dy x_i (SUMSQ) or
    c dy / D (MEAN).

    Source: Caffe.

    Example::

        layer {
          name: "mean" type: "Reduction"
          bottom: "conv1"  # (2, 8, 6, 6)
          top: "mean"
          reduction_param { operation: MEAN axis: 1 }
        }
    """

    bottoms, tops = 1, 1

    def setup(self, bottom, top):
        p = self.param.reduction_param
        self.axis, self.options = p.axis, (p.operation, p.coeff)

    def top_shapes(self, x):
        return [x[: self.axis_index(self.axis, x)] if x else x]

    def _rows(self, array):
        axis = self.axis % max(1, array.ndim)
        return array.reshape(prod(array.shape[:axis]), prod(array.shape[axis:]))

    def forward(self, bottom, top):
        y = reduction.forward(self._rows(bottom[0].data), *self.options)
        top[0].data[...] = y.reshape(top[0].shape)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            x, dx = self._rows(bottom[0].data), self._rows(bottom[0].diff)
            dy = top[0].diff.reshape(-1)
            reduction.backward(dy, x, *self.options, out=dx)
