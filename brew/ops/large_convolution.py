"""Convolution of images so large that their windows and outputs fit no cache.

They are cut into strips: the windows of a few rows stay near the core until they are
multiplied. And nobody passes over the outputs a second time for the bias: it is one
more weight of each kernel, for an input that is always 1. So the product adds the bias,
and, on the way back, its gradient comes with that of the other weights.
"""

from math import prod

from brew import backend
from brew.ops.im2col import look_at_windows


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

    def task(i):
        y = out[plan.blocks[i].at_y]
        for rows, columns in _strips(x, plan.blocks[i]):
            xp.matmul(kernels, columns, out=_strip_of(y, rows))

    backend.parallel(task, len(plan.blocks))


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
