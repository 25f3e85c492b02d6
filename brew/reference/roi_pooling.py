"""ROI pooling, one cell and one value at a time."""

import math

import numpy


def forward(x, rois, pooled, scale=1.0):
    """Return the maximum in each cell of each region, and its place in the map.

    A cell outside of the map gives 0, and the place -1.
    """
    y = numpy.zeros((len(rois), x.shape[1], *pooled), x.dtype)
    places = numpy.full(y.shape, -1)
    for r, c, i, j in numpy.ndindex(y.shape):
        n, x1, y1, x2, y2 = rois[r]
        best = -math.inf
        for row in cell(y1, y2, i, pooled[0], x.shape[2], scale):
            for column in cell(x1, x2, j, pooled[1], x.shape[3], scale):
                if x[int(n), c, row, column] > best:
                    best = y[r, c, i, j] = x[int(n), c, row, column]
                    places[r, c, i, j] = row * x.shape[3] + column
    return y, places


def backward(dy, rois, places, shape):
    """Return dx: each dy is added where the maximum of its cell was."""
    dx = numpy.zeros(shape, dy.dtype)
    for r, c, i, j in numpy.ndindex(dy.shape):
        if places[r, c, i, j] >= 0:
            row, column = divmod(int(places[r, c, i, j]), shape[3])
            dx[int(rois[r, 0]), c, row, column] += dy[r, c, i, j]
    return dx


def cell(first, last, i, count, size, scale):
    """Return the places of the i-th of `count` cells between `first` and `last`."""
    first, last = half_away(first * scale), half_away(last * scale)
    length = max(last - first + 1, 1)
    start = first + math.floor(i * length / count)
    end = first + math.ceil((i + 1) * length / count)
    return range(max(0, start), min(end, size))


def half_away(number):
    """Return the nearest integer; of two, the one farther from zero."""
    return int(math.copysign(math.floor(abs(number) + 0.5), number))
