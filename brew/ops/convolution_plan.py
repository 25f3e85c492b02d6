"""How a convolution cuts its batch into blocks, and who works on them."""

from functools import lru_cache
from itertools import chain, pairwise
from math import ceil, prod
from typing import NamedTuple

from brew import backend
from brew.ops.im2col import Axis, make_axes, size_out

BLOCK = 1 << 20  # numbers in the unrolled windows: 4 MB
MOST_IMAGES = 16  # more make the rearranging slow: 16 numbers fill a cache line
LARGEST_BLOCK = 1 << 21  # an image that needs more is cut into bands of rows
WIDE_ENOUGH = 192  # windows from which a matrix product runs at full speed
TEAM_WORK = 5_000_000  # multiplications from which a second thread pays
ON_DEVICE = 64  # a GPU takes blocks that many times larger


class Block(NamedTuple):
    """Some images of the batch, or a band of rows of one image."""

    images: slice
    at_x: tuple  # where its input lies in x
    at_y: tuple  # where its output lies in y
    axes: tuple  # how the window lies on that input: an Axis for each spatial axis
    sizes: tuple  # the number of windows along each axis
    starts_image: bool  # is it the first or only band?
    is_pointwise: bool  # is every pixel its own window, as in 1 x 1 convolution?


class Plan(NamedTuple):
    """The blocks of a batch."""

    sizes: tuple  # of the output: (oh, ow)
    blocks: list
    shares: list  # the blocks of each worker, all bands of an image in one share


def make_plan(x_shape, W_shape, stride=1, pad=0, dilation=1):
    """Return the Plan for these shapes; an int counts for each spatial axis."""
    threads = 0 if backend.on_device() else backend.num_threads()
    return _make_plan(x_shape, W_shape, stride, pad, dilation, threads)


@lru_cache(maxsize=1024)
def _make_plan(x_shape, W_shape, stride, pad, dilation, threads):
    axes = make_axes(W_shape[2:], stride, pad, dilation)
    sizes = tuple(map(size_out, x_shape[2:], axes))
    num_images, windows = x_shape[0], prod(sizes)
    is_large = num_images * prod(W_shape) * windows > TEAM_WORK
    workers = threads if is_large and threads else 1
    scale = 1 if threads else ON_DEVICE
    unrolled = 0 if _is_pointwise(axes) else x_shape[1] * prod(W_shape[2:]) * windows
    per_block = _images_per_block(num_images, windows, unrolled, workers, scale)
    num_bands = 1
    if per_block == 1:
        num_bands = max(ceil(unrolled / scale / LARGEST_BLOCK), workers // num_images)
    groups = [
        _bands(slice(n, n + per_block), x_shape, axes, sizes, num_bands)
        for n in range(0, num_images, per_block)
    ]
    num_shares = min(workers, len(groups))
    shares = [list(chain(*groups[i::workers])) for i in range(num_shares)]
    return Plan(sizes, list(chain(*groups)), shares)


def _is_pointwise(axes):
    return all(axis.kernel == 1 and axis.pad == 0 for axis in axes)


def _images_per_block(num_images, windows, unrolled, workers, scale):
    """Return how many: enough for the product, few for the cache, dealt evenly."""
    wanted = ceil(WIDE_ENOUGH * scale / windows)
    if unrolled:
        wanted = max(wanted, min(MOST_IMAGES, BLOCK // unrolled) * scale)
    rounds = ceil(num_images / (wanted * workers)) or 1
    return ceil(num_images / (rounds * workers)) or 1


def _bands(images, x_shape, axes, sizes, num_bands):
    """Return the blocks of these images, cut along the rows of the output."""
    num_bands = max(1, min(num_bands, sizes[0]))
    cuts = [sizes[0] * i // num_bands for i in range(num_bands + 1)]
    rows, every = axes[0], slice(None)
    pointwise = all(axis.is_identity for axis in axes)
    blocks = []
    for first, last in pairwise(cuts):
        start = first * rows.stride - rows.pad
        stop = (last - 1) * rows.stride - rows.pad + rows.extent
        low, high = max(0, start), min(x_shape[2], stop)
        seen = [slice(low, max(low, high)), *[every] * (len(axes) - 1)]
        inner = [rows._replace(pad=low - start), *axes[1:]]
        for i, axis in enumerate(inner):
            if axis.kernel == 1 and axis.pad == 0:  # read what is between no more
                seen[i] = slice(seen[i].start, seen[i].stop, axis.stride)
                inner[i] = Axis(kernel=1)
        at_x = (images, every, *seen)
        at_y = (images, every, slice(first, last))
        band = (last - first, *sizes[1:])
        block = Block(images, at_x, at_y, tuple(inner), band, first == 0, pointwise)
        blocks.append(block)
    return blocks
