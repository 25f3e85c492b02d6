"""Softmax: scores along an axis become positive numbers that add up to 1."""

from brew.backend import xp_of
from brew.ops.pieces import by_items


def forward(x, axis=1, out=None):
    """Return exp(x) / sum of exp(x) along `axis`.

    The largest score is subtracted first: the result is the same, and exp cannot
    overflow.
    """
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out

    def softmax(x, out):
        xp.subtract(x, x.max(axis=axis, keepdims=True), out=out)
        xp.exp(out, out=out)
        out /= out.sum(axis=axis, keepdims=True)

    _run(softmax, axis, x, out)
    return out


def backward(dy, y, axis=1, out=None):
    """Return y (dy - sum of dy y along `axis`)."""
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out

    def gradient(dy, y, out):
        dot = (dy * y).sum(axis=axis, keepdims=True)
        xp.subtract(dy, dot, out=out)
        out *= y

    _run(gradient, axis, dy, y, out)
    return out


def _run(function, axis, *arrays):
    if axis % arrays[0].ndim == 0:  # the sums run over the items: keep them together
        function(*arrays)
    else:
        by_items(function, *arrays)
