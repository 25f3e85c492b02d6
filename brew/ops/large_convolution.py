"""Convolution of images so large that their windows and outputs fit no cache.

They are cut into strips: the windows of a few rows stay near the core until they are
multiplied. And nobody passes over the outputs a second time for the bias: it is one
more weight of each kernel, for an input that is always 1. So the product adds the bias,
and, on the way back, its gradient comes with that of the other weights.

If rows are long, and kernels neither small nor large, each row of windows makes
products of its own on the way forward: OpenBLAS is faster with matrices so small that
it need not rearrange them first.
"""

from math import prod

from brew import backend
from brew.ops.im2col import look_at_windows

SMALL_PRODUCT = 1_000_000  # multiplications of what OpenBLAS takes for a small product
FEWEST_KERNELS = 16  # in such a product,
FEWEST_WEIGHTS = 64  # of each of them,
SHORTEST_ROW = 96  # and windows
FEW_ROWS = 133_000  # numbers in the windows of the rows that wait near the core


def forward(x, W, b, plan, out):
    """Write the convolution to `out`; see :func:`brew.ops.convolution.forward`.

    Parameters
    ----------
    x, W, b, out
        As there.
    plan : Plan
        Says which rows each block and strip makes.
    """
    xp = backend.xp_of(x)
    kernels = xp.empty((len(W), W[0].size + 1), W.dtype)
    kernels[:, :-1] = W.reshape(len(W), -1)
    kernels[:, -1] = 0 if b is None else b
    num_weights, row = kernels.shape[1], prod(plan.sizes[1:])
    part = _kernels_of_a_product(len(W), num_weights, row)
    parts = kernels.reshape(-1, part or len(W), num_weights)

    def task(i):
        block = plan.blocks[i]
        y = out[block.at_y]
        if part:
            y = y.reshape(*parts.shape[:2], -1, row).transpose(2, 0, 1, 3)
            for rows, columns in _rows(x, block):
                xp.matmul(parts, columns[:, None], out=y[rows])
        else:
            for rows, columns in _strips(x, block):
                xp.matmul(kernels, columns, out=_strip_of(y, rows))

    backend.parallel(task, len(plan.blocks))


def _kernels_of_a_product(num_kernels, num_weights, row):
    """Return how many kernels are multiplied with a row of windows at a time.

    0 if the windows of many rows are better multiplied at once.
    """
    if row < SHORTEST_ROW or num_weights < FEWEST_WEIGHTS:
        return 0
    most = min(num_kernels, SMALL_PRODUCT // (num_weights * row))
    parts = range(most, min(FEWEST_KERNELS, num_kernels) - 1, -1)
    return next((part for part in parts if num_kernels % part == 0), 0)


def add_parameter_gradients(dy, x, plan, dW, db):
    """Add to dW and db; see :func:`brew.ops.convolution.backward`."""
    if dW is None and db is None:
        return
    xp = backend.xp_of(x)
    num_workers = min(plan.num_workers, len(plan.blocks))
    shares = [plan.blocks[i::num_workers] for i in range(num_workers)]
    sums = [0.0] * num_workers

    def task(worker):
        for block in shares[worker]:
            dy_block = dy[block.at_y]
            for rows, columns in _strips(x, block):
                product = xp.matmul(columns, _strip_of(dy_block, rows).T)
                sums[worker] = sums[worker] + product

    backend.parallel(task, num_workers)
    for total in sums:
        if dW is not None:
            dW += total[:-1].T.reshape(dW.shape)
        if db is not None:
            db += total[-1]


def _strips(x, block):
    """Yield the rows of each strip, and its windows as columns that end with a 1."""
    windows = look_at_windows(_padded(x, block), block.axes, block.counts)
    position = 1 + len(block.axes)  # behind C, kh, kw
    num_weights = prod(windows.shape[:position])
    for rows in block.strips:
        strip = windows[(*[slice(None)] * position, rows)]
        shape = num_weights + 1, prod(strip.shape[position:])
        columns = backend.scratch("im2col 0", shape, x.dtype)
        columns[:-1].reshape(strip.shape)[...] = strip
        columns[-1] = 1
        yield rows, columns


def _rows(x, block):
    """Yield a few rows, and the windows of each row as columns that end with a 1."""
    windows = look_at_windows(_padded(x, block), block.axes, block.counts)
    windows = backend.xp_of(x).moveaxis(windows[..., 0], 1 + len(block.axes), 0)
    row = prod(block.counts[1:])
    num_weights = prod(windows.shape[1:]) // row
    step = max(1, FEW_ROWS // (num_weights * row))
    for first in range(0, len(windows), step):
        rows = slice(first, first + step)
        shape = len(windows[rows]), num_weights + 1, row
        columns = backend.scratch("im2col 0", shape, x.dtype)
        columns[:, :-1].reshape(windows[rows].shape)[...] = windows[rows]
        columns[:, -1] = 1
        yield rows, columns


def _strip_of(images, rows):
    """Look at some rows of an image (1, K, oh, ow) as a matrix (K, rows ow)."""
    return images[0, :, rows].reshape(images.shape[1], -1)


def _padded(x, block):
    """Return the image of a block as (C, h, w, 1), with zeros around it."""
    image = x[block.at_x][0, ..., None]
    shape = len(image), *block.room, 1
    if image.shape == shape:
        return image
    padded = backend.scratch("images", shape, x.dtype)
    padded.fill(0)
    padded[block.inside[1:]] = image
    return padded
