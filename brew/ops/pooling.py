"""Pooling: the maximum or the average of each window.

A window is a rectangle, so its columns and rows are taken one after the other: first
the best of ``kw`` neighbours, then the best of ``kh`` of those. Each step slides over
the flat memory as if it had no rows: some of it is computed in vain where a row ends,
but one long run is faster than many short ones. Where there is little to compute, each
window becomes a row of numbers instead: that takes fewer calls. And to average within
small planes is one matrix product, with a matrix that tells what each window covers.
On a GPU, where short runs cost nothing, kernels do the same window by window.

A *tap* says which place of its window was picked: ``i * kw + j`` for row i, column j.
"""

from functools import lru_cache
from math import ceil, floor, inf, prod

from brew import backend
from brew.ops import kernels
from brew.ops.pieces import by_items
from brew.ops.pooling_frame import frame_of

FEW = 2000  # numbers in all windows: below this, calls cost more than computing
SMALL_PLANES = 2**14  # pixels times windows: up to this, one product beats sliding sums


@lru_cache(maxsize=1024)
def shape_out(shape, kernel, stride=(1, 1), pad=(0, 0), round_up=True):
    """Return the shape (N, C, oh, ow) for images of shape (N, C, h, w).

    As Caffe: the number of windows is rounded up, unless `round_up` is false. If
    there is any padding, a last window that lies wholly in it is left out.
    """
    rounded = ceil if round_up else floor
    sizes = []
    for size, k, s, p in zip(shape[2:], kernel, stride, pad, strict=True):
        count = rounded((size + 2 * p - k) / s) + 1
        in_padding = any(pad) and (count - 1) * s >= size + p
        sizes.append(count - in_padding)
    return (*shape[:2], *sizes)


def tap_dtype(kernel):
    """Return the smallest element type that numbers the places of a window."""
    return "uint8" if prod(kernel) <= 256 else "int32"


def max_forward(
    x, kernel, stride=(1, 1), pad=(0, 0), round_up=True, out=None, taps=None
):
    """Return the maximum of each window.

    Parameters
    ----------
    x : array (N, C, h, w)
        The images.
    kernel, stride, pad : (int, int)
        Height and width.
    round_up : bool, default True
        See :func:`shape_out`.
    out : array (N, C, oh, ow), optional
        Where to write; contiguous.
    taps : array like out, of :func:`tap_dtype`, optional
        Gets the tap of each maximum, the first of equals; contiguous.
    """
    xp = backend.xp_of(x)
    shape = shape_out(x.shape, kernel, stride, pad, round_up)
    out = xp.empty(shape, x.dtype) if out is None else out
    taps = xp.empty(shape, tap_dtype(kernel)) if taps is None else taps
    if out.size == 0:
        return out
    frame = frame_of(x.shape, shape, kernel, stride, pad)
    if not frame.is_one_window and kernels.can_take(x, out, taps):
        kernels.max_forward(x, out, taps, kernel, stride, pad)
        return out
    has_rows = _has_rows(frame, out)

    def pool(x, y, taps):
        if has_rows:
            rows = frame.rows(x, -inf)
            taps.reshape(rows.shape[:2])[...] = rows.argmax(2)
            rows.max(2, out=y.reshape(rows.shape[:2]))
            return
        phases = frame.phases(x, -inf)
        rows = phases.shape[1:]  # (phases, planes, oh and more, ow and more)
        columns = _runs(phases, kernel[1], stride[1], 1)
        best, places = (
            array.reshape(rows) for array in _best(columns, None, 1, taps.dtype)
        )
        best, places = (
            _runs(a, kernel[0], stride[0], rows[-1]) for a in (best, places)
        )
        best, places = _best(best, places, kernel[1], taps.dtype)
        y[...] = best.reshape(rows[1:])[frame.wanted]
        taps[...] = places.reshape(rows[1:])[frame.wanted]

    by_items(pool, _planes(x), _planes(out), _planes(taps), has_short_calls=True)
    return out


