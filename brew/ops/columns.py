"""Columns: all windows of the images, one after the other, as Im2col shows them.

Convolution makes them block by block, with :mod:`brew.ops.im2col`, and much faster.
Here it is done the plain way: for each place of the window, a tap, the pixels that it
sees as the window slides over the image lie on a grid, and so they are copied at once.
"""

from itertools import product
from math import prod

from brew import backend
from brew.ops.im2col import make_axes, size_out
from brew.ops.pieces import by_items


def forward(x, kernel, stride=1, pad=0, dilation=1, out=None):
    """Return what the windows see.

    Parameters
    ----------
    x : array (N, C, h, w)
        The images; any number of spatial axes.
    kernel : tuple of int
        The size of the window, (kh, kw).
    stride, pad, dilation : int or tuple of int
        For all spatial axes, or for each.
    out : array (N, C kh kw, oh, ow), optional
        Where to write; contiguous.

    Returns
    -------
    array (N, C kh kw, oh, ow)
        `out`, or a new array. Zero where a window hangs over the border.
    """
    axes = make_axes(kernel, stride, pad, dilation)
    counts = tuple(map(size_out, x.shape[2:], axes))
    if out is None:
        shape = (len(x), x.shape[1] * prod(kernel), *counts)
        out = backend.xp_of(x).empty(shape, x.dtype)

    def copy(windows, x):
        room, inside, seen = _room(x, axes, counts)
        room.fill(0)
        room[inside] = x[seen]
        for tap in product(*map(range, kernel)):
            windows[:, :, *tap] = room[_grid(tap, axes, counts)]

    by_items(copy, out.reshape(*x.shape[:2], *kernel, *counts), x)
    return out


def backward(dy, shape, kernel, stride=1, pad=0, dilation=1, out=None):
    """Return dx: what the windows say about each pixel, added up.

    Parameters
    ----------
    dy : array (N, C kh kw, oh, ow)
        Gradient of the loss with respect to the columns.
    shape : (N, C, h, w)
        Of x.
    kernel, stride, pad, dilation
        As in :func:`forward`.
    out : array (N, C, h, w), optional
        Where to write.
    """
    axes, counts = make_axes(kernel, stride, pad, dilation), dy.shape[2:]
    out = backend.xp_of(dy).empty(shape, dy.dtype) if out is None else out

    def add(windows, dx):
        room, inside, seen = _room(dx, axes, counts)
        room.fill(0)
        for tap in product(*map(range, kernel)):
            room[_grid(tap, axes, counts)] += windows[:, :, *tap]
        dx.fill(0)  # pixels that no window sees
        dx[seen] = room[inside]

    by_items(add, dy.reshape(*shape[:2], *kernel, *counts), out)
    return out


def _room(x, axes, counts):
    """Return room for all windows, and where images lie in it, and what part of them.

    The room holds the padding too, and leaves out what no window sees.
    """
    sizes, inside, seen = [], [...], [...]
    for size, axis, count in zip(x.shape[2:], axes, counts, strict=True):
        sizes.append((count - 1) * axis.stride + axis.extent)
        overlap = max(0, min(size, sizes[-1] - axis.pad))
        inside.append(slice(axis.pad, axis.pad + overlap))
        seen.append(slice(0, overlap))
    room = backend.scratch("room for windows", (*x.shape[:2], *sizes), x.dtype)
    return room, tuple(inside), tuple(seen)


def _grid(tap, axes, counts):
    """Return the pixels that a place of the window sees as the window slides."""
    grid = [...]
    for i, axis, count in zip(tap, axes, counts, strict=True):
        first = i * axis.dilation
        grid.append(slice(first, first + (count - 1) * axis.stride + 1, axis.stride))
    return tuple(grid)
