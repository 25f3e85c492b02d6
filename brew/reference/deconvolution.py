"""Deconvolution, one multiplication at a time."""

import numpy

from brew.reference.convolution import per_axis, terms


def forward(x, W, b=None, stride=1, pad=0, dilation=1, group=1):
    """Return y: each x[n, c, i, j] W[c, k, p, q] is added to y[n, k, i', j'].

    Pixel i' = i stride + p dilation - pad, likewise j'; what lies outside of y is
    lost. These are the products of a convolution from y to x. The outputs k are
    those of the group of c. Any number of spatial axes.
    """
    window = per_axis(W.shape[2:], stride, pad, dilation)
    sizes = [
        s * (size - 1) + d * (k - 1) + 1 - 2 * p
        for size, (k, s, p, d) in zip(x.shape[2:], window, strict=True)
    ]
    y = numpy.zeros((len(x), W.shape[1] * group, *sizes), x.dtype)
    for at_x, at_W, at_y in terms(y, W, x, window, group):
        y[at_y] += W[at_W] * x[at_x]
    if b is not None:
        for k in range(len(b)):
            y[:, k] += b[k]
    return y


def backward(dy, x, W, stride=1, pad=0, dilation=1, group=1):
    """Return dx, dW and db: every product of the forward pass, the other way."""
    window = per_axis(W.shape[2:], stride, pad, dilation)
    dx, dW = numpy.zeros_like(x), numpy.zeros_like(W)
    for at_x, at_W, at_y in terms(dy, W, x, window, group):
        dx[at_x] += dy[at_y] * W[at_W]
        dW[at_W] += dy[at_y] * x[at_x]
    db = numpy.zeros(dy.shape[1], W.dtype)
    for at_y in numpy.ndindex(dy.shape):
        db[at_y[1]] += dy[at_y]
    return dx, dW, db
