"""Exponentials and logarithms to any base, of a scaled and shifted x.

The base is given by its natural logarithm, which is 1 for e.
"""

from brew.backend import xp_of
from brew.ops.pieces import in_pieces


def exp_forward(x, log_base=1.0, scale=1.0, shift=0.0, out=None):
    """Return base^(shift + scale x)."""
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out

    def power_of_base(x, out):
        xp.multiply(x, log_base * scale, out=out)
        out += log_base * shift
        xp.exp(out, out=out)

    in_pieces(power_of_base, x, out)
    return out


def exp_backward(dy, y, log_base=1.0, scale=1.0, out=None):
    """Return dy y scale log(base), where y is base^(shift + scale x)."""
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out

    def gradient(dy, y, out):
        xp.multiply(dy, y, out=out)
        out *= log_base * scale

    in_pieces(gradient, dy, y, out)
    return out


def log_forward(x, log_base=1.0, scale=1.0, shift=0.0, out=None):
    """Return the logarithm of shift + scale x to the base."""
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out

    def logarithm(x, out):
        xp.multiply(x, scale, out=out)
        out += shift
        xp.log(out, out=out)
        out /= log_base

    in_pieces(logarithm, x, out)
    return out


def log_backward(dy, x, log_base=1.0, scale=1.0, shift=0.0, out=None):
    """Return dy scale / (log(base) (shift + scale x))."""
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out

    def gradient(dy, x, out):
        inner = x * scale
        inner += shift
        xp.divide(dy, inner, out=out)
        out *= scale / log_base

    in_pieces(gradient, dy, x, out)
    return out
