"""im2col: lay all windows of an image side by side, so that convolution is one product.

The windows are made one axis at a time: unrolling the width of (C, h, w) gives
(C, kw, h, ow), unrolling the height of that gives (C, kh, kw, oh, ow). The second
step copies long runs, which is several times faster than cutting out each of the
kh x kw x oh x ow places, and the same two functions serve 1, 2, 3 or more axes.

A block of n images is held with the image as the *last* axis, (C, h, w, n): runs
stay long where the maps are small, and one image needs no rearranging at all.
"""

from functools import lru_cache
from typing import NamedTuple

from brew import backend


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

    @property
    def is_identity(self):
        """Tell whether unrolling leaves the axis as it is."""
        return self.kernel == 1 and self.stride == 1 and self.pad == 0


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


def im2col(x, axes, sizes):
    """Return the windows of a block of images, in scratch memory of this thread.

    Parameters
    ----------
    x : array (C, h, w, n)
        The images, their number last; any number of spatial axes.
    axes : sequence of Axis
        The window, one Axis for each spatial axis.
    sizes : sequence of int
        The number of windows along each axis, (oh, ow).

    Returns
    -------
    array (C, kh, kw, oh, ow, n)
        Zero where a window hangs over the border.
    """
    position = len(axes)  # stays: each new axis of taps pushes the next one here
    for number in reversed(range(position)):
        if axes[number].is_identity and x.shape[position] == sizes[number]:
            x = x[:, None]
            continue
        shape = [x.shape[0], axes[number].kernel, *x.shape[1:]]
        shape[position + 1] = sizes[number]
        windows = backend.scratch(f"im2col {number}", shape, x.dtype)
        unroll(x, position, axes[number], windows)
        x = windows
    return x


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
    for number in range(position - 1):
        shape = [windows.shape[0], *windows.shape[2:]]
        if axes[number].is_identity and shape[position] == out.shape[number + 1]:
            windows = windows[:, 0]
            continue
        shape[position] = out.shape[number + 1]
        folded = backend.scratch(f"im2col {number + 1}", shape, out.dtype)
        folded.fill(0)
        fold(windows, position, axes[number], folded)
        windows = folded
    fold(windows, position, axes[-1], out)


def unroll(x, position, axis, out):
    """Copy the windows along one axis.

    Parameters
    ----------
    x : array
        Of shape (C, ..., size, ...).
    position : int
        Which axis of `x` is unrolled.
    axis : Axis
        The window along it.
    out : array
        Of shape (C, kernel, ..., size_out, ...): ``out[:, i, ..., o, ...]`` gets
        ``x[:, ..., o * stride + i * dilation - pad, ...]``, zero outside.
    """
    for at_out, at_x, rims in _taps(
        axis, position, x.shape[position], out.shape[position + 1]
    ):
        out[at_out] = x[at_x]
        for rim in rims:
            out[rim] = 0


def fold(windows, position, axis, out):
    """Add the windows along one axis into `out`: the adjoint of :func:`unroll`."""
    sizes = out.shape[position], windows.shape[position + 1]
    for at_windows, at_out, _ in _taps(axis, position, *sizes):
        out[at_out] += windows[at_windows]


@lru_cache(maxsize=4096)
def _taps(axis, position, size, num_windows):
    """Return for each tap of the kernel: index of its windows, of x, of the padding."""
    taps = []
    for i in range(axis.kernel):
        shift = i * axis.dilation - axis.pad  # window o reads x[o * stride + shift]
        first = min(max(0, -(shift // axis.stride)), num_windows)
        last = min(max(first, (size - 1 - shift) // axis.stride + 1), num_windows)
        start = first * axis.stride + shift
        stop = start + (last - first - 1) * axis.stride + 1 if last > first else start

        def windows(low, high, i=i):
            return (slice(None), i, *[slice(None)] * (position - 1), slice(low, high))

        at_x = (*[slice(None)] * position, slice(start, stop, axis.stride))
        rims = [windows(0, first)] if first > 0 else []
        rims += [windows(last, num_windows)] if last < num_windows else []
        taps.append((windows(first, last), at_x, rims))
    return taps
