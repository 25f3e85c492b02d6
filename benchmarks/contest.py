"""Time functions against each other, in turns, and compare medians."""

import statistics
import time
from collections import namedtuple
from contextlib import nullcontext

PAUSE = 0.03  # seconds; the waiting threads of PyTorch go to sleep meanwhile

Result = namedtuple("Result", "seconds ratio low high")


def contest(ours, theirs, rounds=7, seconds=0.3, within=nullcontext):
    """Time two functions in turns.

    Parameters
    ----------
    ours, theirs : callable
        Each call is one piece of work, the same for both.
    rounds : int
        How often each has its turn.
    seconds : float
        The length of a turn, and again half of that to warm up.
    within : callable
        Makes a context in which our turns take place.

    Returns
    -------
    Result
        The median over the rounds of our seconds a call, and of the ratio of
        speeds (above 1: we are faster) with its lowest and highest value.
    """
    mine, ratios = [], []
    for _ in range(rounds):
        with within():
            mine.append(median_time(ours, seconds))
        ratios.append(median_time(theirs, seconds) / mine[-1])
    return Result(
        statistics.median(mine), statistics.median(ratios), min(ratios), max(ratios)
    )


def median_time(function, seconds):
    """Return the median seconds of a call, measured for some `seconds`."""
    time.sleep(PAUSE)
    calls_until(function, seconds / 2)
    return statistics.median(calls_until(function, seconds))


def calls_until(function, seconds):
    """Call for some `seconds`, at least three times; return how long each took."""
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return times
