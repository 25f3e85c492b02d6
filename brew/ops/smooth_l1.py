"""Smooth L1: the square of small differences, and the length of large ones."""

from brew.backend import xp_of
from brew.ops.pieces import in_pieces


def forward(d, sigma=1.0, out=None):
    """Return (sigma d)^2 / 2 if abs(d) < 1 / sigma^2, else abs(d) - 0.5 / sigma^2.

    With m, the lesser of abs(d) and 1 / sigma^2, both are sigma^2 m (abs(d) - m / 2).

    Parameters
    ----------
    d : array
        Differences.
    sigma : float, default 1
        The larger, the sooner the square ends.
    out : array like d, optional
        Where to write; not `d` itself.
    """
    xp = xp_of(d)
    out = xp.empty_like(d) if out is None else out

    def smooth(d, y):
        length = xp.abs(d)
        xp.minimum(length, 1.0 / sigma**2, out=y)
        length -= 0.5 * y
        y *= length
        y *= sigma**2

    in_pieces(smooth, d, out)
    return out


def backward(d, sigma=1.0, out=None):
    """Return the slope of :func:`forward` at d: sigma^2 d, cut off at -1 and 1."""
    xp = xp_of(d)
    out = xp.empty_like(d) if out is None else out

    def slope(d, y):
        xp.multiply(d, sigma**2, out=y)
        xp.clip(y, -1.0, 1.0, out=y)

    in_pieces(slope, d, out)
    return out
