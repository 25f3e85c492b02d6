"""Class labels: Caffe keeps them as floating-point numbers in a blob.

Everywhere in brew scores lie as (N, K, M): N items, K classes, M places of each
item (1 without spatial axes), and their labels as (N, M).
"""

from math import prod

from brew.backend import xp_of


def fold(shape, axis):
    """Return the shape (N, K, M) of scores whose classes lie along `axis`."""
    return prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :])


def find_shape_problem(labels, scores, axis):
    """Say in words why labels of a shape do not fit scores of a shape, or return "".

    There must be one label for each item and place, in any shape.
    """
    N, _, M = fold(scores, axis)
    if prod(labels) == N * M:
        return ""
    return (
        f"labels of shape {labels} are {prod(labels)}, but scores of shape {scores} "
        f"with classes along axis {axis} need {N * M}, one for each item and place"
    )


def find_problem(labels, num_classes, ignore_label=None):
    """Say in words what is wrong with labels, or return an empty string.

    Parameters
    ----------
    labels : array
        Class numbers as floating-point numbers.
    num_classes : int
        Labels go from 0 to `num_classes` - 1.
    ignore_label : int, optional
        The one other number that is allowed.
    """
    if not labels.size:
        return ""
    if ignore_label is not None:
        labels = labels * (labels != ignore_label)
    low, high = float(labels.min()), float(labels.max())
    if low >= 0 and high < num_classes:
        return ""
    if low != low:
        return "some labels are NaN; look for the layer or file that made them"
    return (
        f"labels go from {low:g} to {high:g}, but there are {num_classes} classes, "
        f"0 to {num_classes - 1}; mend the labels, set num_output to the number of "
        "classes, or name an ignore_label"
    )


def to_integers(labels, ignore_label=None):
    """Return labels as integers, and which of them count.

    Parameters
    ----------
    labels : array
        Class numbers as floating-point numbers, without a problem.
    ignore_label : int, optional
        Labels that do not count.

    Returns
    -------
    labels : array of int
        Ignored ones are 0, so that they can serve as indices.
    counted : array of bool, or None
        None if all of them count.
    """
    whole = labels.astype("int64")
    if ignore_label is None:
        return whole, None
    counted = whole != ignore_label
    whole *= counted
    return whole, counted


def at(labels):
    """Return the index of the labelled entries of an array (N, K, M).

    ``scores[at(labels)]`` is the array (N, M) of the scores of the true classes.
    """
    xp = xp_of(labels)
    num_items, num_places = labels.shape
    return xp.arange(num_items)[:, None], labels, xp.arange(num_places)
