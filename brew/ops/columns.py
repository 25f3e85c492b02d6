"""Columns: all windows of the images, one after the other, as Im2col shows them.

Convolution makes its windows block by block, so that they stay in the cache. Here
they are made with the same tools, :mod:`brew.ops.im2col`, for whole images.
"""

from math import prod

from brew import backend
from brew.ops.im2col import col2im, make_axes, size_out, unroll
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
        view = unroll(room.reshape(-1, *room.shape[2:]), 1, axes, counts)
        windows.reshape(view.shape)[...] = view

    by_items(copy, out, x)
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
        windows = windows.reshape(-1, *kernel, *counts, 1)
        col2im(windows, axes, room.reshape(-1, *room.shape[2:], 1))
        dx.fill(0)  # pixels that no window sees
        dx[seen] = room[inside]

    by_items(add, dy, out)
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
