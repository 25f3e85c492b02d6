"""Permute: the axes of an array in another order."""

from brew.backend import xp_of
from brew.ops.pieces import by_items


def permute(x, order, out=None):
    """Return x with axis ``order[i]`` as axis i, as an array of its own.

    Parameters
    ----------
    x : array
    order : sequence of int
        Every axis of x once.
    out : array, optional
        Where to write; its shape is that of x in the new order.
    """
    view = x.transpose(order)
    if out is None:
        out = xp_of(x).empty(view.shape, x.dtype)

    def copy(view, out):
        out[...] = view

    by_items(copy, view, out)
    return out
