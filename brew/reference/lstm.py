"""Long short-term memory, one number at a time."""

from math import tanh

import numpy

from brew.reference.activation import sigmoid


def unit_forward(c_prev, gate_input, cont):
    """Return the gates, c = cont f c_prev + i g, and h = o tanh(c)."""
    N, D = c_prev.shape
    gates, c, h = (numpy.empty_like(a) for a in (gate_input, c_prev, c_prev))
    for n, d in numpy.ndindex(N, D):
        i = sigmoid(gate_input[n, d])
        f = sigmoid(gate_input[n, D + d])
        o = sigmoid(gate_input[n, 2 * D + d])
        g = tanh(gate_input[n, 3 * D + d])
        gates[n, d::D] = i, f, o, g
        c[n, d] = cont[n] * f * c_prev[n, d] + i * g
        h[n, d] = o * tanh(c[n, d])
    return gates, c, h


def unit_backward(dc, dh, c_prev, gates, cont, c):
    """Return the gradients of c_prev and of what the gates saw."""
    N, D = c.shape
    dc_prev, d_gates = numpy.empty_like(c), numpy.empty_like(gates)
    for n, d in numpy.ndindex(N, D):
        i, f, o, g = gates[n, d::D]
        shown = tanh(c[n, d])
        e = dc[n, d] + dh[n, d] * o * (1 - shown * shown)
        dc_prev[n, d] = e * cont[n] * f
        d_gates[n, d] = e * g * i * (1 - i)
        d_gates[n, D + d] = e * cont[n] * c_prev[n, d] * f * (1 - f)
        d_gates[n, 2 * D + d] = dh[n, d] * shown * o * (1 - o)
        d_gates[n, 3 * D + d] = e * i * (1 - g * g)
    return dc_prev, d_gates


def forward(gate_input, cont, W, h0, c0):
    """Step by step: the gates also see W (cont_t h_{t-1})."""
    T, (N, D) = len(gate_input), h0.shape
    gates, (c, h) = numpy.empty_like(gate_input), numpy.empty((2, T, N, D), h0.dtype)
    h_before, c_before = h0, c0
    for t in range(T):
        seen = gate_input[t].copy()
        for n, k, j in numpy.ndindex(N, 4 * D, D):
            seen[n, k] += W[k, j] * cont[t, n] * h_before[n, j]
        gates[t], c[t], h[t] = unit_forward(c_before, seen, cont[t])
        h_before, c_before = h[t], c[t]
    return gates, c, h


def backward(dh, gates, c, h, cont, W, h0, c0):
    """Return the gradients of the gates' inputs and of W, backwards in time."""
    T, N, D = h.shape
    d_gates, dW = numpy.empty_like(gates), numpy.zeros_like(W)
    dh_later, dc_later = numpy.zeros_like(h0), numpy.zeros_like(c0)
    for t in reversed(range(T)):
        h_before, c_before = (h[t - 1], c[t - 1]) if t > 0 else (h0, c0)
        dc_later, d_gates[t] = unit_backward(
            dc_later, dh[t] + dh_later, c_before, gates[t], cont[t], c[t]
        )
        dh_later = numpy.zeros_like(h0)
        for n, k, j in numpy.ndindex(N, 4 * D, D):
            dh_later[n, j] += d_gates[t, n, k] * W[k, j] * cont[t, n]
            dW[k, j] += d_gates[t, n, k] * cont[t, n] * h_before[n, j]
    return d_gates, dW
