"""Activation functions and their gradients, number by number.

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


def elu_forward(x, alpha=1.0, out=None):
    """Return x where x > 0, else alpha (exp(x) - 1)."""
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out

    def elu(x, out):
        positive = xp.maximum(x, 0.0)
        xp.minimum(x, 0.0, out=out)  # exp of a large x is not needed: no overflow
        xp.expm1(out, out=out)
        out *= alpha
        out += positive

    in_pieces(elu, x, out)
    return out


def elu_backward(dy, x, y, alpha=1.0, out=None):
    """Return dy where x > 0, else dy (alpha + y), which is dy alpha exp(x).

    `x` may be the output instead of the input if `alpha` is >= 0.
    """
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out

    def gradient(dy, x, y, out):
        slope = y + alpha
        slope *= x <= 0
        slope += x > 0
        xp.multiply(dy, slope, out=out)

    in_pieces(gradient, dy, x, y, out)
    return out


def clip_forward(x, low, high, out=None):
    """Return x, but `low` where x is smaller and `high` where it is larger."""
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out

    def clip(x, out):
        xp.maximum(x, low, out=out)
        xp.minimum(out, high, out=out)

    in_pieces(clip, x, out)
    return out


def clip_backward(dy, x, low, high, out=None):
    """Return dy where x lies between `low` and `high` or on one of them, else 0."""
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out

    def gradient(dy, x, out):
        xp.multiply(dy, (x >= low) & (x <= high), out=out)

    in_pieces(gradient, dy, x, out)
    return out


def swish_forward(x, beta, gate, out=None):
    """Return x times `gate`, the sigmoid of beta x, which is written into `gate`."""
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out
    in_pieces(lambda x, gate: xp.multiply(x, beta, out=gate), x, gate)
    sigmoid_forward(gate, out=gate)
    in_pieces(lambda x, gate, out: xp.multiply(x, gate, out=out), x, gate, out)
    return out


def swish_backward(dy, y, beta, gate, out=None):
    """Return dy (beta y + gate (1 - beta y)), with the gate of the forward pass."""
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out

    def gradient(dy, y, gate, out):
        scaled = beta * y
        slope = 1.0 - scaled
        slope *= gate
        slope += scaled
        xp.multiply(dy, slope, out=out)

    in_pieces(gradient, dy, y, gate, out)
    return out


def bnll_forward(x, out=None):
    """Return log(1 + exp(x)), as max(x, 0) + log(1 + exp(-abs(x))): no overflow."""
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out

    def bnll(x, out):
        positive = xp.maximum(x, 0.0)
        xp.abs(x, out=out)
        xp.negative(out, out=out)
        xp.exp(out, out=out)
        xp.log1p(out, out=out)
        out += positive

    in_pieces(bnll, x, out)
    return out


def bnll_backward(dy, x, out=None):
    """Return dy e / (e + 1), where e is exp(x)."""
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out

    def gradient(dy, x, out):
        e = xp.exp(xp.minimum(x, 50.0))  # beyond it the ratio is 1 anyway
        xp.multiply(dy, e / (e + 1.0), out=out)

    in_pieces(gradient, dy, x, out)
    return out
