"""Permute, one number at a time."""

import numpy


def permute(x, order):
    """Return y[i[order[0]], i[order[1]], ...] = x[i]."""
    y = numpy.empty([x.shape[axis] for axis in order], x.dtype)
    for i in numpy.ndindex(x.shape):
        y[tuple(i[axis] for axis in order)] = x[i]
    return y
