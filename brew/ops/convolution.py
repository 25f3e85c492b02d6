"""Convolution: a matrix product of the kernels with the unrolled windows.

The batch is cut into blocks, small enough that the windows stay near the core, and
the blocks are dealt over the threads. Each thread sums the weight gradient of its own
blocks, and these sums are added in the order of the threads: the same number of
threads gives the same bits.

Matrices have three axes here: (group, rows, columns).
"""

from brew import backend
from brew.ops import convolution_1x1
from brew.ops.convolution_plan import FEW_OUTPUTS, make_plan
from brew.ops.im2col import col2im, im2col
from brew.ops.pieces import by_items


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
    if plan.is_by_image:
        convolution_1x1.forward(x, W, b, group, out, plan.num_workers)
        return out
    kernels = _matrices(W, group, plan.rows_are_late)
    bias = 0.0 if b is None else b.reshape(-1, *[1] * (out.ndim - 1))

    def task(i):
        block = plan.blocks[i]
        y = out[block.at_y]
        total = _room(y, y.shape[2:], "outputs", len(y) == 1)
        product = _room_for_late_rows(total, block) if block.late else total
        columns = _columns(x, block, kernels)
        xp.matmul(kernels, columns, out=product.reshape(*kernels.shape[:2], -1))
        if block.late:
            _add_late_rows(product, block.late, bias, total)
        elif b is not None:
            total += bias
        if len(y) > 1:
            y[...] = _images_first(total)

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
    if plan.is_by_image:
        convolution_1x1.backward(dy, x, W, group, dx, dW, db, plan.num_workers)
        return
    if dx is not None and dW is not None and len(plan.shares) == 1 < plan.num_workers:
        # a single image: one thread finds dx while another finds dW
        options = stride, pad, dilation, group
        halves = [{"dx": dx}, {"dW": dW, "db": db}]
        backend.parallel(lambda i: backward(dy, x, W, *options, **halves[i]), 2)
        return
    kernels = _matrices(W, group, plan.rows_are_late)
    W_sums, b_sums = [None] * len(plan.shares), [0.0] * len(plan.shares)

    def task(worker):
        for block in plan.shares[worker]:
            dy_block = dy[block.at_y]
            dy_block = _in_room(dy_block, dy_block.shape[2:], ..., "outputs")
            if db is not None:
                b_sums[worker] = b_sums[worker] + dy_block.reshape(len(W), -1).sum(1)
            if block.late:
                dy_block = _unroll_late_rows(dy_block, block)
            dy_block = dy_block.reshape(*kernels.shape[:2], -1)
            if dW is not None:
                columns = _columns(x, block, kernels)
                W_sums[worker] = _add_product(W_sums[worker], dy_block, columns, worker)
            if dx is not None:
                _input_gradient(dy_block, kernels, block, dx)

    backend.parallel(task, len(plan.shares))
    if dW is not None and plan.shares:
        _add_up(W_sums, _rows_apart(dW) if plan.rows_are_late else dW, kernels)
    if db is not None:
        for b_sum in b_sums:
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
    """Look at (K, C, kh, kw) as (K, kh, C, kw)."""
    return W.swapaxes(1, 2)


def _columns(x, block, kernels):
    """Return the windows of a block, a column for each: (group, C kh kw / group, M)."""
    images = _in_room(x[block.at_x], block.room, block.inside, "images")
    if not block.is_pointwise:
        images = im2col(images, block.axes, block.counts)
    return images.reshape(len(kernels), kernels.shape[2], -1)


def _add_product(total, dy, columns, worker):
    """Return `total` plus the product of dy and columns, transposed if that is fast.

    Each worker has a sum of its own, also if one thread does the work of all.
    """
    left, right = (columns, dy) if dy.shape[1] < FEW_OUTPUTS else (dy, columns)
    key = f"dW of worker {worker}" if total is None else "dW of a block"
    shape = (len(dy), left.shape[1], right.shape[1])
    product = backend.scratch(key, shape, dy.dtype)
    for a, b, out in zip(left, right, product, strict=True):
        # matmul would keep Python's lock if the product has 500 numbers or less
        backend.xp_of(dy).dot(a, b.T, out=out)
    if total is None:
        return product
    total += product
    return total


def _add_up(sums, target, kernels):
    """Add what the workers have found to `target`, undoing their transposition."""
    total = sums[0]
    for other in sums[1:]:
        total += other
    if kernels.shape[1] < FEW_OUTPUTS:
        total = total.transpose(0, 2, 1)

    def add(target, total):
        target += total

    by_items(add, target, total.reshape(target.shape))


def _input_gradient(dy, kernels, block, dx):
    """Send dy back through the kernels, and add the windows where they came from."""
    matmul, turned = backend.xp_of(dy).matmul, kernels.transpose(0, 2, 1)
    images = dx[block.at_x]
    room = _room(images, block.room, "images", block.in_place)
    if block.clears:
        dx[block.images].fill(0)
    if block.is_pointwise:
        matmul(turned, dy, out=room.reshape(*turned.shape[:2], -1))
    else:
        kernel = [axis.kernel for axis in block.axes]
        shape = (len(room), *kernel, *block.counts, room.shape[-1])
        windows = backend.scratch("im2col 0", shape, dy.dtype)
        matmul(turned, dy, out=windows.reshape(*turned.shape[:2], -1))
        if not block.in_place:
            room.fill(0)
        col2im(windows, block.axes, room)
    if len(images) > 1:
        images[...] = _images_first(room[block.inside])
    elif not block.in_place:
        images += _images_first(room[block.inside])  # bands of an image overlap


def _room_for_late_rows(y, block):
    """Return room for the images that the rows of the kernels make: (K, kh, h, w, n).

    `y` is what becomes of them, (K, oh, ow, n).
    """
    shape = (len(y), len(block.late), *block.counts, y.shape[-1])
    return backend.scratch("late rows", shape, y.dtype)


def _add_late_rows(images, late, bias, total):
    """Write `bias` plus the sum of the images, each shifted to where it belongs."""
    for i, (target, source) in enumerate(late):
        if i == 0:
            total[:, : target.start] = total[:, target.stop :] = bias
            backend.xp_of(total).add(images[:, 0, source], bias, out=total[:, target])
        else:
            total[:, target] += images[:, i, source]


def _unroll_late_rows(dy, block):
    """Return the gradient of the images: the adjoint of :func:`_add_late_rows`."""
    images = _room_for_late_rows(dy, block)
    for i, (target, source) in enumerate(block.late):
        images[:, i, : source.start] = images[:, i, source.stop :] = 0
        images[:, i, source] = dy[:, target]
    return images


def _in_room(images, room, inside, key):
    """Return (n, C, h, w) as (C, h, w, n), with zeros around it if there is room."""
    fits = images.shape[2:] == room
    target = _room(images, room, key, fits and len(images) == 1)
    if not fits:
        target.fill(0)
    if not (fits and len(images) == 1):
        target[inside] = _images_last(images)
    return target


def _room(images, room, key, in_place):
    """Return an array (C, *room, n): the images themselves, or scratch memory."""
    if in_place:
        return _images_last(images)
    return backend.scratch(key, (images.shape[1], *room, len(images)), images.dtype)


def _images_last(images):
    """Look at (n, C, h, w) as (C, h, w, n)."""
    return images.transpose(*range(1, images.ndim), 0)


def _images_first(images):
    """Look at (C, h, w, n) as (n, C, h, w)."""
    return images.transpose(-1, *range(images.ndim - 1))
