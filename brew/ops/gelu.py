"""GELU: numbers pass a gate that is open as far as a normal distribution lies below.

NumPy and CuPy have no error function in common, so the distribution is computed here.
"""

from math import exp, pi, sqrt

from brew.backend import xp_of
from brew.ops.pieces import in_pieces

# Up to where the distribution is summed up, and with how many terms of the series;
# what lies beyond, or is left out, is smaller than half a unit in the last place of 1.
SERIES = {"float32": (5.7, 11), "float64": (8.5, 23)}
STEEPNESS, BEND = sqrt(2 / pi), 0.044715  # of the approximation, from the paper


def normal_cdf(x, out=None):
    """Return the share of a standard normal distribution that lies below x.

    The step from 0 to 1 at 0, smoothed by the bell. A step that is mirrored at
    ``2 reach`` is a square wave: 1/2 + 2/pi sum of sin((2k + 1) w x) / (2k + 1), with
    w = pi / (2 reach). Smoothing damps each sine of frequency f by exp(-f^2 / 2), so
    that few are left, and near 0 the other steps are too far away to be noticed.
    """
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out
    reach, num_terms = SERIES[x.dtype.name]
    w = pi / (2 * reach)
    odd = [2 * k + 1 for k in range(num_terms)]
    weights = [2 / pi * exp(-((n * w) ** 2) / 2) / n for n in odd]

    def share_below(x, out):
        angle = xp.minimum(xp.maximum(x, -reach), reach)
        angle *= w
        # Clenshaw's way: sin((2k + 1) a) from the two before it, without sines
        factor = xp.cos(2.0 * angle)
        factor *= 2.0
        last, total, room = (xp.zeros_like(x) for _ in range(3))
        for weight in reversed(weights):
            xp.multiply(factor, total, out=room)
            room -= last
            room += weight
            last, total, room = total, room, last
        total += last
        xp.multiply(total, xp.sin(angle), out=out)
        out += 0.5
        out *= x > -reach  # a trace of rounding would be seen beside a huge x

    in_pieces(share_below, x, out)
    return out


def forward(x, gate, approximate=False, out=None):
    """Return x times `gate`, which is written too.

    Parameters
    ----------
    x : array
    gate : array like x
        Becomes the share of a normal distribution below x.
    approximate : bool, default False
        Take (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 for the distribution.
    out : array like x, optional
        Where to write.
    """
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out
    if approximate:
        in_pieces(_tanh_gate, x, gate)
    else:
        normal_cdf(x, out=gate)
    in_pieces(lambda x, gate, out: xp.multiply(x, gate, out=out), x, gate, out)
    return out


def backward(dy, x, gate, approximate=False, out=None):
    """Return dy (gate + x slope), where slope is that of the gate at x.

    It is the bell, exp(-x^2 / 2) / sqrt(2 pi), or that of the approximation.
    """
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out

    def gradient(dy, x, gate, out):
        slope = _tanh_gate_slope(x, gate) if approximate else _bell(x)
        slope *= x
        slope += gate
        xp.multiply(dy, slope, out=out)

    in_pieces(gradient, dy, x, gate, out)
    return out


def _tanh_gate(x, gate):
    """Write (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3)."""
    xp = xp_of(x)
    near = _near(x)
    xp.tanh(STEEPNESS * near * (1.0 + BEND * near * near), out=gate)
    gate *= 0.5
    gate += 0.5


def _tanh_gate_slope(x, gate):
    """Return 2 gate (1 - gate) du/dx: the slope of (1 + tanh(u)) / 2."""
    near = _near(x)
    return gate * (1.0 - gate) * 2.0 * STEEPNESS * (1.0 + 3 * BEND * near * near)


def _bell(x):
    """Return exp(-x^2 / 2) / sqrt(2 pi), the slope of the distribution."""
    near = _near(x)
    return xp_of(x).exp(-0.5 * near * near) / sqrt(2 * pi)


def _near(x):
    """Return x, but at most 40 away from 0: nothing changes there, or overflows."""
    xp = xp_of(x)
    return xp.minimum(xp.maximum(x, -40.0), 40.0)
