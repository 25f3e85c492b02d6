"""Convolution: a matrix product of the kernels with the unrolled windows.

The batch is cut into blocks, small enough that the windows stay near the core, and
the blocks are dealt over the threads. Each thread sums the weight gradient of its own
blocks, and these sums are added in the order of the threads: the same number of
threads gives the same bits.

The images of a block are held *stacked*, one after the other, if each has enough
windows for a matrix product of its own: then little needs to be rearranged, and NumPy
multiplies all of them in one call. Smaller ones are held *mixed*, with the number of
the image as the last axis, and have one product together. Both are arrays
(s, C, h, w, m): s images that are stacked, or m that are mixed; the other number is 1.
Matrices have four axes: (s, group, rows, columns).

Where there is little to compute, none of this pays: see small_convolution.py. Where
there is much, rows can be convolved with fewer multiplications: see winograd.py. Images
that no cache can hold are cut further: see large_convolution.py.
"""

from brew import backend
from brew.ops import large_convolution, small_convolution, winograd
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
    if plan.is_small:
        small_convolution.forward(x, W, b, (stride, pad, dilation), group, out)
        return out
    if _is_winograd(plan, x, W):
        winograd.forward(x, W, b, plan.pad, group, plan.num_workers, out)
        return out
    if plan.is_large:
        large_convolution.forward(x, W, b, plan, out)
        return out
    kernels = _matrices(W, group, plan.rows_are_late)
    bias = 0.0 if b is None else b.reshape(-1, *[1] * (out.ndim - 1))

    def task(i):
        block = plan.blocks[i]
        y = out[block.at_y]
        total = _room(y, y.shape[2:], "outputs", block, block.is_stacked)
        product = _room_for_late_rows(total, block) if block.late else total
        columns = _columns(x, block, kernels)
        xp.matmul(kernels, columns, out=_as_matrices(product, kernels))
        if block.late:
            _add_late_rows(product, block.late, bias, total)
        elif b is not None:
            total += bias
        if not block.is_stacked:
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
    if plan.is_small:
        window = stride, pad, dilation
        small_convolution.backward(dy, x, W, window, group, dx, dW, db)
        return
    if dx is not None and dW is not None and len(plan.shares) == 1 < plan.num_workers:
        # a single image: one thread finds dx while another finds dW
        options = stride, pad, dilation, group
        halves = [{"dx": dx}, {"dW": dW, "db": db}]
        backend.parallel(lambda i: backward(dy, x, W, *options, **halves[i]), 2)
        return
    if _is_winograd(plan, x, W):
        options = plan.pad, group, plan.num_workers
        winograd.backward(dy, x, W, *options, dx, dW, db)
        return
    if plan.is_large:
        large_convolution.add_parameter_gradients(dy, x, plan, dW, db)
        dW = db = None
    _backward_in_blocks(dy, x, W, group, plan, dx, dW, db)


def _is_winograd(plan, x, W):
    """Tell whether to take Winograd's way, which is one of fractions."""
    return plan.is_winograd and x.dtype == W.dtype and x.dtype.kind == "f"


def _backward_in_blocks(dy, x, W, group, plan, dx, dW, db):
    """Compute the gradients for which an array is given, block by block."""
    if dx is dW is db is None:
        return
    kernels = _matrices(W, group, plan.rows_are_late)
    W_sums, b_sums = [None] * len(plan.shares), [0.0] * len(plan.shares)

    def task(worker):
        for block in plan.shares[worker]:
            dy_block = dy[block.at_y]
            dy_block = _in_room(dy_block, dy_block.shape[2:], ..., "outputs", block)
            if db is not None:
                rows = dy_block.reshape(*dy_block.shape[:2], -1)
                b_sums[worker] = b_sums[worker] + rows.sum(2).sum(0)
            if block.late:
                dy_block = _unroll_late_rows(dy_block, block)
            dy_block = _as_matrices(dy_block, kernels)
            if dW is not None:
                columns = _columns(x, block, kernels)
                W_sums[worker] = _add_product(W_sums[worker], dy_block, columns, worker)
            if dx is not None:
                _input_gradient(dy_block, kernels, block, dx)

    backend.parallel(task, len(plan.shares))
    if dW is not None and plan.shares:
        _add_up(W_sums, _rows_apart(dW) if plan.rows_are_late else dW, kernels)
    if db is not None:
        db += sum(b_sums)


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


def _as_matrices(images, kernels):
    """Look at (s, K, oh, ow, m) as (s, group, K / group, oh ow m)."""
    return images.reshape(len(images), *kernels.shape[:2], -1)


