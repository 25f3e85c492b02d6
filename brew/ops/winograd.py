"""Convolution with fewer multiplications, after Winograd.

A kernel g of r numbers slides along a row d. Four neighbouring outputs need 4 r
multiplications if each is computed alone, but only r + 3 if they are computed together,
in the way in which polynomials can be multiplied: by their values at some points. ::

    y = A' ((G g) * (B' d))

G g are the values of the kernel at r + 3 points, B' d those of the r + 3 inputs that
the four outputs see, and A' turns the products into outputs. For r = 5 that makes 8
multiplications instead of 20; all else is linear, and cheap, since it is done once for
all kernels or for all inputs.

Here the rows of the images are treated so. At each of the points there remains a
convolution along the height, over all channels: a matrix product as in convolution.py::

    U = G W                 (points, K, C kh)
    V = B' x                (points, tiles, C, h, n); a tile is four outputs of a row
    columns = windows of V  (points, C kh, tiles oh n)
    M = U columns           (points, K, tiles oh n)
    y = A' M

The way back is the same in reverse, with the adjoint of each step. In float32 the last
two digits may differ from those of a plain convolution, and a number that is nan or
infinite makes whole rows of outputs nan, since some of the matrices' zeros meet it.

Source: Winograd, "Arithmetic Complexity of Computations", SIAM 1980; Lavin and Gray,
"Fast Algorithms for Convolutional Neural Networks", CVPR 2016.
"""

from brew import backend
from brew.ops.convolution_plan import FEW_OUTPUTS
from brew.ops.im2col import fold
from brew.ops.pieces import by_items
from brew.ops.winograd_plan import POINTS, make_plan

ONE = POINTS.index(1)  # where all coefficients are added up


def forward(x, W, b, pad, group, threads, out):
    """Write the convolution to `out`; see :func:`brew.ops.convolution.forward`.

    Parameters
    ----------
    x, W, b, group, out
        As there, with stride 1 and without dilation.
    pad : (int, int)
        Along height and width.
    threads : int
        How many could share the work.
    """
    xp, plan = backend.xp_of(x), _plan(x, W, pad, group, threads)
    x = xp.ascontiguousarray(x)
    U = columns = None  # what all pieces share is found once
    if plan.deals_outputs:
        columns = _find_columns(x, plan.pieces[0].desk)
    else:
        U = _kernels_at_points(W, plan)

    def task(i):
        images, outputs, desk = plan.pieces[i]
        arrays = desk.arrays()
        xp.matmul(
            _kernels_at_points(W[outputs], plan) if U is None else U,
            _find_columns(x[images], desk) if columns is None else columns,
            out=arrays.M,
        )
        if b is not None:  # A' adds what stands at the point 1 to each output
            arrays.M[ONE] += b[outputs].reshape(group, -1, 1)
        xp.matmul(arrays.M_rows.T, desk.A, out=arrays.y_rows)
        _copy(arrays.tiles, desk.tiles_of(out[images, outputs]))

    backend.parallel(task, len(plan.pieces))


def backward(dy, x, W, pad, group, threads, dx, dW, db):
    """Compute the gradients; see :func:`brew.ops.convolution.backward`."""
    xp, plan = backend.xp_of(x), _plan(x, W, pad, group, threads)
    x, dy = xp.ascontiguousarray(x), xp.ascontiguousarray(dy)
    if dx is not None:
        turned = _kernels_at_points(W, plan).swapaxes(2, 3)
    W_sums, b_sums = [None] * len(plan.shares), [0.0] * len(plan.shares)

    def task(worker):
        for images, _, desk in plan.shares[worker]:
            arrays = desk.arrays()
            _copy(desk.tiles_of(dy[images]), arrays.tiles)
            arrays.made_before.fill(0)
            xp.matmul(desk.A, arrays.y_rows.T, out=arrays.M_rows)
            if db is not None:
                b_sums[worker] = b_sums[worker] + arrays.M[ONE].sum(2).reshape(-1)
            if dW is not None:
                _find_columns(x[images], desk)
                W_sums[worker] = _add_product(W_sums[worker], arrays, worker)
            if dx is not None:
                xp.matmul(turned, arrays.M, out=arrays.columns)
                _find_images(desk, dx[images])

    backend.parallel(task, len(plan.shares))
    if dW is not None:
        _add_kernels(W_sums, dW, plan)
    if db is not None:
        db += sum(b_sums)


def _plan(x, W, *options):
    return make_plan(x.shape, W.shape, *options, x.dtype)


def _copy(sources, targets):
    for source, target in zip(sources, targets, strict=True):
        target[...] = source


def _kernels_at_points(W, plan):
    """Return U = G W: (points, group, K / group, C kh / group)."""
    K, C, kh, kw = W.shape
    U = backend.scratch("winograd U", (len(plan.G), K, C * kh), W.dtype)

    def find(W, U):
        U = U.swapaxes(0, 1).reshape(len(plan.G), -1)
        backend.xp_of(W).matmul(plan.G, W.reshape(-1, kw).T, out=U)

    by_items(find, W, U.swapaxes(0, 1))
    return U.reshape(len(plan.G), plan.group, K // plan.group, -1)


def _add_kernels(sums, dW, plan):
    """Add G' dU to dW: the adjoint of :func:`_kernels_at_points`."""
    total = sums[0]
    for other in sums[1:]:
        total += other
    if len(dW) // plan.group < FEW_OUTPUTS:  # see _add_product
        total = total.swapaxes(2, 3)

    def add(dW, dU):
        dU = dU.swapaxes(0, 1).reshape(len(plan.G), -1)
        dW += (dU.T @ plan.G).reshape(dW.shape)

    by_items(add, dW, total.reshape(len(plan.G), len(dW), -1).swapaxes(0, 1))


def _find_columns(images, desk):
    """Find V = B' x for some images, and return its windows, unrolled."""
    arrays = desk.arrays()
    for side in arrays.padding:
        side[...] = desk.zeros
    arrays.images[...] = desk.rows_of(images)
    matmul = backend.xp_of(images).matmul
    matmul(desk.to_points, arrays.rows.T, out=arrays.V)
    arrays.unrolled[...] = arrays.windows
    return arrays.columns


def _find_images(desk, images):
    """Write what the columns add up to: the adjoint of :func:`_find_columns`."""
    arrays = desk.arrays()
    arrays.V.fill(0)
    fold(arrays.unrolled_to_fold, 3, desk.height, arrays.V_to_fold)
    backend.xp_of(images).matmul(arrays.V.T, desk.to_points, out=arrays.rows)
    desk.rows_of(images)[...] = arrays.images


def _add_product(total, arrays, worker):
    """Return `total` plus M columns', the gradient of U; with few outputs, transposed.

    Each worker has a sum of its own, also if one thread does the work of all.
    """
    key = "winograd dU" if total is None else "winograd dU of a block"
    left, right = arrays.M, arrays.columns
    if left.shape[2] < FEW_OUTPUTS:
        left, right = right, left
    shape = *left.shape[:3], right.shape[2]
    product = backend.scratch(f"{key} {worker}", shape, left.dtype)
    backend.xp_of(left).matmul(left, right.swapaxes(2, 3), out=product)
    if total is None:
        return product
    total += product
    return total
