"""Products of matrices, item by item."""

from math import prod

from brew.backend import xp_of
from brew.ops.pieces import by_items


def multiply(a, b, scale=1.0, out=None):
    """Return scale times the products of the matrices in the last two axes.

    Parameters
    ----------
    a : array (..., I, K)
    b : array (..., K, J)
        The axes before the last two are those of a, and count the products.
    scale : float, default 1
    out : array (..., I, J), optional
        Where to write; contiguous.
    """
    xp = xp_of(a)
    if out is None:
        out = xp.empty((*a.shape[:-1], b.shape[-1]), a.dtype)

    def product(a, b, out):
        xp.matmul(a, b, out=out)
        if scale != 1.0:
            out *= scale

    by_items(product, _as_items(a), _as_items(b), _as_items(out))
    return out


def _as_items(x):
    """Return a view (M, rows, columns) of M matrices."""
    return x.reshape(prod(x.shape[:-2]), *x.shape[-2:])
