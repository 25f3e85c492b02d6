"""Convolution, one multiplication at a time."""

import numpy


def forward(x, W, b=None, stride=1, pad=0, dilation=1, group=1):
    """Return y[n, k, i, j] = b[k] + sum of W[k, c, p, q] x[n, c, i', j'].

    Pixel i' = i stride + p dilation - pad, likewise j'; outside of x there are
    zeros. The channels c are those of the group of k. Any number of spatial axes.
    """
    window = per_axis(W.shape[2:], stride, pad, dilation)
    sizes = [
        int((size + 2 * p - d * (k - 1) - 1) / s) + 1
        for size, (k, s, p, d) in zip(x.shape[2:], window, strict=True)
    ]
    y = numpy.zeros((len(x), len(W), *sizes), x.dtype)
    for at_y, at_W, at_x in terms(x, W, y, window, group):
        y[at_y] += W[at_W] * x[at_x]
    if b is not None:
        for k in range(len(W)):
            y[:, k] += b[k]
    return y


def backward(dy, x, W, stride=1, pad=0, dilation=1, group=1):
    """Return dx, dW and db: every product of the forward pass, the other way."""
    window = per_axis(W.shape[2:], stride, pad, dilation)
    dx, dW = numpy.zeros_like(x), numpy.zeros_like(W)
    for at_y, at_W, at_x in terms(x, W, dy, window, group):
        dx[at_x] += dy[at_y] * W[at_W]
        dW[at_W] += dy[at_y] * x[at_x]
    db = numpy.zeros(len(W), W.dtype)
    for at_y in numpy.ndindex(dy.shape):
        db[at_y[1]] += dy[at_y]
    return dx, dW, db


def terms(x, W, y, window, group):
    """Yield where the factors of each product stand: in y, in W and in x."""
    for n, k, *place in numpy.ndindex(y.shape):
        first = k // (len(W) // group) * W.shape[1]  # channel of the group of k
        for c, *tap in numpy.ndindex(W.shape[1:]):
            pixel = tuple(
                i * s + t * d - p
                for i, t, (_, s, p, d) in zip(place, tap, window, strict=True)
            )
            if all(0 <= i < size for i, size in zip(pixel, x.shape[2:], strict=True)):
                yield (n, k, *place), (k, c, *tap), (n, first + c, *pixel)


def per_axis(kernel, *numbers):
    """Return (kernel, stride, pad, dilation) for each spatial axis."""
    numbers = [
        (number,) * len(kernel) if isinstance(number, int) else number
        for number in numbers
    ]
    return list(zip(kernel, *numbers, strict=True))
