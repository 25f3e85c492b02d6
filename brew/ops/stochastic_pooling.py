"""Stochastic pooling: the values of a window are the odds at which they are drawn.

No value may be negative. The way back is :func:`brew.ops.pooling.max_backward`.
"""

from brew import backend
from brew.ops.pooling import shape_out
from brew.ops.pooling_frame import frame_of


def forward(
    x, chance, kernel, stride=(1, 1), pad=(0, 0), round_up=True, out=None, taps=None
):
    """Return a value of each window, drawn by lot.

    It is the first at which the sum so far reaches `chance` times the whole sum.

    Parameters
    ----------
    x : array (N, C, h, w)
        The images.
    chance : array (N, C, oh, ow)
        Random numbers in (0, 1].
    kernel, stride, pad, round_up, out, taps
        As in :func:`brew.ops.pooling.max_forward`.
    """
    xp = backend.xp_of(x)
    values = _values(x, kernel, stride, pad, round_up)
    goal = _sum(values) * chance
    so_far = values[0].copy()
    picked = values[0].copy()
    place = xp.zeros(picked.shape, "int32")
    for tap, value in enumerate(values[1:], start=1):
        undecided = so_far < goal
        picked = xp.where(undecided, value, picked)
        place = xp.where(undecided, tap, place)
        so_far += value
    if taps is not None:
        taps[...] = place
    if out is None:
        return picked
    out[...] = picked
    return out


def expected(x, kernel, stride=(1, 1), pad=(0, 0), round_up=True, out=None):
    """Return what is drawn on average: the sum of squares by the sum, or 0."""
    xp = backend.xp_of(x)
    values = _values(x, kernel, stride, pad, round_up)
    total = _sum(values)
    squares = _sum([value * value for value in values])
    result = xp.where(total > 0, squares / xp.maximum(total, 1e-37), 0)
    if out is None:
        return result
    out[...] = result
    return out


def _values(x, kernel, stride, pad, round_up):
    """Return an array (N, C, oh, ow) for each place of the windows; 0 outside of x."""
    shape = shape_out(x.shape, kernel, stride, pad, round_up)
    frame = frame_of(x.shape, shape, kernel, stride, pad)
    framed = frame.around(x.reshape(-1, *x.shape[2:]), 0.0)
    return [
        framed[:, i:, j:][frame.corners].reshape(shape)
        for i in range(kernel[0])
        for j in range(kernel[1])
    ]


def _sum(arrays):
    total = arrays[0].copy()
    for array in arrays[1:]:
        total += array
    return total
