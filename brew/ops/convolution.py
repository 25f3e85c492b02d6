"""Convolution: a matrix product of the kernels with the unrolled windows.

The batch is cut into blocks, small enough that the windows stay near the core, and
the blocks are dealt over the threads. Each thread sums the weight gradient of its own
blocks, and these sums are added in the order of the threads: the same number of
threads gives the same bits.

Matrices have three axes here: (group, rows, columns).
"""

from brew import backend
from brew.ops.convolution_plan import make_plan
from brew.ops.im2col import col2im, fold, im2col, unroll

FEW_OUTPUTS = 128  # below, BLAS is up to half faster on the transposed product


def forward(x, W, b=None, stride=1, pad=0, dilation=1, group=1, out=None):
    """Correlate images with K kernels.

    Parameters
    ----------
    x : array (N, C, h, w)
        The images; any number of spatial axes.
    W : array (K, C / group, kh, kw)
        The kernels.
    b : array (K,), optional
        Is added to each output channel.
    stride, pad, dilation : int or tuple of int
        For all spatial axes, or for each.
    group : int, default 1
        The outputs of a group see the inputs of that group only.
    out : array (N, K, oh, ow), optional
        Where to write; contiguous.

    Returns
    -------
    array (N, K, oh, ow)
        `out`, or a new array.
    """
    xp = backend.xp_of(x)
    plan = make_plan(x.shape, W.shape, stride, pad, dilation)
    if out is None:
        out = xp.empty((len(x), len(W), *plan.sizes), x.dtype)
    kernels = _matrices(W, group, plan.rows_are_late)

    def task(i):
        block = plan.blocks[i]
        y = _room_images_last(out[block.at_y], "outputs")
        product = _room_for_late_rows(y, block) if block.late_rows else y
        columns = _columns(x, block, kernels)
        xp.matmul(kernels, columns, out=product.reshape(*kernels.shape[:2], -1))
        if block.late_rows:
            y.fill(0)
            fold(product, 1, block.late_rows, y)
        if b is not None:
            y += b.reshape(-1, *[1] * (y.ndim - 1))
        _put_images_first(y, out[block.at_y])

    backend.parallel(task, len(plan.blocks))
    return out


def backward(dy, x, W, stride=1, pad=0, dilation=1, group=1, dx=None, dW=None, db=None):
    """Compute the gradients for which an array is given.

    Parameters
    ----------
    dy : array (N, K, oh, ow)
        Gradient of the loss with respect to the output.
    x, W, stride, pad, dilation, group
        As in :func:`forward`.
    dx : array like x, optional
        Is replaced; contiguous.
    dW : array like W, optional
        Is added to; contiguous.
    db : array (K,), optional
        Is added to.
    """
    plan = make_plan(x.shape, W.shape, stride, pad, dilation)
    kernels = _matrices(W, group, plan.rows_are_late)
    W_sums, b_sums = [None] * len(plan.shares), [0.0] * len(plan.shares)

    def task(worker):
        for block in plan.shares[worker]:
            dy_block = _with_images_last(dy[block.at_y], "outputs")
            if db is not None:
                b_sums[worker] = b_sums[worker] + dy_block.reshape(len(W), -1).sum(1)
            if block.late_rows:
                late = _room_for_late_rows(dy_block, block)
                unroll(dy_block, 1, block.late_rows, late)
                dy_block = late
            dy_block = dy_block.reshape(*kernels.shape[:2], -1)
            if dW is not None:
                columns = _columns(x, block, kernels)
                W_sums[worker] = _add_product(W_sums[worker], dy_block, columns, worker)
            if dx is not None:
                _input_gradient(dy_block, kernels, block, dx)

    backend.parallel(task, len(plan.shares))
    for W_sum, b_sum in zip(W_sums, b_sums, strict=True):
        if dW is not None:
            target = _rows_apart(dW) if plan.rows_are_late else dW
            target += _turned_back(W_sum, kernels).reshape(target.shape)
        if db is not None:
            db += b_sum


def _matrices(W, group, rows_are_late):
    """Return the kernels as (group, K / group, C kh kw / group).

    Late rows stand apart: then it is (group, K kh / group, C kw / group).
    """
    if rows_are_late:
        W = _rows_apart(W)
        W = W.reshape(-1, *W.shape[2:])
    return W.reshape(group, len(W) // group, -1)


def _rows_apart(W):
    """Return (K, C, kh, kw) as (K, kh, C, kw), with the rows in reverse order."""
    return W.swapaxes(1, 2)[:, ::-1]


def _columns(x, block, kernels):
    """Return the windows of a block, a column for each: (group, C kh kw / group, M)."""
    images = _with_images_last(x[block.at_x], "images")
    windows = im2col(images, block.axes, block.sizes)
    return windows.reshape(len(kernels), kernels.shape[2], -1)


def _room_for_late_rows(y, block):
    """Return room for the images that the rows of the kernels make: (K, kh, ...)."""
    shape = (len(y), block.late_rows.kernel, *block.sizes, y.shape[-1])
    return backend.scratch("late rows", shape, y.dtype)


def _add_product(total, dy, columns, worker):
    """Return `total` plus the product of dy and columns, transposed if that is fast.

    Each worker has a sum of its own, also if one thread does the work of all.
    """
    left, right = (columns, dy) if dy.shape[1] < FEW_OUTPUTS else (dy, columns)
    key = f"dW of worker {worker}" if total is None else "dW of a block"
    shape = (len(dy), left.shape[1], right.shape[1])
    product = backend.scratch(key, shape, dy.dtype)
    backend.xp_of(dy).matmul(left, right.transpose(0, 2, 1), out=product)
    if total is None:
        return product
    total += product
    return total


def _turned_back(total, kernels):
    """Undo the transposition of :func:`_add_product`."""
    return total.transpose(0, 2, 1) if kernels.shape[1] < FEW_OUTPUTS else total


def _input_gradient(dy, kernels, block, dx):
    """Send dy back through the kernels, and add the windows where they came from."""
    matmul, turned = backend.xp_of(dy).matmul, kernels.transpose(0, 2, 1)
    images = _room_images_last(dx[block.at_x], "images")
    if block.is_pointwise:
        matmul(turned, dy, out=images.reshape(*turned.shape[:2], -1))
    else:
        if block.starts_image:
            dx[block.images].fill(0)
        kernel = [axis.kernel for axis in block.axes]
        shape = (len(images), *kernel, *block.sizes, images.shape[-1])
        windows = backend.scratch("im2col 0", shape, dy.dtype)
        matmul(turned, dy, out=windows.reshape(*turned.shape[:2], -1))
        if images.shape[-1] > 1:
            images.fill(0)
        col2im(windows, block.axes, images)
    _put_images_first(images, dx[block.at_x])


def _with_images_last(block, key):
    """Return (n, C, h, w) as (C, h, w, n)."""
    last = _room_images_last(block, key)
    if len(block) > 1:
        last[...] = block.transpose(*range(1, block.ndim), 0)
    return last


def _room_images_last(block, key):
    """Return where (C, h, w, n) goes: one image needs no rearranging."""
    if len(block) == 1:
        return block[0][..., None]
    return backend.scratch(key, (*block.shape[1:], len(block)), block.dtype)


def _put_images_first(last, block):
    """Write (C, h, w, n) to its place (n, C, h, w), if it is not there yet."""
    if len(block) > 1:
        block[...] = last.transpose(-1, *range(last.ndim - 1))
