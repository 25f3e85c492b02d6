"""Comparing arrays, and saying where they differ most."""

import numpy

from brew.errors import CheckError


def compare(what, got, want, rtol=0.0, atol=0.0):
    """Raise unless two arrays agree.

    Parameters
    ----------
    what : str
        What the arrays are, for the message.
    got, want : array_like
        The array in question and the right one.
    rtol : float, default 0
        Allowed difference, relative to the largest value of `want`.
    atol : float, default 0
        Allowed difference, absolute.

    Raises
    ------
    CheckError
        If they differ; names the place where they differ most.
    """
    got, want = numpy.asarray(got), numpy.asarray(want)
    if got.shape != want.shape:
        raise CheckError(f"{what}: shape {got.shape} instead of {want.shape}")
    if got.size == 0 or numpy.array_equal(got, want, equal_nan=True):
        return
    difference = numpy.asarray(numpy.abs(got.astype("float64") - want))
    difference[numpy.isnan(difference)] = numpy.inf
    difference[numpy.isnan(got) & numpy.isnan(want)] = 0
    worst = numpy.unravel_index(difference.argmax(), got.shape)
    if difference[worst] > atol + rtol * numpy.nanmax(numpy.abs(want)):
        raise CheckError(
            f"{what}: element {tuple(map(int, worst))} is {got[worst]:.9g} instead of "
            f"{want[worst]:.9g}"
        )


def compare_runs(got, want, rtol=0.0, atol=0.0, when=""):
    """Raise unless two results of :meth:`Rig.run` agree, array by array."""
    for kind in want:
        for i, (mine, right) in enumerate(zip(got[kind], want[kind], strict=True)):
            if right is not None:
                compare(f"{when}{kind}[{i}]", mine, right, rtol, atol)
