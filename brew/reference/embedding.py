"""Embedding, one index at a time."""

import numpy


def forward(indices, W, bias=None):
    """Return W[index] + bias for each index."""
    y = numpy.empty((len(indices), W.shape[1]), W.dtype)
    for i, index in enumerate(indices):
        for k in range(W.shape[1]):
            y[i, k] = W[index, k] + (0 if bias is None else bias[k])
    return y


def add_gradient(dy, indices, dW):
    """Add each row of dy (P, K) to the row of dW (V, K) that its index names."""
    for i, index in enumerate(indices):
        for k in range(dW.shape[1]):
            dW[index, k] += dy[i, k]
