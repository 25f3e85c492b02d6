"""One number for each channel, spread over the channel; and sums of each channel.

A factor or bias covers some neighbouring axes of x, beginning at `axis`: in an
array (N, C, h, w) a factor (C,) at axis 1 has one number for each channel, a
factor () has one for everything. Arrays are folded to (outer, factor, inner) for
the work, whatever their axes.
"""

from math import prod

from brew.backend import xp_of
from brew.ops.pieces import by_items


def scale(x, factor, axis=1, out=None):
    """Return x times `factor`, spread over x."""
    xp = xp_of(x)
    return _combine(xp.multiply, x, factor, axis, out)


def shift(x, bias, axis=1, out=None):
    """Return x plus `bias`, spread over x."""
    xp = xp_of(x)
    return _combine(xp.add, x, bias, axis, out)


def leak(x, slope, axis=1, out=None):
    """Return x where x > 0, else x times `slope`, spread over x."""
    xp = xp_of(x)

    def leaky(x, slope, out):
        positive = xp.maximum(x, 0.0)
        xp.multiply(xp.minimum(x, 0.0), slope, out=out)
        out += positive

    return _combine(leaky, x, slope, axis, out)


def leak_backward(dy, x, slope, axis=1, out=None):
    """Return dy where x > 0, else dy times `slope`, spread over x."""
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out
    folded = _fold(x.shape, slope.shape, axis)
    slope = slope.reshape(-1, 1)

    def gradient(dy, x, out):
        factor = slope * (x <= 0)
        factor += x > 0
        xp.multiply(dy, factor, out=out)

    by_items(gradient, *(array.reshape(folded) for array in (dy, x, out)))
    return out


def collect(x, shape, axis=1):
    """Return the sums of x over all axes but those of `shape`, which begin at `axis`.

    What :func:`shift` spreads in the forward pass, its gradient collects.
    """
    x = x.reshape(_fold(x.shape, shape, axis))
    sums = xp_of(x).empty(x.shape[:2], x.dtype)

    def add_up(x, sums):
        sums[...] = x.sum(axis=2)

    by_items(add_up, x, sums)
    return sums.sum(axis=0).reshape(shape)


def collect_product(dy, x, shape, axis=1):
    """Return what :func:`collect` gives for dy x: the gradient of a factor."""
    folded = _fold(x.shape, shape, axis)
    dy, x = dy.reshape(folded), x.reshape(folded)
    sums = xp_of(x).empty(folded[:2], x.dtype)

    def add_up(dy, x, sums):
        sums[...] = (dy * x).sum(axis=2)

    by_items(add_up, dy, x, sums)
    return sums.sum(axis=0).reshape(shape)


def _fold(shape, inner_shape, axis):
    end = axis + len(inner_shape)
    return prod(shape[:axis]), prod(inner_shape), prod(shape[end:])


def _combine(function, x, spread, axis, out):
    out = xp_of(x).empty_like(x) if out is None else out
    folded = _fold(x.shape, spread.shape, axis)
    spread = spread.reshape(-1, 1)
    by_items(
        lambda x, out: function(x, spread, out=out),
        x.reshape(folded),
        out.reshape(folded),
    )
    return out
