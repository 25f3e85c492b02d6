"""Boxes: where the windows of a net lie, and which of many boxes to keep.

A box is (top, left, bottom, right) in pixels; the last row and column are not part of
it, as with the windows of :class:`brew.Detector`.
"""

import numpy

from brew.errors import ArrayError


def windows(rows, columns, size, stride):
    """Return the window that each place of a map looks at.

    Parameters
    ----------
    rows, columns : int
        Of the map, the output of a fully convolutional net.
    size, stride : int or float
        Side of the (square) windows, and how far apart they are, in pixels. Of a net
        that saw an image of half the size, both count twice.

    Returns
    -------
    array (rows, columns, 4)
        Index it as the map: ``windows(...)[heat > 0.9]`` are the boxes there.
    """
    y, x = numpy.mgrid[:rows, :columns] * float(stride)
    return numpy.stack([y, x, y + size, x + size], axis=-1)


def overlap(box, boxes):
    r"""Return how much of two boxes is common to both, for one box and many others.

    .. math:: \frac{|A \cap B|}{|A \cup B|}

    0 if they lie apart, 1 if they are the same: the *intersection over union*.

    Parameters
    ----------
    box : array (4,)
    boxes : array (n, 4)

    Returns
    -------
    array (n,)
    """
    box, boxes = numpy.asarray(box, float), numpy.asarray(boxes, float)
    start = numpy.maximum(boxes[:, :2], box[:2])
    end = numpy.minimum(boxes[:, 2:], box[2:])
    both = (end - start).clip(0).prod(axis=1)
    union = _area(boxes) + _area(box) - both
    return numpy.divide(both, union, out=numpy.zeros_like(both), where=union > 0)


def suppress(boxes, scores, most=0.5):
    """Return which boxes stay when each silences its lesser neighbours.

    Non-maximum suppression: keep the box with the highest score, drop all that overlap
    it by more than `most`, and go on with the best of those left.

    Parameters
    ----------
    boxes : array (n, 4)
    scores : array (n,)
    most : float, default 0.5
        The :func:`overlap` that two boxes may have and both stay.

    Returns
    -------
    list of int
        Indices of those that stay, the best first. Of equal scores, the first box
        counts as better.

    Raises
    ------
    ArrayError
        If the shapes are others.

    Notes
    -----
    Source: Felzenszwalb et al., "Object Detection with Discriminatively Trained
    Part-Based Models", 2010, section 5.2; with the overlap as Girshick et al., 2014,
    arXiv:1311.2524, measure it.
    """
    boxes, scores = numpy.asarray(boxes, float), numpy.asarray(scores, float)
    if boxes.ndim != 2 or boxes.shape[1] != 4 or scores.shape != boxes.shape[:1]:
        raise ArrayError(
            f"boxes have shape {boxes.shape} and scores {scores.shape}; "
            "n boxes have (n, 4) and their scores (n,)"
        )
    left = numpy.argsort(-scores, kind="stable")
    kept = []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(int(best))
        left = left[overlap(boxes[best], boxes[left]) <= most]
    return kept


def _area(box):
    return (box[..., 2:] - box[..., :2]).prod(axis=-1)
