"""Activation functions, one number at a time, as the formulas say."""

from math import exp, tanh

import numpy


def each(function, *arrays):
    """Apply `function` to the numbers of `arrays`, place by place."""
    y = numpy.empty_like(arrays[0])
    for i in numpy.ndindex(y.shape):
        y[i] = function(*(float(array[i]) for array in arrays))
    return y


def relu_forward(x, negative_slope=0.0):
    """Return max(x, 0) + negative_slope min(x, 0)."""
    return each(lambda x: x if x > 0 else negative_slope * x, x)


def relu_backward(dy, x, negative_slope=0.0):
    """Return dy where x > 0, else negative_slope dy."""
    return each(lambda dy, x: dy if x > 0 else negative_slope * dy, dy, x)


def sigmoid_forward(x):
    """Return 1 / (1 + exp(-x)), written so that exp cannot overflow."""

    def sigmoid(x):
        if x >= 0:
            return 1 / (1 + exp(-x))
        return exp(x) / (exp(x) + 1)

    return each(sigmoid, x)


def sigmoid_backward(dy, y):
    """Return dy y (1 - y), where y is the sigmoid of x."""
    return each(lambda dy, y: dy * y * (1 - y), dy, y)


def tanh_forward(x):
    """Return tanh(x)."""
    return each(tanh, x)


def tanh_backward(dy, y):
    """Return dy (1 - y^2), where y is tanh(x)."""
    return each(lambda dy, y: dy * (1 - y * y), dy, y)
