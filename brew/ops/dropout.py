"""Dropout: a random part of the numbers becomes 0, the others grow to make up."""

from brew.backend import xp_of
from brew.ops.pieces import in_pieces


def draw(rng, shape, ratio):
    """Return which numbers are kept, each with probability 1 - `ratio`.

    Sixteen random bits decide about a number, so that `ratio` is exact to 1/65536.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the bits come from.
    shape : tuple of int
        The shape of the result.
    ratio : float
        From 0 to below 1.

    Returns
    -------
    NumPy array of bool
    """
    return rng.integers(0, 65536, shape, dtype="uint16") >= round(ratio * 65536)


def forward(x, kept, ratio=0.5, out=None):
    """Return x / (1 - ratio) where kept, else 0."""
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out
    scale = 1.0 / (1.0 - ratio)

    def dropout(x, kept, out):
        xp.multiply(x, kept, out=out)
        out *= scale

    in_pieces(dropout, x, kept, out)
    return out


def backward(dy, kept, ratio=0.5, out=None):
    """Return dy / (1 - ratio) where kept, else 0."""
    return forward(dy, kept, ratio, out)
