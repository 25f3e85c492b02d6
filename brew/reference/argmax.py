"""Where the largest numbers are, one row at a time."""

import numpy


def find_largest(x, count=1):
    """Return where the `count` largest numbers of each row (along K) are."""
    found = numpy.empty((x.shape[0], count, x.shape[2]), "int64")
    for n, m in numpy.ndindex(x.shape[0], x.shape[2]):
        pairs = sorted(
            ((number, k) for k, number in enumerate(x[n, :, m])), reverse=True
        )
        found[n, :, m] = [k for number, k in pairs[:count]]
    return found


def take(x, found):
    """Return the numbers of x (N, K, M) at the places `found` (N, count, M)."""
    values = numpy.empty(found.shape, x.dtype)
    for n, i, m in numpy.ndindex(found.shape):
        values[n, i, m] = x[n, found[n, i, m], m]
    return values
