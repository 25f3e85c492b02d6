"""Cross entropy, one place at a time."""

from math import exp, log, log1p

import numpy

SMALLEST = 1.17549435e-38  # the smallest normal float32
UNLIKELY = 1e-20


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


def logistic_loss_forward(p, labels):
    """Return the sum of -log p[n, label, m]."""
    loss = 0.0
    for n, m in numpy.ndindex(labels.shape):
        loss -= log(max(p[n, labels[n, m], m], UNLIKELY))
    return loss


def logistic_loss_backward(p, labels, scale=1.0):
    """Return -scale / p at the true classes, 0 elsewhere: the gradient for p."""
    dp = numpy.zeros_like(p)
    for n, m in numpy.ndindex(labels.shape):
        k = labels[n, m]
        dp[n, k, m] = -scale / max(p[n, k, m], UNLIKELY)
    return dp


def infogain_loss_forward(p, H, labels, counted=None):
    """Return the sum of -H[label, k] log p[n, k, m] over k and the places."""
    loss = 0.0
    for n, k, m in numpy.ndindex(p.shape):
        if counted is None or counted[n, m]:
            loss -= H[labels[n, m], k] * log(max(p[n, k, m], UNLIKELY))
    return loss


def infogain_loss_backward(p, H, labels, counted=None, scale=1.0):
    """Return scale (p sum_j H[label, j] - H[label, k]), 0 where ignored."""
    dx = numpy.zeros_like(p)
    for n, k, m in numpy.ndindex(p.shape):
        if counted is None or counted[n, m]:
            costs = H[labels[n, m]]
            dx[n, k, m] = scale * (p[n, k, m] * sum(costs) - costs[k])
    return dx
