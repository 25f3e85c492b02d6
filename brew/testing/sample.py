"""Sample data in which a bug cannot hide.

Values have no zero mean, no ties and no symmetry, and stay off the kinks of a
function: a gradient that is wrong by ``x - x.mean()`` looks right on symmetric
data, and a finite difference across a kink looks wrong on any.

A sampler is a function ``sample(shape, rng, shift) -> array``. The same shape
with another `shift` in (0, 1) gives values that tie with none of the first.
"""

from itertools import pairwise
from math import prod

import numpy

MARGIN = 0.01  # how far values stay away from a kink, much more than a step


def lopsided(low=-1.0, high=2.0, avoid=()):
    """Return a sampler of distinct, evenly spaced, shuffled values.

    Parameters
    ----------
    low, high : float, default -1 and 2
        The range, which should not be symmetric.
    avoid : sequence of float, default ()
        Kinks between `low` and `high`: no value comes nearer to one than 0.01.
    """

    def sample(shape, rng, shift=0.5):
        count = prod(shape)
        steps = (rng.permutation(count) + shift) / max(count, 1)
        values = low + (high - low) * steps
        for left, right in pairwise([low, *sorted(avoid), high]) if avoid else ():
            between = (values >= left) & (values < right)
            squeeze = 1 - 2 * MARGIN / (right - left)
            values[between] = left + MARGIN + squeeze * (values[between] - left)
        return values.reshape(shape)

    return sample


def choices(*options):
    """Return a sampler that draws from `options`: labels, switches, indices.

    Every option occurs if there is room for all.

    Parameters
    ----------
    *options : number
        Such as ``*range(10)`` for the labels of ten classes, or 0 and 1.
    """

    def sample(shape, rng, shift=0.5):
        return rng.permutation(numpy.resize(options, prod(shape))).reshape(shape)

    return sample


def exactly(values):
    """Return a sampler that gives these `values`, in the blob's shape.

    Parameters
    ----------
    values : array_like
        As many as the blob has elements.
    """

    def sample(shape, rng, shift=0.5):
        return numpy.reshape(numpy.asarray(values, "float64"), shape)

    return sample
