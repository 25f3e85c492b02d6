"""Rows become single numbers, one row at a time."""

import numpy

from brew.ops.reduction import ASUM, MEAN, SUM, SUMSQ


def forward(x, operation=SUM, coeff=1.0):
    """Return `coeff` times the reduced rows of x (rows, D), as an array (rows,)."""
    reduce = {
        SUM: sum,
        ASUM: lambda row: sum(abs(number) for number in row),
        SUMSQ: lambda row: sum(number**2 for number in row),
        MEAN: lambda row: sum(row) / len(row),
    }[operation]
    return numpy.array([coeff * reduce(row) for row in x], x.dtype)


def backward(dy, x, operation=SUM, coeff=1.0):
    """Return the gradient with respect to x (rows, D), for dy (rows,)."""
    slope = {
        SUM: lambda number: 1.0,
        ASUM: lambda number: float(number > 0) - float(number < 0),
        SUMSQ: lambda number: 2 * number,
        MEAN: lambda number: 1 / x.shape[1],
    }[operation]
    dx = numpy.empty_like(x)
    for n, i in numpy.ndindex(x.shape):
        dx[n, i] = dy[n] * coeff * slope(x[n, i])
    return dx