def max_backward(dy, taps, shape, kernel, stride=(1, 1), pad=(0, 0), out=None):
    """Return dx: each dy goes to the place that was picked, and is added there.

    Parameters
    ----------
    dy, taps : array (N, C, oh, ow)
        The gradient, and what :func:`max_forward` recorded.
    shape : (N, C, h, w)
        Of x.
    kernel, stride, pad : (int, int)
        As in forward.
    out : array (N, C, h, w), optional
        Where to write; contiguous.
    """
    xp = backend.xp_of(dy)
    out = xp.empty(shape, dy.dtype) if out is None else out
    if kernels.can_take(dy, taps, out):
        kernels.max_backward(dy, taps, out, kernel, stride, pad)
        return out
    frame = frame_of(shape, dy.shape, kernel, stride, pad)

    def scatter(dx, dy, taps):
        # without padding, all that was picked lies in the planes themselves
        framed = frame.room_for(dx) if any(pad) else dx
        framed.fill(0)
        places = frame.places(xp, taps, framed.shape[2])
        plane = framed.shape[1] * framed.shape[2]
        places += xp.arange(len(dy))[:, None, None] * plane
        if frame.is_apart:  # faster, and other threads may compute meanwhile
            framed.reshape(-1)[places.reshape(-1)] = dy.reshape(-1)
        else:
            xp.add.at(framed.reshape(-1), places.reshape(-1), dy.reshape(-1))
        frame.unframe(framed, dx)

    by_items(scatter, _planes(out), _planes(dy), _planes(taps), has_short_calls=True)
    return out


def positions(taps, shape, kernel, stride=(1, 1), pad=(0, 0)):
    """Return where the picked values lie in their plane: row * w + column."""
    frame = frame_of(shape, taps.shape, kernel, stride, pad)
    origin = pad[0] * shape[3] + pad[1]
    return frame.places(backend.xp_of(taps), taps, shape[3]) - origin


def average_forward(x, kernel, stride=(1, 1), pad=(0, 0), round_up=True, out=None):
    """Return the average of each window; padding counts as zeros.

    As Caffe: what a window covers beyond the far padding does not count.
    Parameters as in :func:`max_forward`. In small planes a pixel that is nan or
    infinite makes all averages of its plane nan: it meets the zeros of a matrix.
    """
    xp = backend.xp_of(x)
    shape = shape_out(x.shape, kernel, stride, pad, round_up)
    out = xp.empty(shape, x.dtype) if out is None else out
    frame = frame_of(x.shape, shape, kernel, stride, pad)
    if not frame.is_one_window and kernels.can_take(x, out):
        kernels.average_forward(x, out, kernel, stride, pad)
        return out
    areas = frame.areas(xp, x.dtype)
    has_rows, is_product = _has_rows(frame, out), _is_product(frame)

    def pool(x, y):
        if has_rows:
            rows = frame.rows(x, 0.0)
            rows.sum(2, out=y.reshape(rows.shape[:2]))
        elif is_product:
            covered = frame.covered(xp, x.dtype)
            xp.matmul(_as_rows(x), covered, out=_as_rows(y))
        else:
            phases = frame.phases(x, 0.0)
            rows = phases.shape[1:]
            sums = _sum(_runs(phases, kernel[1], stride[1], 1), "row").reshape(rows)
            sums = _sum(_runs(sums, kernel[0], stride[0], rows[-1]), "window")
            y[...] = sums.reshape(rows[1:])[frame.wanted]
        flat = _as_rows(y)  # long runs for the division too
        flat /= areas

    by_items(pool, _planes(x), _planes(out))
    return out


def average_backward(dy, shape, kernel, stride=(1, 1), pad=(0, 0), out=None):
    """Return dx: each dy is dealt out evenly over its window.

    Parameters as in :func:`max_backward`.
    """
    xp = backend.xp_of(dy)
    out = xp.empty(shape, dy.dtype) if out is None else out
    frame = frame_of(shape, dy.shape, kernel, stride, pad)
    if kernels.can_take(dy, out):
        kernels.average_backward(dy, out, kernel, stride, pad)
        return out
    areas = frame.areas(xp, dy.dtype)

    def spread(dx, dy):
        part = _as_rows(dy) / areas
        if frame.is_one_window:
            dx[...] = part[:, :, None]
            return
        if _is_product(frame):
            xp.matmul(part, frame.covered(xp, dy.dtype).T, out=_as_rows(dx))
            return
        framed = frame.room_for(dx)
        corners = backend.scratch("pooling corners", framed.shape, dy.dtype)
        corners.fill(0)
        corners[frame.corners] = part.reshape(dy.shape)
        columns = backend.scratch("pooling row", framed.shape, dy.dtype)
        _slide_spread(corners, kernel[0], framed.shape[2], columns)
        _slide_spread(columns, kernel[1], 1, framed)
        frame.unframe(framed, dx)

    by_items(spread, _planes(out), _planes(dy))
    return out