def _columns(x, block, kernels):
    """Return the windows of a block, each a column: (s, group, C kh kw / group, M)."""
    images = _in_room(x[block.at_x], block.room, block.inside, "images", block)
    s = len(images)
    if not block.is_pointwise:
        images = im2col(_flat(images), block.axes, block.counts)
    return images.reshape(s, len(kernels), kernels.shape[2], -1)


def _add_product(total, dy, columns, worker):
    """Return `total` plus the products of dy and columns, transposed if that is fast.

    Each worker has a sum of its own, also if one thread does the work of all.
    """
    left, right = (columns, dy) if dy.shape[2] < FEW_OUTPUTS else (dy, columns)
    key = f"dW of worker {worker}" if total is None else "dW of a block"
    shape = (*dy.shape[:2], left.shape[2], right.shape[2])
    product = backend.scratch(key, shape, dy.dtype)
    if len(dy) > 1:
        backend.xp_of(dy).matmul(left, right.swapaxes(2, 3), out=product)
        product = product.sum(0)
    else:  # matmul would keep Python's lock if the product has 500 numbers or less
        product = product[0]
        for a, b, out in zip(left[0], right[0], product, strict=True):
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
    matmul, turned = backend.xp_of(dy).matmul, kernels.swapaxes(1, 2)
    images = dx[block.at_x]
    room = _room(images, block.room, "images", block, block.in_place)
    if block.clears:
        dx[block.images].fill(0)
    if block.is_pointwise:
        matmul(turned, dy, out=room.reshape(len(dy), *turned.shape[:2], -1))
    else:
        target = _flat(room)
        kernel = [axis.kernel for axis in block.axes]
        shape = (len(target), *kernel, *block.counts, target.shape[-1])
        windows = backend.scratch("im2col 0", shape, dy.dtype)
        matmul(turned, dy, out=windows.reshape(len(dy), *turned.shape[:2], -1))
        if not block.in_place:
            target.fill(0)
        col2im(windows, block.axes, target)
    if len(images) > 1 and not block.in_place:
        images[...] = _images_first(room[block.inside])
    elif not block.in_place:
        images += _images_first(room[block.inside])  # bands of an image overlap


def _room_for_late_rows(y, block):
    """Return room for what the rows of the kernels make: (s, K, kh, h, w, m).

    `y` is what becomes of them, (s, K, oh, ow, m).
    """
    shape = (*y.shape[:2], len(block.late), *block.counts, y.shape[-1])
    return backend.scratch("late rows", shape, y.dtype)


def _add_late_rows(images, late, bias, total):
    """Write `bias` plus the sum of the images, each shifted to where it belongs."""
    tap, _, source = late[0]  # this one reaches all of them
    backend.xp_of(total).add(images[:, :, tap, source], bias, out=total)
    for tap, target, source in late[1:]:
        total[:, :, target] += images[:, :, tap, source]


def _unroll_late_rows(dy, block):
    """Return the gradient of the images: the adjoint of :func:`_add_late_rows`."""
    images = _room_for_late_rows(dy, block)
    for tap, target, source in block.late:
        images[:, :, tap, : source.start] = images[:, :, tap, source.stop :] = 0
        images[:, :, tap, source] = dy[:, :, target]
    return images


def _in_room(images, room, inside, key, block):
    """Return (n, C, h, w) as (s, C, h, w, m), with zeros around it if there is room."""
    fits = images.shape[2:] == room
    in_place = fits and block.is_stacked
    target = _room(images, room, key, block, in_place)
    if not fits:
        target.fill(0)
    if not in_place:
        target[inside] = _held(images, block)
    return target


def _room(images, room, key, block, in_place):
    """Return an array (s, C, *room, m): the images themselves, or scratch memory."""
    if in_place:
        return _held(images, block)
    n, C = images.shape[:2]
    shape = (n, C, *room, 1) if block.is_stacked else (1, C, *room, n)
    return backend.scratch(key, shape, images.dtype)


def _held(images, block):
    """Look at (n, C, h, w) as (s, C, h, w, m)."""
    if block.is_stacked:
        return images[..., None]
    return images.transpose(*range(1, images.ndim), 0)[None]


def _images_first(images):
    """Look at (s, C, h, w, m) as (n, C, h, w)."""
    if images.shape[-1] == 1:
        return images[..., 0]
    return images[0].transpose(-1, *range(images.ndim - 2))


def _flat(images):
    """Look at (s, C, h, w, m) as im2col does, which knows no stacks: (s C, h, w, m)."""
    return images.reshape(-1, *images.shape[2:])
