"""Cross entropy: how many nats a prediction is away from the truth.

All losses are sums over the places that count; the layers divide them.
"""

from brew.backend import xp_of
from brew.ops import labels as class_labels
from brew.ops.pieces import in_pieces

SMALLEST = 1.17549435e-38  # the smallest normal float32: log stays finite, as in Caffe
UNLIKELY = 1e-20  # the same for given probabilities, whose gradient is 1 / p


def softmax_loss_forward(p, labels, counted=None):
    """Return the sum of -log p[n, label, m].

    Parameters
    ----------
    p : array (N, K, M)
        Probabilities of K classes, from a softmax.
    labels : array of int (N, M)
        The true classes.
    counted : array of bool (N, M), optional
        Which places count; all of them by default.

    Returns
    -------
    array ()
    """
    xp = xp_of(p)
    log_p = xp.log(xp.maximum(p[class_labels.at(labels)], SMALLEST))
    if counted is not None:
        log_p *= counted
    return -log_p.sum()


def softmax_loss_backward(p, labels, counted=None, scale=1.0, out=None):
    """Return scale (p - 1 at the true class, p elsewhere), 0 where ignored.

    That is the gradient with respect to the scores *before* the softmax.
    """
    xp = xp_of(p)
    out = xp.empty_like(p) if out is None else out
    in_pieces(lambda p, out: xp.multiply(p, scale, out=out), p, out)
    out[class_labels.at(labels)] -= scale
    if counted is not None:
        out *= counted[:, None, :]
    return out


def sigmoid_loss_forward(x, t, counted=None):
    """Return the sum of -t log(s) - (1 - t) log(1 - s), where s is the sigmoid of x.

    Written as max(x, 0) - x t + log(1 + exp(-abs(x))): the same number, and
    neither exp nor log can overflow.

    Parameters
    ----------
    x : array
        Scores.
    t : array of the same shape
        Targets from 0 to 1.
    counted : array of bool, optional
        Which places count; all of them by default.

    Returns
    -------
    array ()
    """
    xp = xp_of(x)
    losses = xp.log1p(xp.exp(-xp.abs(x)))
    losses += xp.maximum(x, 0.0)
    losses -= x * t
    if counted is not None:
        losses *= counted
    return losses.sum()


def sigmoid_loss_backward(s, t, counted=None, scale=1.0, out=None):
    """Return scale (s - t), 0 where ignored; s is the sigmoid of the scores."""
    xp = xp_of(s)
    out = xp.empty_like(s) if out is None else out
    xp.subtract(s, t, out=out)
    out *= scale
    if counted is not None:
        out *= counted
    return out


def logistic_loss_forward(p, labels):
    """Return the sum of -log p[n, label, m], as an array ().

    As :func:`softmax_loss_forward`, for probabilities that came from elsewhere.
    """
    xp = xp_of(p)
    return -xp.log(xp.maximum(p[class_labels.at(labels)], UNLIKELY)).sum()


def logistic_loss_backward(p, labels, scale=1.0, out=None):
    """Return -scale / p at the true classes, 0 elsewhere: the gradient for p."""
    xp = xp_of(p)
    out = xp.empty_like(p) if out is None else out
    true = class_labels.at(labels)
    out[...] = 0.0
    out[true] = -scale / xp.maximum(p[true], UNLIKELY)
    return out


def infogain_loss_forward(p, H, labels, counted=None):
    """Return the sum of -H[label, k] log p[n, k, m] over k and the places.

    Parameters
    ----------
    p : array (N, K, M)
        Probabilities of K classes, from a softmax.
    H : array (K, K)
        What it costs to miss class k where the label is the row.
    labels : array of int (N, M)
        The true classes.
    counted : array of bool (N, M), optional
        Which places count; all of them by default.

    Returns
    -------
    array ()
    """
    xp = xp_of(p)
    losses = _cost_rows(H, labels) * xp.log(xp.maximum(p, UNLIKELY))
    if counted is not None:
        losses *= counted[:, None, :]
    return -losses.sum()


def infogain_loss_backward(p, H, labels, counted=None, scale=1.0, out=None):
    """Return scale (p sum_j H[label, j] - H[label, k]), 0 where ignored.

    That is the gradient with respect to the scores *before* the softmax.
    """
    xp = xp_of(p)
    out = xp.empty_like(p) if out is None else out
    rows = _cost_rows(H, labels)
    xp.multiply(p, rows.sum(axis=1, keepdims=True), out=out)
    out -= rows
    out *= scale
    if counted is not None:
        out *= counted[:, None, :]
    return out


def _cost_rows(H, labels):
    return H[labels].transpose(0, 2, 1)  # (N, K, M): the row of each label
