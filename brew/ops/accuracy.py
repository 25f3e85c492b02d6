"""Accuracy: whether the true class is among the best guesses."""

from brew.backend import xp_of
from brew.ops import labels as class_labels


def find_hits(scores, labels, top_k=1):
    """Tell where the true class is among the `top_k` best.

    Counting the classes with at least the true one's score needs no sorting. Equal
    scores count against: a net that gives all classes the same score is wrong
    everywhere. So are NaN scores.

    Parameters
    ----------
    scores : array (N, K, M)
        The scores of K classes.
    labels : array of int (N, M)
        The true classes.
    top_k : int, default 1
        How many classes may be guessed.

    Returns
    -------
    array of bool (N, M)
    """
    true_scores = scores[class_labels.at(labels)]
    rank = (scores >= true_scores[:, None, :]).sum(axis=1)  # 0 only for NaN
    return (rank <= top_k) & (rank > 0)


def of_each_class(hits, counted, labels, num_classes):
    """Return the share of hits for each class, 0 for a class that does not occur.

    Parameters
    ----------
    hits, counted : array of bool (N, M)
        Where the guess is right, and which places count.
    labels : array of int (N, M)
        The true classes.
    num_classes : int
        K.

    Returns
    -------
    array (K,)
    """
    xp = xp_of(labels)
    num_hits, num_labels = xp.zeros(num_classes), xp.zeros(num_classes)
    xp.add.at(num_hits, labels, hits.astype(num_hits.dtype))
    xp.add.at(num_labels, labels, counted.astype(num_labels.dtype))
    return num_hits / xp.maximum(num_labels, 1.0)
