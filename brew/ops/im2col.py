"""im2col: lay all windows of an image side by side, so that convolution is one product.

Unrolled along the width, (C, h, w) becomes (C, kw, h, ow); along the height too, it
is (C, kh, kw, oh, ow). As long as nothing is copied, these are only ways to look at
the image, in which each pixel appears once for every window that sees it. The same
few lines serve one, two, three or more spatial axes.

A block of n images is held with the image as the *last* axis, (C, h, w, n): then
windows are copied in runs of ow * n numbers, which are long also for small images.
On a GPU, kernels do the same for images with two axes.
"""

from typing import NamedTuple

from brew import backend
from brew.ops import kernels


class Axis(NamedTuple):
    """How a window lies along one spatial axis."""

    kernel: int
    stride: int = 1
    pad: int = 0
    dilation: int = 1

    @property
    def extent(self):
        """The length of the dilated kernel."""
        return self.dilation * (self.kernel - 1) + 1


def make_axes(kernel, stride=1, pad=0, dilation=1):
    """Return an Axis for each spatial axis; an int counts for all of them."""
    lists = [
        (value,) * len(kernel) if isinstance(value, int) else value
        for value in (stride, pad, dilation)
    ]
    return tuple(Axis(*numbers) for numbers in zip(kernel, *lists, strict=True))


def size_out(size, axis):
    """Return how many windows fit along an axis of `size`.

    As Caffe: C's division, toward zero, so that a window that is too long by
    less than one stride still counts once.
    """
    return int((size + 2 * axis.pad - axis.extent) / axis.stride) + 1


def unroll(x, position, axes, counts):
    """Return a view of x with the windows along some axes.

    Parameters
    ----------
    x : array (C, ..., h, w, ...)
        Padded already.
    position : int
        Where the axes to unroll begin in x.
    axes : sequence of Axis
        The window, one Axis for each axis that is unrolled.
    counts : sequence of int
        The number of windows along each of them.

    Returns
    -------
    array (C, kh, kw, ..., oh, ow, ...)
        At [c, i, ..., o, ...] stands x[c, ..., o * stride + i * dilation, ...].
    """
    places = slice(position, position + len(axes))
    shape, strides = list(x.shape), list(x.strides)
    steps = strides[places]
    shape[places] = counts
    strides[places] = [a.stride * step for a, step in zip(axes, steps, strict=True)]
    shape[1:1] = [axis.kernel for axis in axes]
    strides[1:1] = [a.dilation * step for a, step in zip(axes, steps, strict=True)]
    return backend.strided(x, shape, strides)


def fold(windows, position, axis, out):
    """Add windows along one axis up where they came from: the adjoint of unroll.

    Parameters
    ----------
    windows : array (C, kernel, ..., count, ...)
        One value for each place of each window.
    position, axis
        As in :func:`unroll`.
    out : array (C, ..., size, ...)
        Is added to.
    """
    reach = (windows.shape[position + 1] - 1) * axis.stride + 1
    before = (slice(None),) * position
    for i in range(axis.kernel):
        start = i * axis.dilation
        target = out[(*before, slice(start, start + reach, axis.stride))]
        target += windows[:, i]


def look_at_windows(x, axes, counts):
    """Return a view of the windows, or of a copy in which they are quick to find.

    Parameters and shapes are those of :func:`im2col`.
    """
    if any(axis.stride > 1 for axis in axes[1:]):
        # a copy of the rows' windows first: else each kh would stride anew
        x = _copy(unroll(x, 2, axes[1:], counts[1:]), "im2col 1")
        return unroll(x, len(axes), axes[:1], counts[:1])
    return unroll(x, 1, axes, counts)


def im2col(x, axes, counts):
    """Return the windows of a block of images, in scratch memory of this thread.

    Parameters
    ----------
    x : array (C, h, w, n)
        Padded images, their number last; any number of spatial axes.
    axes : sequence of Axis
        The window, one Axis for each spatial axis.
    counts : sequence of int
        The number of windows along each axis, (oh, ow).

    Returns
    -------
    array (C, kh, kw, oh, ow, n)
    """
    if len(axes) == 2 and backend.on_device():
        shape = len(x), *(axis.kernel for axis in axes), *counts, x.shape[-1]
        windows = backend.scratch("im2col 0", shape, x.dtype)
        if kernels.can_take(x, windows):
            kernels.im2col(x, axes, windows)
            return windows
    return _copy(look_at_windows(x, axes, counts), "im2col 0")


def col2im(windows, axes, out):
    """Add the windows up where they came from: the adjoint of :func:`im2col`.

    Parameters
    ----------
    windows : array (C, kh, kw, oh, ow, n)
        One value for each place of each window.
    axes : sequence of Axis
        The window.
    out : array (C, h, w, n)
        Is added to.
    """
    position = len(axes)
    if position == 2 and kernels.can_take(windows, out):
        kernels.col2im(windows, axes, out)
        return
    for number in range(position - 1):
        if axes[number].kernel == axes[number].stride == 1:
            windows = windows[:, 0]
            continue
        shape = [windows.shape[0], *windows.shape[2:]]
        shape[position] = out.shape[number + 1]
        folded = backend.scratch(f"im2col {number + 1}", shape, out.dtype)
        folded.fill(0)
        fold(windows, position, axes[number], folded)
        windows = folded
    fold(windows, position, axes[-1], out)


def _copy(view, key):
    copy = backend.scratch(key, view.shape, view.dtype)
    copy[...] = view
    return copy
