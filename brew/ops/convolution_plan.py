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
from brew.ops import small_convolution, winograd_plan
from brew.ops.im2col import Axis, make_axes, size_out

BLOCK = 7 << 18  # numbers in the windows and the outputs: 7 MB
LARGEST_BLOCK = 1 << 21  # an image that needs more is cut into bands of rows
MOST_IMAGES = 32  # more make the rearranging slow: too few rows fit a cache
WIDE_ENOUGH = 192  # windows from which a matrix product runs at full speed
LONG_ROWS = 512  # pixels of an image whose rows are long enough to be copied fast
FEW_OUTPUTS = 128  # below, BLAS is up to half faster on the transposed product
FEW_WINDOWS = 25  # of a 1 x 1 convolution with few outputs, from which it is stacked,
MANY_WINDOWS = 64  # and the same with many
TEAM_WORK = 5_000_000  # multiplications from which a second thread pays
ON_DEVICE = 64  # a GPU takes blocks that many times larger
LARGE_OUTPUT = 1 << 18  # numbers in the output of an image: 1 MB
STRIP = 300_000  # numbers in the windows of a strip of it, at least: 1 MB
STRIP_WINDOWS = 2048  # and windows; with fewer, the product is slow
LATE_INPUTS = 64  # numbers that a row of a kernel sees, from which late rows pay
LATE_WINDOWS = 2048  # and windows, for which the kernels are rearranged once,
LATE_WINDOWS_PER_OUTPUT = 16  # or that many for each of few outputs


class Block(NamedTuple):
    """Some images of the batch, or a band of rows of one image."""

    images: slice
    is_stacked: bool  # or mixed? see convolution.py
    at_x: tuple  # where the input lies in x
    room: tuple  # its size with padding, (h, w)
    inside: tuple  # where the input lies in the room, (s, C, h, w)
    axes: tuple  # how the window lies in the room: an Axis for each spatial axis
    counts: tuple  # the number of windows along each axis
    strips: tuple  # slices of the windows' rows; see large_convolution.py
    late: tuple  # of each row of the kernels: tap, where in y it adds which rows; or ()
    at_y: tuple  # where the output lies in y
    in_place: bool  # is the input held as it is, without padding or gaps?
    is_pointwise: bool  # is every pixel its own window, as in 1 x 1 convolution?
    clears: bool  # must the gradient of its images start at zero?


