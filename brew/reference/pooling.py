"""Pooling, one window and one value at a time."""

import math

import numpy


def max_forward(x, kernel, stride=(1, 1), pad=(0, 0), round_up=True):
    """Return the largest value of each window, and its tap: the first of equals."""
    y = numpy.full(_shape_out(x.shape, kernel, stride, pad, round_up), -math.inf)
    taps = numpy.zeros(y.shape, int)
    for at_y in numpy.ndindex(y.shape):
        for tap, at_x in _window(at_y, x.shape, kernel, stride, pad):
            if x[at_x] > y[at_y]:
                y[at_y], taps[at_y] = x[at_x], tap
    return y, taps


def max_backward(dy, taps, shape, kernel, stride=(1, 1), pad=(0, 0)):
    """Return dx: each dy is added where the maximum of its window was."""
    dx = numpy.zeros(shape, dy.dtype)
    for at_y in numpy.ndindex(dy.shape):
        for tap, at_x in _window(at_y, shape, kernel, stride, pad):
            if tap == taps[at_y]:
                dx[at_x] += dy[at_y]
    return dx


def average_forward(x, kernel, stride=(1, 1), pad=(0, 0), round_up=True):
    """Return the sum of each window by its area."""
    y = numpy.zeros(_shape_out(x.shape, kernel, stride, pad, round_up), x.dtype)
    for at_y in numpy.ndindex(y.shape):
        for _, at_x in _window(at_y, x.shape, kernel, stride, pad):
            y[at_y] += x[at_x] / _area(at_y, x.shape, kernel, stride, pad)
    return y


def average_backward(dy, shape, kernel, stride=(1, 1), pad=(0, 0)):
    """Return dx: each dy is dealt out evenly over its window."""
    dx = numpy.zeros(shape, dy.dtype)
    for at_y in numpy.ndindex(dy.shape):
        for _, at_x in _window(at_y, shape, kernel, stride, pad):
            dx[at_x] += dy[at_y] / _area(at_y, shape, kernel, stride, pad)
    return dx


def _shape_out(shape, kernel, stride, pad, round_up):
    """Return (N, C, oh, ow): windows that begin before the far padding."""
    sizes = []
    for size, k, s, p in zip(shape[2:], kernel, stride, pad, strict=True):
        last = (size + 2 * p - k) / s
        count = (math.ceil(last) if round_up else math.floor(last)) + 1
        if max(pad) > 0 and (count - 1) * s >= size + p:
            count -= 1
        sizes.append(count)
    return (*shape[:2], *sizes)


def _window(at_y, shape, kernel, stride, pad):
    """Yield the taps of a window that lie in the image, and where."""
    n, c, *_ = at_y
    top, left = _corner(at_y, stride, pad)
    for p, q in numpy.ndindex(kernel):
        if 0 <= top + p < shape[2] and 0 <= left + q < shape[3]:
            yield p * kernel[1] + q, (n, c, top + p, left + q)


def _area(at_y, shape, kernel, stride, pad):
    """Return the area of a window, up to the far end of the padding."""
    top, left = _corner(at_y, stride, pad)
    height = min(top + kernel[0], shape[2] + pad[0]) - top
    width = min(left + kernel[1], shape[3] + pad[1]) - left
    return height * width


def _corner(at_y, stride, pad):
    return at_y[2] * stride[0] - pad[0], at_y[3] * stride[1] - pad[1]
