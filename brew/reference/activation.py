"""Activation functions, one number at a time, as the formulas say."""

from math import exp, expm1, log1p, tanh

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


def sigmoid(x):
    """Return 1 / (1 + exp(-x)) of a number, written so that exp cannot overflow."""
    if x >= 0:
        return 1 / (1 + exp(-x))
    return exp(x) / (exp(x) + 1)


def sigmoid_forward(x):
    """Return 1 / (1 + exp(-x))."""
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


def elu_forward(x, alpha=1.0):
    """Return x where x > 0, else alpha (exp(x) - 1)."""
    return each(lambda x: x if x > 0 else alpha * expm1(x), x)


def elu_backward(dy, x, y, alpha=1.0):
    """Return dy where x > 0, else dy (alpha + y), which is dy alpha exp(x)."""
    return each(lambda dy, x, y: dy if x > 0 else dy * (alpha + y), dy, x, y)


def clip_forward(x, low, high):
    """Return x, but `low` where x is smaller and `high` where it is larger."""
    return each(lambda x: min(max(x, low), high), x)


def clip_backward(dy, x, low, high):
    """Return dy where x lies between `low` and `high` or on one of them, else 0."""
    return each(lambda dy, x: dy if low <= x <= high else 0.0, dy, x)


def swish_forward(x, beta, gate):
    """Return x times `gate`, the sigmoid of beta x, which is written into `gate`."""
    gate[...] = each(lambda x: sigmoid(beta * x), x)
    return each(lambda x, gate: x * gate, x, gate)


def swish_backward(dy, y, beta, gate):
    """Return dy (beta y + gate (1 - beta y)), with the gate of the forward pass."""
    return each(
        lambda dy, y, gate: dy * (beta * y + gate * (1 - beta * y)), dy, y, gate
    )


def bnll_forward(x):
    """Return log(1 + exp(x))."""
    return each(lambda x: max(x, 0) + log1p(exp(-abs(x))), x)


def bnll_backward(dy, x):
    """Return dy e / (e + 1), where e is exp(x)."""
    return each(lambda dy, x: dy * sigmoid(x), dy, x)
