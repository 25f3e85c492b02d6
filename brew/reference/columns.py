"""The windows of Im2col, one value at a time."""

from math import prod

import numpy

from brew.reference.convolution import per_axis


def forward(x, kernel, stride=1, pad=0, dilation=1):
    """Return y[n, c', i, j] = x[n, c, i', j'], with c' = (c kh + p) kw + q.

    Pixel i' = i stride + p dilation - pad, likewise j'; outside of x there are
    zeros. Any number of spatial axes.
    """
    window = per_axis(kernel, stride, pad, dilation)
    sizes = [
        int((size + 2 * p - d * (k - 1) - 1) / s) + 1
        for size, (k, s, p, d) in zip(x.shape[2:], window, strict=True)
    ]
    y = numpy.zeros((len(x), x.shape[1] * prod(kernel), *sizes), x.dtype)
    for at_y, at_x in _places(y.shape, x.shape, window):
        y[at_y] = x[at_x]
    return y


def backward(dy, shape, kernel, stride=1, pad=0, dilation=1):
    """Return dx: each dy is added to the pixel that it comes from."""
    dx = numpy.zeros(shape, dy.dtype)
    window = per_axis(kernel, stride, pad, dilation)
    for at_y, at_x in _places(dy.shape, shape, window):
        dx[at_x] += dy[at_y]
    return dx


def _places(y, x, window):
    """Yield where a value stands in y, and where in x, for shapes y and x."""
    kernel = [k for k, _, _, _ in window]
    for n, channel, *place in numpy.ndindex(y):
        c, *tap = numpy.unravel_index(channel, (x[1], *kernel))
        pixel = tuple(
            i * s + t * d - p
            for i, t, (_, s, p, d) in zip(place, tap, window, strict=True)
        )
        if all(0 <= i < size for i, size in zip(pixel, x[2:], strict=True)):
            yield (n, channel, *place), (n, c, *pixel)
