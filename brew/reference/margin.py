"""Losses that are satisfied beyond a margin, one pair or score at a time."""

from math import sqrt

import numpy

NEARLY_ZERO = 1e-4  # Caffe's: keeps the contrastive gradient finite at distance 0


def hinge_forward(x, labels, slack):
    """Return `slack`, filled with max(0, 1 - x) for the true class, else with 1 + x."""
    for n, k in numpy.ndindex(x.shape):
        sign = 1 if k == labels[n, 0] else -1
        slack[n, k] = max(0.0, 1 - sign * x[n, k])
    return slack


def hinge_backward(slack, labels, squared=False, scale=1.0):
    """Return the gradient of scale times the sum of `slack`, or of its square."""
    dx = numpy.zeros_like(slack)
    for n, k in numpy.ndindex(slack.shape):
        sign = 1 if k == labels[n, 0] else -1
        slope = 2 * slack[n, k] if squared else float(slack[n, k] > 0)
        dx[n, k] = -sign * scale * slope
    return dx


def contrastive_forward(difference, similar, margin=1.0, legacy=False):
    """Return the loss of each pair, before the division by 2 N."""
    losses = numpy.zeros(len(difference), difference.dtype)
    for n, pair in enumerate(difference):
        d = sqrt(sum(number**2 for number in pair))
        if similar[n]:
            losses[n] = d**2
        elif legacy:
            losses[n] = max(0.0, margin - d**2)
        else:
            losses[n] = max(0.0, margin - d) ** 2
    return losses


def contrastive_backward(difference, similar, margin=1.0, legacy=False, scale=1.0):
    """Return scale times half the gradient of the sum with respect to a (N, C)."""
    da = numpy.zeros_like(difference)
    for n, pair in enumerate(difference):
        d = sqrt(sum(number**2 for number in pair))
        if similar[n]:
            pull = 1.0
        elif legacy:
            pull = -1.0 if d**2 < margin else 0.0
        else:
            pull = -max(0.0, margin - d) / (d + NEARLY_ZERO)
        da[n] = scale * pull * pair
    return da
