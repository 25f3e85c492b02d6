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
        f"scores with classes along axis {axis} need {N * M} labels, one for each "
        f"item and place, not {prod(labels)}; compare the shapes"
    )


def read(labels, num_classes, ignore_label=None):
    """Return labels as integers, which of them count, and what is wrong with them.

    Parameters
    ----------
    labels : array
        Class numbers as floating-point numbers, 0 to `num_classes` - 1.
    num_classes : int
        How many classes there are.
    ignore_label : int, optional
        The one other number that is allowed; such labels do not count.

    Returns
    -------
    labels : array of int
        Ignored ones are 0, so that they can serve as indices.
    counted : array of bool, or None
        None if all of them count.
    problem : str
        What is wrong, in words; empty if nothing is.
    """
    counted = None
    if ignore_label is not None:
        counted = labels != ignore_label
        labels = labels * counted
    problem = _find_problem(labels, num_classes, "labels") if labels.size else ""
    problem = problem or _find_fraction(labels)
    if problem:
        problem += "; mend them, set num_output to the number of classes"
        problem += ", or name an ignore_label" if ignore_label is None else ""
    return None if problem else labels.astype("int64"), counted, problem


def read_indices(numbers, limit):
    """Return indices as integers, and what is wrong with them.

    Parameters
    ----------
    numbers : array
        Indices as floating-point numbers, 0 to `limit` - 1.
    limit : int
        How many things there are to point at.

    Returns
    -------
    indices : array of int
    problem : str
        What is wrong, in words; empty if nothing is.
    """
    problem = _find_problem(numbers, limit, "indices") if numbers.size else ""
    return None if problem else numbers.astype("int64"), problem


def _find_problem(numbers, limit, what):
    low, high = float(numbers.min()), float(numbers.max())
    if low != low:
        return f"some {what} are NaN; look for the layer or file that made them"
    if low < 0 or high >= limit:
        return f"{what} go from {low:g} to {high:g}, but must be from 0 to {limit - 1}"
    return ""


def _find_fraction(labels):
    broken = labels[labels != labels.astype("int64")]
    if not broken.size:
        return ""
    return f"labels must be whole numbers, but one is {float(broken[0]):g}"


def at(labels):
    """Return the index of the labelled entries of an array (N, K, M).

    ``scores[at(labels)]`` is the array (N, M) of the scores of the true classes.
    """
    xp = xp_of(labels)
    num_items, num_places = labels.shape
    return xp.arange(num_items)[:, None], labels, xp.arange(num_places)
