"""The plain recurrence, one multiplication at a time."""

from math import tanh

import numpy


def forward(inputs, cont, W, h0):
    """Return h_t = tanh(inputs_t + W (cont_t h_{t-1})), for all times t."""
    T, N, D = inputs.shape
    h, h_before = numpy.empty_like(inputs), h0
    for t in range(T):
        for n, k in numpy.ndindex(N, D):
            total = inputs[t, n, k]
            for j in range(D):
                total += W[k, j] * cont[t, n] * h_before[n, j]
            h[t, n, k] = tanh(total)
        h_before = h[t]
    return h


def backward(dh, h, cont, W, h0):
    """Return the gradients of inputs and W: each product counts, backwards in time."""
    T, N, D = h.shape
    d, dW = numpy.empty_like(h), numpy.zeros_like(W)
    dh_later = numpy.zeros_like(h0)
    for t in reversed(range(T)):
        h_before = h[t - 1] if t > 0 else h0
        d[t] = (dh[t] + dh_later) * (1 - h[t] * h[t])
        dh_later = numpy.zeros_like(h0)
        for n, k, j in numpy.ndindex(N, D, D):
            dh_later[n, j] += d[t, n, k] * W[k, j] * cont[t, n]
            dW[k, j] += d[t, n, k] * cont[t, n] * h_before[n, j]
    return d, dW
