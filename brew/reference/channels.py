"""One number for each channel, one number of x at a time."""

import numpy


def scale(x, factor, axis=1):
    """Return x times `factor`, spread over x."""
    y = numpy.empty_like(x)
    for i in numpy.ndindex(x.shape):
        y[i] = x[i] * factor[i[axis : axis + factor.ndim]]
    return y


def shift(x, bias, axis=1):
    """Return x plus `bias`, spread over x."""
    y = numpy.empty_like(x)
    for i in numpy.ndindex(x.shape):
        y[i] = x[i] + bias[i[axis : axis + bias.ndim]]
    return y


def leak(x, slope, axis=1):
    """Return x where x > 0, else x times `slope`, spread over x."""
    y = numpy.empty_like(x)
    for i in numpy.ndindex(x.shape):
        y[i] = x[i] if x[i] > 0 else x[i] * slope[i[axis : axis + slope.ndim]]
    return y


def leak_backward(dy, x, slope, axis=1):
    """Return dy where x > 0, else dy times `slope`, spread over x."""
    dx = numpy.empty_like(dy)
    for i in numpy.ndindex(x.shape):
        dx[i] = dy[i] if x[i] > 0 else dy[i] * slope[i[axis : axis + slope.ndim]]
    return dx


def collect(x, shape, axis=1):
    """Return the sums of x over all axes but those of `shape`, beginning at `axis`."""
    sums = numpy.zeros(shape, x.dtype)
    for i in numpy.ndindex(x.shape):
        sums[i[axis : axis + len(shape)]] += x[i]
    return sums


def collect_product(dy, x, shape, axis=1):
    """Return what :func:`collect` gives for dy x: the gradient of a factor."""
    sums = numpy.zeros(shape, x.dtype)
    for i in numpy.ndindex(x.shape):
        sums[i[axis : axis + len(shape)]] += dy[i] * x[i]
    return sums
