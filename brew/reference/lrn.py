"""Local response normalization, one value at a time."""

from itertools import product

import numpy


def forward(x, size, alpha, beta, k, axes=(1,)):
    """Return y[i] = x[i] / (k + alpha / m * sum of x[j]^2 for j near i) ^ beta."""
    return x / _scale(x, size, alpha, k, axes) ** beta


def backward(dy, x, size, alpha, beta, k, axes=(1,)):
    """Return dx: each value counts for itself and in the windows around it."""
    s = _scale(x, size, alpha, k, axes)
    dx = dy / s**beta
    m = size ** len(axes)
    for i in numpy.ndindex(x.shape):
        for j in _near(i, x.shape, size, axes):
            dx[j] -= dy[i] * x[i] * beta * s[i] ** (-beta - 1) * 2 * alpha / m * x[j]
    return dx


def _scale(x, size, alpha, k, axes):
    s = numpy.zeros_like(x)
    for i in numpy.ndindex(x.shape):
        energy = sum(x[j] ** 2 for j in _near(i, x.shape, size, axes))
        s[i] = k + alpha / size ** len(axes) * energy
    return s


def _near(place, shape, size, axes):
    half = size // 2
    ranges = [
        range(max(0, p - half), min(length, p + half + 1)) if a in axes else (p,)
        for a, (p, length) in enumerate(zip(place, shape, strict=True))
    ]
    return product(*ranges)
