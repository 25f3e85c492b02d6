"""Softmax, one row of scores at a time."""

from math import exp

import numpy


def forward(x, axis=1):
    """Return exp(x) / sum of exp(x) along `axis`."""
    y = numpy.empty_like(x)
    rows, results = numpy.moveaxis(x, axis, -1), numpy.moveaxis(y, axis, -1)
    for i in numpy.ndindex(rows.shape[:-1]):
        largest = max(rows[i])
        powers = [exp(score - largest) for score in rows[i]]
        results[i] = [power / sum(powers) for power in powers]
    return y


def backward(dy, y, axis=1):
    """Return y (dy - sum of dy y along `axis`)."""
    dx = numpy.empty_like(y)
    arrays = [numpy.moveaxis(array, axis, -1) for array in (dy, y, dx)]
    gradients, rows, results = arrays
    for i in numpy.ndindex(rows.shape[:-1]):
        dot = sum(g * p for g, p in zip(gradients[i], rows[i], strict=True))
        results[i] = [p * (g - dot) for g, p in zip(gradients[i], rows[i], strict=True)]
    return dx
