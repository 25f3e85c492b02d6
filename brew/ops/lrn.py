"""Local response normalization: divide each value by the energy around it.

The neighbourhood lies across channels (axis 1) or within one (axes 2 and 3); the
arithmetic is the same for both.
"""

from functools import lru_cache
from math import prod

from brew import backend
from brew.ops.pieces import by_items

LONGEST_ROW = 64  # that is summed by a matrix product: it has fewer calls


def forward(x, size, alpha, beta, k, axes=(1,), out=None, scale=None):
    """Return x s^-beta, with s = k + alpha / m times the sum of squares nearby.

    Parameters
    ----------
    x : array (N, C, h, w)
    size : int
        Odd length of the window along each of `axes`; m is its volume, also
        where the window is cut off at a border.
    alpha, beta, k : float
    axes : tuple of int, default (1,)
        (1,) is across channels, (2, 3) is within each channel.
    out, scale : array like x, optional
        Where to write the result, and s, which :func:`backward` needs.

    Returns
    -------
    array
        `out`, or a new array. A number that is nan or infinite may make a whole row
        of a channel nan, if one looks within channels.
    """
    xp = backend.xp_of(x)
    out = xp.empty_like(x) if out is None else out
    scale = xp.empty_like(x) if scale is None else scale

    def piece(x, out, scale):
        xp.multiply(x, x, out=out)
        energy = _sum_nearby(out, size, axes)
        xp.multiply(energy, alpha / size ** len(axes), out=scale)
        scale += k
        xp.divide(x, _power(xp, scale, beta), out=out)

    by_items(piece, x, out, scale)
    return out


def backward(dy, x, y, scale, size, alpha, beta, axes=(1,), out=None):
    """Return dx = dy s^-beta - 2 alpha beta / m x (sum nearby of dy y / s).

    Parameters
    ----------
    dy, x, y, scale : array (N, C, h, w)
        Gradient, bottom, top and s of :func:`forward`.
    size, alpha, beta, axes
        As in :func:`forward`.
    out : array like x, optional
        Where to write.

    Returns
    -------
    array
        `out`, or a new array.
    """
    xp = backend.xp_of(x)
    out = xp.empty_like(x) if out is None else out
    factor = 2.0 * alpha * beta / size ** len(axes)

    def piece(dy, x, y, scale, out):
        xp.multiply(dy, y, out=out)
        out /= scale
        nearby = _sum_nearby(out, size, axes)
        nearby *= x
        nearby *= factor
        xp.divide(dy, _power(xp, scale, beta), out=out)
        out -= nearby

    by_items(piece, dy, x, y, scale, out)
    return out


def _sum_nearby(values, size, axes):
    """Return the sums over windows around each place, in scratch memory.

    `values` is overwritten where there are several axes.
    """
    for axis in axes:
        total = backend.scratch(f"nearby{axis}", values.shape, values.dtype)
        if axis == 3:
            _sum_nearby_in_rows(values, size, total)
        else:
            _sum_along(values, size, axis, total)
        values = total
    return values


def _sum_along(values, size, axis, total):
    """Write to each place the sum of the window around it, along one axis."""
    before, length = (slice(None),) * axis, values.shape[axis]
    reach = min(size // 2, length - 1)
    # the first sum writes all places but the last; that spares a copy of them
    copied = (*before, slice(length - 1 if reach > 0 else 0, None))
    total[copied] = values[copied]
    for distance in range(1, reach + 1):
        low = (*before, slice(length - distance))
        high = (*before, slice(distance, None))
        if distance == 1:
            backend.xp_of(total).add(values[low], values[high], out=total[low])
        else:
            total[low] += values[high]
        total[high] += values[low]


def _sum_nearby_in_rows(values, size, total):
    """Sum along the last axis: short rows by a matrix, long ones in one long run."""
    width = values.shape[3]
    if width <= LONGEST_ROW:
        xp = backend.xp_of(values)
        nearby = _nearby(xp, width, size // 2, values.dtype)
        flat = prod(values.shape[:3]), width
        xp.matmul(values.reshape(flat), nearby, out=total.reshape(flat))
    else:
        _sum_nearby_in_a_run(values, size, total)


@lru_cache(maxsize=64)
def _nearby(xp, width, reach, dtype):
    """Return (width, width): 1 where a place is near another, else 0."""
    places = xp.arange(width)
    return (abs(places[:, None] - places) <= reach).astype(dtype)


def _sum_nearby_in_a_run(values, size, total):
    """Sum along the last axis, over flat memory: zeros keep the rows apart."""
    width, gap = values.shape[3], min(size // 2, values.shape[3] - 1)
    shape = *values.shape[:3], width + gap
    rows, sums = (
        backend.scratch(key, shape, values.dtype) for key in ("rows apart", "row sums")
    )
    rows[..., :width] = values
    rows[..., width:] = 0
    _sum_along(rows.reshape(-1), 2 * gap + 1, 0, sums.reshape(-1))
    total[...] = sums[..., :width]


def _power(xp, scale, beta):
    """Return scale^beta in scratch memory; two square roots beat a power."""
    result = backend.scratch("power", scale.shape, scale.dtype)
    if beta != 0.75 or prod(scale.shape) == 0:
        return xp.power(scale, beta, out=result)
    xp.sqrt(scale, out=result)
    root = backend.scratch("root", scale.shape, scale.dtype)
    xp.sqrt(result, out=root)
    result *= root
    return result
