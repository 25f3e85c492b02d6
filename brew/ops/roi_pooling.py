"""ROI pooling: the maximum in each cell of a grid that is laid over a region.

A cell is a rectangle, so its columns and rows are searched one after the other, for
all cells of some regions at once: first the best of the columns of a cell, in every
row; then the best of its rows. Cells differ in size; where one is smaller than the
largest, its last place is looked at again, and cannot win.
"""

from brew import backend
from brew.ops.pieces import PIECE

ON_DEVICE = 64  # a GPU takes so many times more regions at once


def forward(x, rois, pooled, scale=1.0, out=None, places=None):
    """Return the maximum in each cell of each region, 0 in cells outside the image.

    Parameters
    ----------
    x : array (N, C, h, w)
        The maps.
    rois : array (R, 5)
        Regions of interest: number of the image, then x1, y1, x2, y2, the places of
        the first and last column and row.
    pooled : (int, int)
        How many rows and columns of cells a region has.
    scale : float, default 1
        Regions are given in other units: times `scale` they are places in the maps.
    out : array (R, C, ph, pw), optional
        Where to write.
    places : array of int32 (R, C, ph, pw), optional
        Gets the place of each maximum, row * w + column, the first of equals; -1 in
        cells that lie outside.
    """
    xp = backend.xp_of(x)
    shape = len(rois), x.shape[1], *pooled
    out = xp.empty(shape, x.dtype) if out is None else out
    places = xp.empty(shape, "int32") if places is None else places
    images = rois[:, 0].astype("int64")
    columns = cells(rois[:, 1], rois[:, 3], pooled[1], x.shape[3], scale)
    rows = cells(rois[:, 2], rois[:, 4], pooled[0], x.shape[2], scale)
    maps = _channels_last(x)

    def pool(block):
        y, at = _pool(maps, images[block], rows[:, block], columns[:, block])
        out[block] = y.transpose(0, 3, 1, 2)
        places[block] = at.transpose(0, 3, 1, 2)

    blocks = _blocks(len(rois), pooled[1] * x.shape[1] * x.shape[2])
    backend.parallel(lambda i: pool(blocks[i]), len(blocks))
    return out


def backward(dy, rois, places, shape, out=None):
    """Return dx: each dy is added where the maximum of its cell was.

    Parameters
    ----------
    dy, places : array (R, C, ph, pw)
        The gradient, and what :func:`forward` recorded.
    rois : array (R, 5)
        As in forward.
    shape : (N, C, h, w)
        Of x.
    out : array (N, C, h, w), optional
        Where to write; contiguous.
    """
    xp = backend.xp_of(dy)
    out = xp.empty(shape, dy.dtype) if out is None else out
    out.fill(0)
    _, C, h, w = shape
    images = rois[:, 0].astype("int64")
    for block in _blocks(len(rois), dy[:1].size):
        planes = images[block, None] * C + xp.arange(C)
        index = planes[:, :, None, None] * (h * w) + places[block]
        is_inside = places[block] >= 0
        index *= is_inside
        xp.add.at(out.reshape(-1), index.reshape(-1), (dy[block] * is_inside).ravel())
    return out


def cells(first, last, count, size, scale=1.0):
    """Return where the cells of each region begin and end along one axis.

    Parameters
    ----------
    first, last : array (R,)
        The first and the last place of each region; times `scale` they are rounded,
        halves away from zero. A region has one place at least.
    count : int
        The number of cells of a region. Neighbours may share a place.
    size : int
        Of the axis; cells are cut there, and may be empty.

    Returns
    -------
    array of int64 (2, R, count)
        The first place of each cell, and the one behind its last.
    """
    xp = backend.xp_of(first)
    first, last = _round(first * scale)[:, None], _round(last * scale)[:, None]
    length = xp.maximum(last - first + 1, 1)
    cell = xp.arange(count)
    starts = first + cell * length // count
    ends = first - (cell + 1) * -length // count
    return xp.stack([starts, ends]).clip(0, size)


def _round(numbers):
    """Return the nearest integers; in float64, where adding a half is exact."""
    xp = backend.xp_of(numbers)
    numbers = numbers.astype("float64")
    return xp.trunc(numbers + 0.5 * xp.sign(numbers)).astype("int64")


def _channels_last(x):
    """Return (N, C, h, w) as (N, h, w, C), to copy long runs."""
    N, C, h, w = x.shape
    maps = backend.scratch("maps of regions", (N, h * w, C), x.dtype)
    maps[...] = x.reshape(N, C, h * w).swapaxes(1, 2)
    return maps.reshape(N, h, w, C)


def _blocks(num_regions, size):
    """Return slices of regions, each of which needs `size` numbers to work on."""
    room = PIECE * (ON_DEVICE if backend.on_device() else 1)
    step = max(1, room // max(1, size))
    return [slice(i, i + step) for i in range(0, num_regions, step)]


def _pool(maps, images, rows, columns):
    """Return the maxima and their places for some regions, each (B, ph, pw, C)."""
    xp = backend.xp_of(maps)
    N, h, w, _ = maps.shape
    first = min(int(rows[0].min()), h - 1)
    seen = slice(first, max(first + 1, int(rows[1].max())))
    places = xp.arange(h * w, dtype="int32").reshape(1, h, w, 1)
    places = xp.broadcast_to(places, (N, h, w, 1))
    best = [array[:, seen].swapaxes(1, 2) for array in (maps, places)]
    best = _best(*best, images, *columns)  # (B, pw, rows, C)
    best = [array.swapaxes(1, 2) for array in best]
    best, places = _best(*best, xp.arange(len(images)), *(rows - first))
    no_rows, no_columns = rows[0] >= rows[1], columns[0] >= columns[1]
    outside = no_rows[:, :, None] | no_columns[:, None, :]
    best[outside], places[outside] = 0, -1
    return best, places


def _best(values, places, images, starts, ends):
    """Return the best of each run, and its place.

    Parameters
    ----------
    values : array (N, size, ...)
    places : array of int32, like values or broadcast to it
        Must grow along the second axis.
    images : array of int (B,)
        Which item of `values` each region looks at.
    starts, ends : array of int (B, count)
        Runs along the second axis; empty ones give anything.

    Returns
    -------
    best, places : array (B, count, ...)
    """
    xp = backend.xp_of(values)
    images, at = images[:, None], xp.minimum(starts, values.shape[1] - 1)
    best = values[images, at]
    best_places = xp.empty(best.shape, "int32")
    best_places[...] = places[images, at]
    for _ in range(1, int((ends - starts).max())):
        at = xp.minimum(at + 1, xp.maximum(ends - 1, at))
        rivals = values[images, at]
        # A later place is larger: so the larger of two is the right one.
        better_places = (rivals > best) * places[images, at]
        xp.maximum(best_places, better_places, out=best_places)
        xp.maximum(best, rivals, out=best)
    return best, best_places