def _planes(array):
    """Return (N, C, h, w) as (N C, h, w)."""
    return array.reshape(-1, *array.shape[2:])


def _as_rows(planes):
    """Return each plane as a row of numbers."""
    return planes.reshape(len(planes), prod(planes.shape[1:]))


def _is_product(frame):
    """Tell whether to find averages by a matrix product."""
    return prod(frame.planes) * prod(frame.counts) <= SMALL_PLANES


def _has_rows(frame, out):
    """Tell whether it is faster to look at each window as a row of numbers."""
    return frame.is_one_window or out.size * prod(frame.kernel) < FEW


def _runs(phases, kernel, stride, step):
    """Return for each tap a run of flat memory: what windows side by side see there.

    The windows lie `step` apart in their phase: the next tap that is seen in the same
    phase is `stride` taps away.
    """
    flat = phases.reshape(len(phases), -1)
    return [flat[tap % stride][tap // stride * step :] for tap in range(kernel)]


def _best(runs, taps, weight, dtype):
    """Return the largest of the runs, place by place, and its tap.

    The tap of run i is ``i * weight``, plus what `taps` has for it (None: nothing, and
    `weight` is 1). A later run wins only if it is larger, and its tap is larger in any
    case: so the larger of two taps is the right one.
    """
    xp = backend.xp_of(runs[0])
    key = "row" if taps is None else "window"
    all_best = backend.scratch(f"best of a {key}", runs[0].shape, runs[0].dtype)
    all_taps = backend.scratch(f"taps of a {key}", runs[0].shape, dtype)
    count = len(runs[-1])
    all_best[count:] = all_taps[count:] = 0  # too few rivals; nobody wants them
    better = backend.scratch("better", (count,), "uint8")
    rival_taps = backend.scratch("taps of rivals", (count,), dtype)
    champions, best_taps = runs[0][:count], 0 if taps is None else taps[0][:count]
    for i, run in enumerate(runs[1:], start=1):
        rivals = run[:count]
        if taps is None and i == 1:  # it has tap 1 where it wins, the other has 0
            best_taps = _compare(rivals, champions, all_taps[:count])
        else:
            _compare(rivals, champions, better)
            if taps is None:
                xp.multiply(better, i, out=rival_taps)
            else:
                xp.add(taps[i][:count], i * weight, out=rival_taps)
                rival_taps *= better
            best_taps = xp.maximum(best_taps, rival_taps, out=all_taps[:count])
        champions = xp.maximum(rivals, champions, out=all_best[:count])
    if len(runs) == 1:
        all_taps[...] = best_taps
        return runs[0], all_taps
    return all_best, all_taps


def _compare(rivals, champions, out):
    """Write 1 where a rival is larger, else 0."""
    # a truth value is a byte: NumPy need not convert it
    target = out.view(bool) if out.itemsize == 1 else out
    backend.xp_of(out).greater(rivals, champions, out=target)
    return out


def _sum(runs, key):
    """Return the sum of the runs, place by place."""
    if len(runs) == 1:
        return runs[0]
    sums = backend.scratch(f"pooling {key}", runs[0].shape, runs[0].dtype)
    count = len(runs[-1])
    sums[count:] = 0  # nobody wants what is summed there
    total = sums[:count]
    backend.xp_of(total).add(runs[0][:count], runs[1][:count], out=total)
    for run in runs[2:]:
        total += run[:count]
    return sums


def _slide_spread(x, kernel, step, out):
    """Give each number to `kernel` places, `step` apart: the adjoint of a sum."""
    out[...] = x
    count = x.size - (kernel - 1) * step
    for i in range(1, kernel):
        _flat(out)[i * step : i * step + count] += _flat(x)[:count]


def _flat(array):
    return array.reshape(-1)
