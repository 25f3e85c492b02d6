"""Normalization: numbers that belong together get mean 0 and variance 1.

Arrays are folded to (N, C, M): items, channels, places. What belongs together is a
channel of all items, and its mean has shape (1, C, 1); or a row, that is the M
numbers of one item and channel, and their means have shape (N, C, 1).
"""

from brew import backend
from brew.ops.pieces import by_items


def mean(x, over_items=True):
    """Return the mean of each channel, (1, C, 1), or else of each row, (N, C, 1)."""
    xp = backend.xp_of(x)
    means = xp.empty((*x.shape[:2], 1), x.dtype)
    by_items(_row_means, x, means)
    return means.mean(axis=0, keepdims=True) if over_items else means


def statistics(x, over_items=True):
    """Return mean and variance of each channel, or else of each row.

    Parameters
    ----------
    x : array (N, C, M)
    over_items : bool, default True
        Whether a channel is one thing over all items.

    Returns
    -------
    mean, variance : array (1, C, 1), or (N, C, 1)
        The variance is the mean squared distance from the mean.
    """
    xp = backend.xp_of(x)
    means, variances = xp.empty((2, *x.shape[:2], 1), x.dtype)

    def describe_rows(x, means, variances):
        _row_means(x, means)
        centered = backend.scratch("centered", x.shape, x.dtype)
        xp.subtract(x, means, out=centered)
        _row_products(centered, centered, variances)

    by_items(describe_rows, x, means, variances)
    if not over_items:
        return means, variances
    mean = means.mean(axis=0, keepdims=True)
    # rows are of equal length: variance is what they have inside, plus between them
    variances += xp.square(means - mean)
    return mean, variances.mean(axis=0, keepdims=True)


def forward(x, mean, divisor=None, out=None):
    """Return (x - mean) / divisor.

    Parameters
    ----------
    x : array (N, C, M)
    mean : array (1, C, 1) or (N, C, 1)
    divisor : array like `mean`, optional
        Nothing is divided without it.
    out : array like x, optional
        Where to write; may be x itself.

    Returns
    -------
    array (N, C, M)
        `out`, or a new array.
    """
    xp = backend.xp_of(x)
    out = xp.empty_like(x) if out is None else out
    factor = None if divisor is None else 1.0 / divisor

    def normalize(x, out, mean, factor=None):
        xp.subtract(x, mean, out=out)
        if factor is not None:
            out *= factor

    by_items(normalize, x, out, *_for_each_item(x, mean, factor))
    return out


def backward(dy, x, mean, divisor, out=None):
    """Return dx = (dy - mean(dy) - y mean(dy y)) / divisor, y = (x - mean) / divisor.

    The means are over what shares its mean. The first is taken away because all of
    them shift the mean of x, the second because all of them stretch its variance.

    Parameters
    ----------
    dy, x : array (N, C, M)
        Gradient, and what was normalized.
    mean, divisor : array (1, C, 1) or (N, C, 1)
        As in :func:`forward`.
    out : array like x, optional
        Where to write; may be dy itself.

    Returns
    -------
    array (N, C, M)
        `out`, or a new array.
    """
    xp = backend.xp_of(x)
    out = xp.empty_like(x) if out is None else out
    factor = 1.0 / divisor
    dy_mean, dyy_mean = _gradient_means(dy, x, mean, factor)
    # as a sum of three parts: dx = factor dy - slope x - shift
    slope = dyy_mean * factor * factor
    shift = dy_mean * factor - mean * slope

    def gradient(dy, x, out, factor, slope, shift):
        common = backend.scratch("common", x.shape, x.dtype)
        xp.multiply(x, slope, out=common)
        common += shift
        xp.multiply(dy, factor, out=out)
        out -= common

    by_items(gradient, dy, x, out, *_for_each_item(x, factor, slope, shift))
    return out


def _gradient_means(dy, x, mean, factor):
    """Return mean(dy) and mean(dy y), over what shares its mean."""
    dy_mean, dyx_mean = backend.xp_of(x).empty((2, *x.shape[:2], 1), x.dtype)

    def describe_rows(dy, x, dy_mean, dyx_mean):
        _row_means(dy, dy_mean)
        _row_products(dy, x, dyx_mean)

    by_items(describe_rows, dy, x, dy_mean, dyx_mean)
    if len(mean) < len(x):
        dy_mean = dy_mean.mean(axis=0, keepdims=True)
        dyx_mean = dyx_mean.mean(axis=0, keepdims=True)
    return dy_mean, (dyx_mean - dy_mean * mean) * factor


def _row_means(x, out):
    """Write the mean of each row; BLAS adds faster than a sum along an axis."""
    xp, M = backend.xp_of(x), x.shape[2]
    if M == 1:  # nothing to add: a product for each number would take its time
        out[...] = x
        return
    xp.matmul(x, xp.ones((M, 1), x.dtype), out=out)
    out /= M


def _row_products(a, b, out):
    """Write the mean of a b in each row: what vecdot would, which CuPy lacks."""
    xp, M = backend.xp_of(a), a.shape[2]
    if M == 1:
        xp.multiply(a, b, out=out)
        return
    xp.matmul(a[:, :, None, :], b[:, :, :, None], out=out[:, :, None, :])
    out /= M


def _for_each_item(x, *arrays):
    """Return views (N, C, 1) of those arrays that are there."""
    xp = backend.xp_of(x)
    shape = (*x.shape[:2], 1)
    return [xp.broadcast_to(array, shape) for array in arrays if array is not None]