class Plan(NamedTuple):
    """The blocks of a batch."""

    sizes: tuple  # of the output: (oh, ow)
    pad: tuple  # along each axis
    is_small: bool  # without blocks; see small_convolution.py
    is_winograd: bool  # with fewer multiplications, see winograd.py
    is_large: bool  # in strips; see large_convolution.py
    rows_are_late: bool
    num_workers: int  # who could share the work
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
    def is_pointwise(self):
        return all(axis.kernel == 1 and axis.pad == 0 for axis in self.axes)

    @property
    def unrolled(self):
        """The count of numbers in the windows of an image; 0 if they need no copy."""
        if self.is_pointwise:
            return 0
        row = self.x[1] * prod(self.W[3:])
        column = (
            max(row, self.W[0] * self.W[2]) if self.rows_are_late else row * self.W[2]
        )
        return column * self.num_windows

    @property
    def can_be_stacked(self):
        """Tell whether one image is enough for a product, and for fast copies."""
        if not self.is_pointwise:
            return self.num_windows >= WIDE_ENOUGH and prod(self.x[2:]) >= LONG_ROWS
        # the shorter a product takes, the less it makes up for rearranging the images
        few = self.W[0] <= FEW_OUTPUTS
        return self.num_windows >= (FEW_WINDOWS if few else MANY_WINDOWS)

    @property
    def is_small(self):
        """Tell whether the tables of small_convolution.py stay small."""
        N, C = self.x[:2]
        planes = max(C * self.num_windows, self.W[0] * prod(self.x[2:]))
        return 0 < N * planes * prod(self.W[2:]) < small_convolution.FEW

    @property
    def is_large(self):
        """Tell whether each image is cut into strips; see large_convolution.py."""
        return (
            self.W[0] * self.num_windows > LARGE_OUTPUT
            and self.num_windows >= STRIP_WINDOWS
            and self.W[1] == self.x[1]
            and not self.is_pointwise
            and not self.rows_are_late
        )

    @property
    def wants_a_team(self):
        return self.x[0] * prod(self.W) * self.num_windows > TEAM_WORK

    @property
    def rows_are_late(self):
        rows, row = self.axes[0], prod(self.W[3:])
        return (
            rows.kernel > 1
            and rows.stride == 1
            and rows.pad < rows.extent
            and rows.pad % rows.dilation == 0  # so that a row reaches all outputs
            and self.sizes[0] <= self.x[2] <= 1.2 * self.sizes[0]
            and self.W[1] * row >= LATE_INPUTS
            and self.W[0] <= self.x[1] * row
            and self.x[0] * self.num_windows
            >= min(LATE_WINDOWS, LATE_WINDOWS_PER_OUTPUT * self.W[0])
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
    workers = threads if threads and task.wants_a_team else 1
    scale = 1 if threads else ON_DEVICE
    is_large = threads > 0 and task.is_large
    step = 1 if is_large else _images_per_block(num_images, task, workers, scale)
    num_bands = 1
    if step == 1:
        largest = LARGEST_BLOCK * scale
        num_bands = max(1, ceil(task.unrolled / largest), workers // num_images)
    groups = [
        _bands(range(n, min(n + step, num_images)), task, min(num_bands, sizes[0]))
        for n in range(0, x_shape[0], step)
    ]
    num_shares = min(workers, len(groups))
    shares = [list(chain(*groups[i::workers])) for i in range(num_shares)]
    return Plan(
        sizes=sizes,
        pad=tuple(axis.pad for axis in axes),
        is_small=threads > 0 and task.is_small,
        is_winograd=threads > 0 and winograd_plan.pays(*task),
        is_large=is_large,
        rows_are_late=task.rows_are_late,
        num_workers=workers,
        blocks=list(chain(*groups)),
        shares=shares,
    )


def _images_per_block(num_images, task, workers, scale):
    """Return how many: enough for the product, few for the cache, dealt evenly."""
    wanted = ceil(WIDE_ENOUGH * scale / task.num_windows)
    if task.unrolled or task.can_be_stacked:
        size = task.unrolled + task.W[0] * task.num_windows
        if task.can_be_stacked:
            size += prod(task.W)  # the gradient that an image wants
        wanted = max(wanted, min(MOST_IMAGES, BLOCK // size) * scale)
    rounds = ceil(num_images / (wanted * workers))
    return ceil(num_images / (rounds * workers))


def _bands(images, task, num_bands):
    """Return the blocks of these images, cut along the rows of the output."""
    return [_block(images, rows, task) for rows in _cut(task.sizes[0], num_bands)]


def _block(images, rows, task):
    """Return the Block that makes some rows of the output."""
    every = slice(None)
    images_cut = slice(images.start, images.stop)
    outputs = [rows, *((0, size) for size in task.sizes[1:])]
    sides = [
        _Side.of(axis, size, *output)
        for axis, size, output in zip(task.axes, task.x[2:], outputs, strict=True)
    ]
    late = ()
    if task.rows_are_late:
        late = _late(sides[0], task.axes[0], *rows)
        sides[0] = sides[0].without_padding()
    seen, room, inside, axes, counts = zip(*sides, strict=True)
    is_stacked = len(images) == 1 or task.can_be_stacked
    in_place = is_stacked and all(side.is_dense for side in sides)
    is_pointwise = not late and all(side.is_pointwise for side in sides)
    is_written = is_pointwise if in_place else len(images) > 1
    sees_all = all(
        side.seen == slice(0, size, 1)
        for side, size in zip(sides, task.x[2:], strict=True)
    )
    return Block(
        images=images_cut,
        is_stacked=is_stacked,
        at_x=(images_cut, every, *seen),
        room=room,
        inside=(every, every, *inside),
        axes=axes,
        counts=counts,
        strips=_strips(counts, task) if task.is_large else (),
        late=late,
        at_y=(images_cut, every, slice(*rows)),
        in_place=in_place,
        is_pointwise=is_pointwise,
        clears=rows[0] == 0 and not (is_written and sees_all),
    )


def _strips(counts, task):
    """Return the rows of each strip of a block with these counts of windows."""
    num_windows = prod(counts)
    size = prod(task.W[1:]) * num_windows
    most = min(size // STRIP, num_windows // STRIP_WINDOWS, counts[0])
    return tuple(slice(*rows) for rows in _cut(counts[0], max(1, most)))


def _cut(size, num_parts):
    """Return where each part begins and ends, of parts as equal as they can be."""
    return pairwise(size * i // num_parts for i in range(num_parts + 1))


class _Side(NamedTuple):
    """One axis of a block."""

    seen: slice  # of the image
    room: int  # with padding
    inside: slice  # where in the room the image lies
    axis: Axis
    count: int  # of windows

    @classmethod
    def of(cls, axis, size, first, last):
        """Return what the windows `first` to `last` see."""
        count = last - first
        start = first * axis.stride - axis.pad
        room = (count - 1) * axis.stride + axis.extent
        low, high = max(0, min(size, start)), max(0, min(size, start + room))
        if axis.kernel == 1 and axis.pad == 0:  # what lies between is not read
            return cls(
                slice(low, high, axis.stride), count, slice(0, count), Axis(1), count
            )
        return cls(
            slice(low, high, 1), room, slice(low - start, high - start), axis, count
        )

    @property
    def is_dense(self):
        """Tell whether the room holds the image as it is."""
        return self.seen.step == 1 and self.seen.stop - self.seen.start == self.room

    @property
    def is_pointwise(self):
        """Tell whether every pixel is its own window."""
        return self.axis.kernel == self.axis.stride == 1

    def without_padding(self):
        """Return the side as it is seen where the rows of the kernel are late."""
        size = self.seen.stop - self.seen.start
        return _Side(self.seen, size, slice(0, size), Axis(1), size)


def _late(side, axis, first, last):
    """Return where the rows of x that are seen go in the rows `first` to `last` of y.

    Row r of x meets tap t of the kernel in row r - t + pad of y. The first of them
    reaches all rows of y.
    """
    shifts = []
    for tap in range(axis.kernel):
        shift = axis.pad - tap * axis.dilation
        start = max(first, side.seen.start + shift)
        stop = max(start, min(last, side.seen.stop + shift))
        source = slice(start - shift - side.seen.start, stop - shift - side.seen.start)
        shifts.append((tap, slice(start - first, stop - first), source))
    return tuple(sorted(shifts, key=lambda shift: shift[1].start - shift[1].stop))
