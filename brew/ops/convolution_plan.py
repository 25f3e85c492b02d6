"""How a convolution cuts its batch into blocks, and who works on them.

Two ways lead to the product of kernels and windows. The plain one unrolls all axes of
the image. But if the image keeps its height, the rows of the kernel may come *late*:
the kernels are cut into rows, each row makes an image of its own, and these are
shifted and added up. Then less is unrolled, and the product has more rows and fewer
columns, which is faster for layers with few outputs.
"""

from functools import lru_cache
from itertools import chain, pairwise
from math import ceil, prod
from typing import NamedTuple

from brew import backend
from brew.ops.im2col import Axis, make_axes, size_out

BLOCK = 1 << 20  # numbers in the unrolled windows: 4 MB
LARGEST_BLOCK = 1 << 21  # an image that needs more is cut into bands of rows
MOST_IMAGES = 16  # more make the rearranging slow: 16 numbers fill a cache line
WIDE_ENOUGH = 192  # windows from which a matrix product runs at full speed
TEAM_WORK = 5_000_000  # multiplications from which a second thread pays
ON_DEVICE = 64  # a GPU takes blocks that many times larger
LATE_INPUTS = 64  # numbers a row of a kernel sees from which late rows pay
LATE_WINDOWS = 2048  # and windows, for which the kernels are rearranged once


class Block(NamedTuple):
    """Some images of the batch, or a band of rows of one image."""

    images: slice
    at_x: tuple  # where its input lies in x
    at_y: tuple  # where its output lies in y
    axes: tuple  # how the window lies on that input: an Axis for each spatial axis
    sizes: tuple  # the number of windows along each axis
    late_rows: Axis | None  # how late rows of the kernel are shifted
    starts_image: bool  # is it the first or only band?
    is_pointwise: bool  # is every pixel its own window, as in 1 x 1 convolution?


class Plan(NamedTuple):
    """The blocks of a batch."""

    sizes: tuple  # of the output: (oh, ow)
    rows_are_late: bool
    blocks: list
    shares: list  # the blocks of each worker, all bands of an image in one share


class _Task(NamedTuple):
    """What is to be convolved."""

    x: tuple  # the shapes
    W: tuple
    axes: tuple
    sizes: tuple

    @property
    def num_windows(self):
        return prod(self.sizes)

    @property
    def unrolled(self):
        """How many numbers the windows of an image hold; 0 if there is no copy."""
        if all(axis.kernel == 1 and axis.pad == 0 for axis in self.axes):
            return 0
        if self.rows_are_late:
            columns = max(self.x[1] * prod(self.W[3:]), self.W[0] * self.W[2])
            return columns * self.num_windows
        return self.x[1] * prod(self.W[2:]) * self.num_windows

    @property
    def is_large(self):
        return self.x[0] * prod(self.W) * self.num_windows > TEAM_WORK

    @property
    def rows_are_late(self):
        rows, row = self.axes[0], prod(self.W[3:])
        return (
            rows.kernel > 1
            and rows.stride == 1
            and self.x[2] <= 1.2 * self.sizes[0]
            and self.W[1] * row >= LATE_INPUTS
            and self.W[0] <= self.x[1] * row
            and self.x[0] * self.num_windows >= LATE_WINDOWS
        )


def make_plan(x_shape, W_shape, stride=1, pad=0, dilation=1):
    """Return the Plan for these shapes; an int counts for each spatial axis."""
    threads = 0 if backend.on_device() else backend.num_threads()
    return _make_plan(x_shape, W_shape, stride, pad, dilation, threads)


@lru_cache(maxsize=1024)
def _make_plan(x_shape, W_shape, stride, pad, dilation, threads):
    axes = make_axes(W_shape[2:], stride, pad, dilation)
    sizes = tuple(map(size_out, x_shape[2:], axes))
    task = _Task(x_shape, W_shape, axes, sizes)
    num_images = max(1, x_shape[0])
    workers = threads if threads and task.is_large else 1
    scale = 1 if threads else ON_DEVICE
    step = _images_per_block(num_images, task, workers, scale)
    num_bands = 1
    if step == 1:
        largest = LARGEST_BLOCK * scale
        num_bands = max(1, ceil(task.unrolled / largest), workers // num_images)
    groups = [
        _bands(slice(n, n + step), task, min(num_bands, sizes[0]))
        for n in range(0, x_shape[0], step)
    ]
    num_shares = min(workers, len(groups))
    shares = [list(chain(*groups[i::workers])) for i in range(num_shares)]
    return Plan(sizes, task.rows_are_late, list(chain(*groups)), shares)


def _images_per_block(num_images, task, workers, scale):
    """Return how many: enough for the product, few for the cache, dealt evenly."""
    wanted = ceil(WIDE_ENOUGH * scale / task.num_windows)
    if task.unrolled:
        wanted = max(wanted, min(MOST_IMAGES, BLOCK // task.unrolled) * scale)
    rounds = ceil(num_images / (wanted * workers))
    return ceil(num_images / (rounds * workers))


def _bands(images, task, num_bands):
    """Return the blocks of these images, cut along the rows of the output."""
    cuts = [task.sizes[0] * i // num_bands for i in range(num_bands + 1)]
    return [_block(images, first, last, task) for first, last in pairwise(cuts)]


def _block(images, first, last, task):
    """Return the Block that makes the rows `first` to `last` of the output."""
    rows, every = task.axes[0], slice(None)
    start = first * rows.stride - rows.pad
    low = max(0, min(start, task.x[2] - 1))  # one row at least, if all is padding
    high = min(task.x[2], (last - 1) * rows.stride - rows.pad + rows.extent)
    seen = [slice(low, max(low + 1, high)), *[every] * (len(task.axes) - 1)]
    axes = [rows._replace(pad=low - start), *task.axes[1:]]
    sizes = [last - first, *task.sizes[1:]]
    late_rows = None
    if task.rows_are_late:
        late_rows = _turned(axes[0])
        axes[0], sizes[0] = Axis(1), seen[0].stop - low
    for i, axis in enumerate(task.axes):
        if axis.kernel == 1 and axis.pad == 0:  # what lies between is never read
            seen[i] = slice(seen[i].start, seen[i].stop, axis.stride)
            axes[i] = Axis(1)
    return Block(
        images,
        (images, every, *seen),
        (images, every, slice(first, last)),
        tuple(axes),
        tuple(sizes),
        late_rows,
        starts_image=first == 0,
        is_pointwise=all(axis.is_identity for axis in task.axes),
    )


def _turned(axis):
    """Return the axis along which outputs see inputs, for the kernel turned around.

    Input i reaches output o if i = o + tap - pad. Seen from the input, with taps
    counted from the other end, that is a window as well.
    """
    return Axis(axis.kernel, 1, axis.extent - 1 - axis.pad, axis.dilation)
