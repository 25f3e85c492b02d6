"""Cross entropy, one place at a time."""

from math import exp, log, log1p

import numpy

SMALLEST = 1.17549435e-38  # the smallest normal float32


def softmax_loss_forward(p, labels, counted=None):
    """Return the sum of -log p[n, label, m]."""
    loss = 0.0
    for n, m in numpy.ndindex(labels.shape):
        if counted is None or counted[n, m]:
            loss -= log(max(p[n, labels[n, m], m], SMALLEST))
    return loss


def softmax_loss_backward(p, labels, counted=None, scale=1.0):
    """Return scale (p - 1 at the true class, p elsewhere), 0 where ignored."""
    dx = numpy.zeros_like(p)
    for n, k, m in numpy.ndindex(p.shape):
        if counted is None or counted[n, m]:
            truth = 1.0 if k == labels[n, m] else 0.0
            dx[n, k, m] = scale * (p[n, k, m] - truth)
    return dx


def log_sigmoid(x):
    """Return log(1 / (1 + exp(-x))), written so that nothing overflows."""
    return min(x, 0) - log1p(exp(-abs(x)))


def sigmoid_loss_forward(x, t, counted=None):
    """Return the sum of -t log(s) - (1 - t) log(1 - s), where s is the sigmoid of x.

    Note that 1 - s is the sigmoid of -x.
    """
    loss = 0.0
    for i in numpy.ndindex(x.shape):
        if counted is None or counted[i]:
            loss -= t[i] * log_sigmoid(x[i]) + (1 - t[i]) * log_sigmoid(-x[i])
    return loss


def sigmoid_loss_backward(s, t, counted=None, scale=1.0):
    """Return scale (s - t), 0 where ignored; s is the sigmoid of the scores."""
    dx = numpy.zeros_like(s)
    for i in numpy.ndindex(s.shape):
        if counted is None or counted[i]:
            dx[i] = scale * (s[i] - t[i])
    return dx
