"""Answers that are sure, and answers that are specific: the kinds above the classes.

A net says how probable each of its classes is. But every espresso is a coffee, and
every coffee a beverage: the classes of ImageNet hang in WordNet, where each *kind* may
have several kinds above it. A kind is as probable as all classes below it together.
The higher, the surer; and the less it tells.

>>> from brew import hierarchy
>>> kinds = hierarchy.load("ilsvrc12")
>>> kinds.most_accurate(prob)[0]
Answer(name='espresso', probability=0.99, gain=6.85)
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from brew import datasets
from brew.errors import ArrayError, FileError
from brew.files import read_text


class Answer(NamedTuple):
    """A class, or a kind above some classes.

    Attributes
    ----------
    name : str
        The first of its words.
    probability : float
        Of all classes below it.
    gain : float
        The information that is to be expected of the answer, in nats.
    """

    name: str
    probability: float
    gain: float


class Hierarchy:
    """A DAG of kinds, with the classes of a net at its lower end.

    Parameters
    ----------
    names : list of str
        Of the classes, in the order of the net's outputs, then of the other kinds.
    parents : list of list of int
        For each of them the numbers of the kinds right above.
    num_classes : int
        How many of them are classes.

    Attributes
    ----------
    names : list of str
        As given.
    above : list of set of int
        For each of them all kinds above, and itself.
    information : ndarray (len(names),)
        What one learns from an answer, if all classes were equally probable before:
        ln(classes / classes below the kind).
    """

    def __init__(self, names, parents, num_classes):
        self.names = names
        self.above = [_all_above(node, parents) for node in range(len(names))]
        self._below = np.zeros((len(names), num_classes), np.float32)
        for number, kinds in enumerate(self.above[:num_classes]):
            self._below[list(kinds), number] = 1
        num_below = np.maximum(1, self._below.sum(1))
        self.information = np.log(num_classes / num_below)
        self._num_above = np.array([len(kinds) for kinds in self.above])

    @property
    def num_classes(self):
        """How many classes there are."""
        return self._below.shape[1]

    def probabilities(self, prob):
        """Return how probable each class and each kind is, an array.

        Parameters
        ----------
        prob : array, num_classes numbers
            The output of the net for one image; any shape.

        Raises
        ------
        ArrayError
            If it has another number of classes.
        """
        prob = np.asarray(prob).reshape(-1)
        if len(prob) != self.num_classes:
            raise ArrayError(
                f"hierarchy: {len(prob)} probabilities for {self.num_classes} classes; "
                "give the net's output for one image, such as prob[0]"
            )
        return self._below @ prob

    def most_accurate(self, prob, num=5):
        """Return the answers from which most information is to be expected.

        That is probability times information: a sure kind is better than a class
        that is merely likely. If the net is sure of a class, so is the answer.

        Source: Deng, Krause, Berg and Fei-Fei, "Hedging Your Bets: Optimizing
        Accuracy-Specificity Trade-offs in Large Scale Visual Recognition", CVPR 2012.

        Parameters
        ----------
        prob : array, num_classes numbers
            The output of the net for one image.
        num : int, default 5
            How many answers.

        Returns
        -------
        list of Answer
            The best first.
        """
        probabilities = self.probabilities(prob)
        gains = np.round(probabilities * self.information, 6)
        # of kinds with the same classes below, the most specific one comes first
        order = np.lexsort([-self._num_above, -gains])
        return self._answers(order[:num], probabilities)

    def most_specific(self, prob, num=5):
        """Return the most probable classes, as :meth:`most_accurate` does."""
        probabilities = self.probabilities(prob)
        classes = probabilities[: self.num_classes]
        return self._answers(np.argsort(-classes, kind="stable")[:num], probabilities)

    def _answers(self, numbers, probabilities):
        return [
            Answer(
                self.names[n],
                float(probabilities[n]),
                float(probabilities[n] * self.information[n]),
            )
            for n in numbers
        ]


@lru_cache
def load(name):
    """Return the Hierarchy of a data set that has a ``hierarchy.tsv``.

    Parameters
    ----------
    name : str
        ``"ilsvrc12"``: the 1,000 classes of ImageNet, and all kinds above them.

    Raises
    ------
    FileError
        If its file is not here.
    """
    return read(datasets.folder(name) / "hierarchy.tsv")


def read(path):
    """Return the Hierarchy that a file describes.

    Parameters
    ----------
    path : str or Path
        A line for each kind: the number of the class (empty for the other kinds), an
        identifier, words separated by commas, and the identifiers of the kinds right
        above, separated by blanks; with tabs between. The classes come first.

    Raises
    ------
    FileError
        If the file is not here, or a line is not as it should be.
    """
    lines = read_text(path).splitlines()
    rows = [line.split("\t") for line in lines if line and line[0] != "#"]
    if not rows or any(len(row) != 4 for row in rows):
        raise FileError(f"{path}: each line needs four columns, with tabs between")
    numbers = {identifier: n for n, (_, identifier, _, _) in enumerate(rows)}
    classes = [row[0] for row in rows if row[0]]
    try:
        parents = [[numbers[above] for above in row[3].split()] for row in rows]
    except KeyError as error:
        raise FileError(f"{path}: the kind {error} has no line of its own") from error
    if classes != [str(n) for n in range(len(classes))]:
        raise FileError(f"{path}: the classes must come first, in order")
    return Hierarchy([row[2].split(",")[0] for row in rows], parents, len(classes))


def _all_above(node, parents):
    """Return all kinds above a node, and itself."""
    found, waiting = set(), [node]
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found.add(kind)
            waiting.extend(parents[kind])
    return found
