"""Where the largest numbers are."""

from brew.backend import xp_of


def find_largest(x, count=1):
    """Return where the `count` largest numbers of each row are, largest first.

    Of equal numbers the one with the larger index comes first, as in Caffe. There
    is no sorting: each round looks for the largest of those not yet taken.

    Parameters
    ----------
    x : array (N, K, M)
        The rows run along K.
    count : int, default 1
        How many to find, at most K.

    Returns
    -------
    array of int (N, count, M)
    """
    xp = xp_of(x)
    places = xp.arange(1, x.shape[1] + 1)[:, None]  # from 1: 0 means "not this one"
    taken = xp.zeros(x.shape, bool)
    found = xp.empty((x.shape[0], count, x.shape[2]), "int64")
    for i in range(count):
        left = xp.where(taken, -xp.inf, x) if i else x
        refused = left < left.max(axis=1, keepdims=True)
        refused |= taken
        place = (places * ~refused).max(axis=1, keepdims=True)
        found[:, i : i + 1] = place - 1
        taken |= places == place
    return found


def take(x, found):
    """Return the numbers of x (N, K, M) at the places `found` (N, count, M)."""
    xp = xp_of(x)
    items, places = xp.arange(x.shape[0]), xp.arange(x.shape[2])
    return x[items[:, None, None], found, places]
