"""Accuracy, one place at a time."""

import numpy


def find_hits(scores, labels, top_k=1):
    """Tell where the true class is among the `top_k` best; ties count against."""
    hits = numpy.zeros(labels.shape, bool)
    for n, m in numpy.ndindex(labels.shape):
        true_score = scores[n, labels[n, m], m]
        rank = sum(score >= true_score for score in scores[n, :, m])
        hits[n, m] = 1 <= rank <= top_k
    return hits
