"""Losses that are satisfied beyond a margin: hinge and contrastive."""

from brew.backend import xp_of
from brew.ops import labels as class_labels

NEARLY_ZERO = 1e-4  # keeps the contrastive gradient finite at distance 0, as in Caffe


def hinge_forward(x, labels, slack):
    """Return how far each score is on the wrong side of its margin.

    Scores of the true class should be at least 1, the others at most -1.

    Parameters
    ----------
    x : array (N, K)
        Scores of K classes.
    labels : array of int (N, 1)
        The true classes.
    slack : array (N, K)
        Is filled with max(0, 1 - x) for the true class, max(0, 1 + x) for others.

    Returns
    -------
    array (N, K)
        `slack`.
    """
    xp = xp_of(x)
    slack[...] = x
    slack[_at(labels)] *= -1.0
    slack += 1.0
    return xp.maximum(slack, 0.0, out=slack)


def hinge_backward(slack, labels, squared=False, scale=1.0, out=None):
    """Return the gradient of scale times the sum of `slack`, or of its square."""
    xp = xp_of(slack)
    out = xp.empty_like(slack) if out is None else out
    if squared:
        xp.multiply(slack, 2.0 * scale, out=out)
    else:
        out[...] = slack > 0
        out *= scale
    out[_at(labels)] *= -1.0
    return out


def contrastive_forward(difference, similar, margin=1.0, legacy=False):
    """Return the loss of each pair, before the division by 2 N.

    Parameters
    ----------
    difference : array (N, C)
        a - b for each pair.
    similar : array of bool (N,)
        Whether the two belong together.
    margin : float, default 1
        How far apart others shall be.
    legacy : bool, default False
        Take max(0, margin - d^2) for others, instead of max(0, margin - d)^2.

    Returns
    -------
    array (N,)
    """
    xp = xp_of(difference)
    squares = (difference * difference).sum(axis=1)
    if legacy:
        others = xp.maximum(margin - squares, 0.0)
    else:
        others = xp.maximum(margin - xp.sqrt(squares), 0.0) ** 2
    return xp.where(similar, squares, others)


def contrastive_backward(
    difference, similar, margin=1.0, legacy=False, scale=1.0, out=None
):
    """Return scale times half the gradient of the sum with respect to a (N, C).

    The gradient with respect to b is its negative.
    """
    xp = xp_of(difference)
    out = xp.empty_like(difference) if out is None else out
    squares = (difference * difference).sum(axis=1)
    if legacy:
        pull = -1.0 * (squares < margin)
    else:
        d = xp.sqrt(squares)
        pull = -xp.maximum(margin - d, 0.0) / (d + NEARLY_ZERO)
    pull = xp.where(similar, 1.0, pull).astype(difference.dtype)
    pull *= scale
    return xp.multiply(difference, pull[:, None], out=out)


def _at(labels):
    return class_labels.at(labels)[:2]
