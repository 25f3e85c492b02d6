"""Activation functions: ReLU, sigmoid and hyperbolic tangent, with their gradients.

Every function takes and returns arrays of one shape. `out` may be the array that
goes in: then the layer works in place.
"""

from brew.backend import xp_of
from brew.ops.pieces import in_pieces


def relu_forward(x, negative_slope=0.0, out=None):
    """Return max(x, 0) + negative_slope min(x, 0)."""
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out

    def relu(x, out):
        xp.maximum(x, 0.0, out=out)

    def leaky_relu(x, out):
        positive = xp.maximum(x, 0.0)
        xp.minimum(x, 0.0, out=out)
        out *= negative_slope
        out += positive

    in_pieces(leaky_relu if negative_slope else relu, x, out)
    return out


def relu_backward(dy, x, negative_slope=0.0, out=None):
    """Return dy where x > 0, else negative_slope dy.

    `x` may be the output instead of the input if `negative_slope` is >= 0: both
    are positive at the same places.
    """
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out

    def relu(dy, x, out):
        xp.multiply(dy, x > 0, out=out)

    def leaky_relu(dy, x, out):
        factor = (x <= 0).astype(dy.dtype)
        factor *= negative_slope
        factor += x > 0
        xp.multiply(dy, factor, out=out)

    in_pieces(leaky_relu if negative_slope else relu, dy, x, out)
    return out


def sigmoid_forward(x, out=None):
    """Return 1 / (1 + exp(-x)), as tanh(x / 2) / 2 + 1 / 2, which cannot overflow."""
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out

    def sigmoid(x, out):
        xp.multiply(x, 0.5, out=out)
        xp.tanh(out, out=out)
        out *= 0.5
        out += 0.5

    in_pieces(sigmoid, x, out)
    return out


def sigmoid_backward(dy, y, out=None):
    """Return dy y (1 - y), where y is the sigmoid of x."""
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out

    def gradient(dy, y, out):
        slope = 1.0 - y
        slope *= y
        xp.multiply(dy, slope, out=out)

    in_pieces(gradient, dy, y, out)
    return out


def tanh_forward(x, out=None):
    """Return tanh(x)."""
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out
    in_pieces(lambda x, out: xp.tanh(x, out=out), x, out)
    return out


def tanh_backward(dy, y, out=None):
    """Return dy (1 - y^2), where y is tanh(x)."""
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out

    def gradient(dy, y, out):
        slope = 1.0 - y * y
        xp.multiply(dy, slope, out=out)

    in_pieces(gradient, dy, y, out)
    return out
