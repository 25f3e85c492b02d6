"""Programs for the GPU, where CuPy's own calls would be many: windows, and pooling.

The kernels stand in ``kernels.cu``; CuPy compiles them at first use. Each does in one
launch what the plain array code beside it, in :mod:`brew.ops.im2col` and
:mod:`brew.ops.pooling`, does in many, and gives the same numbers.
"""

from functools import cache
from pathlib import Path

from brew import backend

FILE = Path(__file__).with_suffix(".cu")
THREADS = 256  # in a block
MOST_NUMBERS = 2**30  # in an array: the kernels count with 32 bits
C_TYPES = {
    "float32": "float",
    "float64": "double",
    "uint8": "unsigned char",
    "int32": "int",
}


def can_take(*arrays):
    """Tell whether these are arrays on a GPU that the kernels can work on."""
    return backend.on_device() and all(
        array.flags.c_contiguous
        and array.dtype.name in C_TYPES
        and 0 < array.size < MOST_NUMBERS
        for array in arrays
    )


def im2col(x, axes, windows):
    """Write the windows of a block of images, as :func:`brew.ops.im2col.im2col`.

    Parameters
    ----------
    x : array (C, h, w, n)
    axes : pair of Axis
    windows : array (C, kh, kw, oh, ow, n)
        Is written.
    """
    _launch("im2col", (x, windows), windows.size, *_window(x, axes, windows))


def col2im(windows, axes, x):
    """Add the windows up where they came from; arguments as in :func:`im2col`."""
    _launch("col2im", (windows, x), x.size, *_window(x, axes, windows))


def max_forward(x, out, taps, *window):
    """Write maxima and taps, as :func:`brew.ops.pooling.max_forward`.

    Parameters
    ----------
    x : array (N, C, h, w)
    out, taps : array (N, C, oh, ow)
        Are written.
    *window : (int, int)
        Kernel, stride and pad.
    """
    lowest = x.dtype.type(backend.xp_of(x).finfo(x.dtype).min)
    sizes = out.size, *_sizes(x, out, window)
    _launch("max_forward", (x, out, taps, lowest), *sizes, tap=taps.dtype.name)


def max_backward(dy, taps, out, *window):
    """Write dx, as :func:`brew.ops.pooling.max_backward`."""
    sizes = out.size, *_sizes(out, dy, window)
    _launch("max_backward", (dy, taps, out), *sizes, tap=taps.dtype.name)


def average_forward(x, out, *window):
    """Write averages, as :func:`brew.ops.pooling.average_forward`."""
    _launch("average_forward", (x, out), out.size, *_sizes(x, out, window))


def average_backward(dy, out, *window):
    """Write dx, as :func:`brew.ops.pooling.average_backward`."""
    _launch("average_backward", (dy, out), out.size, *_sizes(out, dy, window))


def source(real, tap):
    """Return the kernels for images and taps of these types, such as float32, uint8."""
    types = f"using real = {C_TYPES[real]}; using tap_t = {C_TYPES[tap]};"
    return (
        f"{types} {FILE.read_text('utf-8')}"  # the lines of the file keep their numbers
    )


def _window(x, axes, windows):
    """Return what the kernels for windows want to know."""
    pairs = [(axis.stride, axis.dilation) for axis in axes]
    strides, dilations = zip(*pairs, strict=True)
    return *x.shape[1:], *windows.shape[1:5], *strides, *dilations


def _sizes(x, y, window):
    """Return what the kernels for pooling want to know."""
    return *x.shape[2:], *y.shape[2:], *(size for pair in window for size in pair)


def _launch(name, arguments, count, *sizes, tap="uint8"):
    """Run a kernel with a thread for each of `count` numbers."""
    xp = backend.xp_of(arguments[0])
    kernel = _module(xp, arguments[0].dtype.name, tap).get_function(name)
    # CuPy would send a Python int as 8 bytes; a kernel's int has 4
    ints = (xp.int32(number) for number in (count, *sizes))
    kernel((-(-count // THREADS),), (THREADS,), (*arguments, *ints))


@cache
def _module(xp, real, tap):
    return xp.RawModule(code=source(real, tap))
