"""Products of matrices, one multiplication at a time."""

import numpy


def multiply(a, b, scale=1.0):
    """Return y[i, j] = scale times the sum over k of a[i, k] b[k, j], each item."""
    y = numpy.zeros((*a.shape[:-1], b.shape[-1]), a.dtype)
    for *item, i, j in numpy.ndindex(y.shape):
        for k in range(a.shape[-1]):
            y[(*item, i, j)] += scale * a[(*item, i, k)] * b[(*item, k, j)]
    return y
