"""Powers: y = (shift + scale x)^power."""

from brew.backend import xp_of
from brew.ops.pieces import in_pieces


def forward(x, power=1.0, scale=1.0, shift=0.0, out=None):
    """Return (shift + scale x)^power."""
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out
    in_pieces(lambda x, out: _power(x, power, scale, shift, out), x, out)
    return out


def backward(dy, x, power=1.0, scale=1.0, shift=0.0, out=None):
    """Return dy power scale (shift + scale x)^(power - 1)."""
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out
    factor = power * scale

    def constant(dy, out):
        xp.multiply(dy, factor, out=out)

    def gradient(dy, x, out):
        slope = xp.empty_like(x)
        _power(x, power - 1.0, scale, shift, slope)
        slope *= factor
        xp.multiply(dy, slope, out=out)

    if factor == 0.0:  # a constant: not 0 times an infinite power
        out[...] = 0.0
    elif power == 1.0:
        in_pieces(constant, dy, out)
    else:
        in_pieces(gradient, dy, x, out)
    return out


def _power(x, power, scale, shift, out):
    xp = xp_of(x)
    xp.multiply(x, scale, out=out)
    out += shift
    if power == 2.0:
        xp.multiply(out, out, out=out)  # many times faster than a general power
    elif power != 1.0:
        xp.power(out, power, out=out)
