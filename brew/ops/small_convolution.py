"""Convolution where there is little to compute: then calls cost more than numbers.

A table says for each window where its numbers stand, so that one call gathers them
all, and padding is one more number, a zero at the end. The gradient of the input is
gathered as well: a second table says for each pixel and each place of a window which
output saw the pixel there.
"""

from functools import lru_cache
from math import prod

from brew import backend
from brew.ops.im2col import make_axes, size_out, unroll

FEW = 10_000  # numbers in a table: below this, it is faster


def forward(x, W, b, window, group, out):
    """Write the convolution to `out`; see :func:`brew.ops.convolution.forward`.

    Parameters
    ----------
    x, W, b, group, out
        As there.
    window : tuple
        Stride, pad and dilation.
    """
    kernels = W.reshape(group, len(W) // group, -1)
    columns = _columns(x, W, window, group)
    total = out.reshape(len(x), *kernels.shape[:2], -1)
    backend.xp_of(x).matmul(kernels, columns, out=total)
    if b is not None:
        total += b.reshape(*kernels.shape[:2], 1)


def backward(dy, x, W, window, group, dx, dW, db):
    """Compute the gradients; see :func:`brew.ops.convolution.backward`."""
    xp = backend.xp_of(dy)
    rows = dy.reshape(len(dy), group, len(W) // group, -1)
    if db is not None:
        db += rows.sum(3).sum(0).reshape(-1)
    if dW is not None:
        columns = _columns(x, W, window, group)
        dW += xp.matmul(rows, columns.swapaxes(2, 3)).sum(0).reshape(W.shape)
    if dx is not None:
        _, outputs = _tables(x.shape, W.shape, *window)
        seen = _gather(dy, outputs).reshape(len(dy), group, -1, prod(x.shape[2:]))
        turned = W.reshape(*rows.shape[1:3], W.shape[1], -1).swapaxes(1, 2)
        turned = turned.reshape(group, W.shape[1], -1)
        xp.matmul(turned, seen, out=dx.reshape(len(x), *turned.shape[:2], -1))


def _columns(x, W, window, group):
    """Return the windows, each a column: (N, group, C kh kw / group, oh ow)."""
    pixels, _ = _tables(x.shape, W.shape, *window)
    return _gather(x, pixels).reshape(len(x), group, W[0].size, -1)


def _gather(images, table):
    """Return the numbers at the places of the table; behind the last is a zero."""
    padded = backend.scratch("small images", (images.size + 1,), images.dtype)
    padded[:-1] = images.reshape(-1)
    padded[-1] = 0
    return padded.take(table)


@lru_cache(maxsize=128)
def _tables(x_shape, W_shape, stride, pad, dilation):
    """Return where to look for what windows see, and for what sees the pixels.

    Returns
    -------
    pixels : array (N C, kh kw, oh ow)
        Where the number stands in x; or x's size, where there is padding.
    outputs : array (N K, kh kw, h w)
        Where the number stands in y; or y's size, where no window has that pixel at
        that place.
    """
    xp = backend.get_xp()
    axes = make_axes(W_shape[2:], stride, pad, dilation)
    counts = tuple(map(size_out, x_shape[2:], axes))
    num_pixels, num_windows = prod(x_shape[2:]), prod(counts)
    plane = xp.arange(num_pixels).reshape(1, *x_shape[2:])
    sides = [(axis.pad, axis.pad + axis.extent) for axis in axes]  # room for the last
    plane = xp.pad(plane, [(0, 0), *sides], constant_values=num_pixels)
    pixels = unroll(plane, 1, axes, counts).reshape(-1, num_windows)
    taps = xp.arange(len(pixels))[:, None]
    outputs = xp.full((len(pixels), num_pixels + 1), num_windows)
    outputs[taps, pixels] = xp.arange(num_windows)
    return (
        _for_planes(x_shape[0] * x_shape[1], pixels, num_pixels),
        _for_planes(x_shape[0] * W_shape[0], outputs[:, :-1], num_windows),
    )


def _for_planes(count, table, size):
    """Return the table of a plane for each of `count` planes of `size` numbers."""
    xp = backend.xp_of(table)
    all_planes = table + xp.arange(count)[:, None, None] * size
    return xp.where(table == size, count * size, all_planes)
