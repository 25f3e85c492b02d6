"""Inner product, one multiplication at a time."""

import numpy


def forward(x, W, b=None):
    """Return y[m, n] = sum over k of x[m, k] W[n, k], plus b[n]."""
    y = numpy.zeros((len(x), len(W)), x.dtype)
    for m, n in numpy.ndindex(y.shape):
        for k in range(x.shape[1]):
            y[m, n] += x[m, k] * W[n, k]
        if b is not None:
            y[m, n] += b[n]
    return y


def backward(dy, x, W):
    """Return dx, dW and db: every product of the forward pass, the other way."""
    dx, dW = numpy.zeros_like(x), numpy.zeros_like(W)
    db = numpy.zeros(len(W), W.dtype)
    for m, n in numpy.ndindex(dy.shape):
        for k in range(x.shape[1]):
            dx[m, k] += dy[m, n] * W[n, k]
            dW[n, k] += dy[m, n] * x[m, k]
        db[n] += dy[m, n]
    return dx, dW, db
