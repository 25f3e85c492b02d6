"""Normalization, one number at a time."""

import numpy


def mean(x, over_items=True):
    """Return the sum of the numbers that belong together, divided by their count."""
    N, C, M = x.shape
    means = numpy.zeros((1 if over_items else N, C, 1), x.dtype)
    for n, c, m in numpy.ndindex(x.shape):
        means[_owner(n, means), c, 0] += x[n, c, m]
    return means / (M * N if over_items else M)


def statistics(x, over_items=True):
    """Return the mean, and the variance: the mean of (x - mean)^2."""
    means = mean(x, over_items)
    distances = numpy.empty_like(x)
    for n, c, m in numpy.ndindex(x.shape):
        distances[n, c, m] = (x[n, c, m] - means[_owner(n, means), c, 0]) ** 2
    return means, mean(distances, over_items)


def forward(x, mean, divisor=None):
    """Return y = (x - mean) / divisor."""
    y = numpy.empty_like(x)
    for n, c, m in numpy.ndindex(x.shape):
        owner = _owner(n, mean), c, 0
        y[n, c, m] = x[n, c, m] - mean[owner]
        if divisor is not None:
            y[n, c, m] /= divisor[owner]
    return y


def backward(dy, x, mean, divisor):
    """Return dx = (dy - mean(dy) - y mean(dy y)) / divisor."""
    over_items = len(mean) == 1
    y = forward(x, mean, divisor)
    dy_mean, dyy_mean = _mean(dy, over_items), _mean(dy * y, over_items)
    dx = numpy.empty_like(x)
    for n, c, m in numpy.ndindex(x.shape):
        o = _owner(n, mean), c, 0
        dx[n, c, m] = (dy[n, c, m] - dy_mean[o] - y[n, c, m] * dyy_mean[o]) / divisor[o]
    return dx


_mean = mean  # `mean` is also what forward and backward call their argument


def _owner(n, means):
    """Return the item whose mean counts for item n: the only one, or its own."""
    return 0 if len(means) == 1 else n
