"""Convolution with kernels of one pixel: a matrix product for each image.

Each pixel is a window, so nothing is unrolled or rearranged, and NumPy multiplies all
images of a thread in one call. :mod:`brew.ops.convolution` leaves this to us where the
images are wide enough for a product of their own.

Matrices are stacked here: (image, group, rows, columns).
"""

from math import prod

from brew import backend
from brew.ops.convolution_plan import FEW_OUTPUTS


def forward(x, W, b, group, out, num_workers):
    """Write what :func:`brew.ops.convolution.forward` returns to `out`."""
    matmul, kernels = backend.xp_of(x).matmul, _kernels(W, group)
    shares = _shares(len(x), num_workers)

    def task(i):
        y = out[shares[i]]
        matmul(kernels, _pixels(x[shares[i]], group), out=_pixels(y, group))
        if b is not None:
            y += b.reshape(-1, *[1] * (y.ndim - 2))

    backend.parallel(task, num_workers)


def backward(dy, x, W, group, dx, dW, db, num_workers):
    """Compute what :func:`brew.ops.convolution.backward` does."""
    matmul, turned = backend.xp_of(x).matmul, _kernels(W, group).swapaxes(1, 2)
    shares = _shares(len(x), num_workers)
    W_sums, b_sums = [None] * num_workers, [None] * num_workers

    def task(i):
        dy_share = _pixels(dy[shares[i]], group)
        if db is not None:
            b_sums[i] = dy_share.sum(3).sum(0)
        if dW is not None:
            W_sums[i] = _sum_of_products(dy_share, _pixels(x[shares[i]], group))
        if dx is not None:
            matmul(turned, dy_share, out=_pixels(dx[shares[i]], group))

    backend.parallel(task, num_workers)
    for i in range(num_workers):
        if dW is not None:
            dW += W_sums[i].reshape(dW.shape)
        if db is not None:
            db += b_sums[i].reshape(db.shape)


def _shares(num_images, num_workers):
    """Return the images of each worker."""
    step = -(-num_images // num_workers)
    return [slice(i * step, (i + 1) * step) for i in range(num_workers)]


def _kernels(W, group):
    """Look at (K, C / group, 1, 1) as (group, K / group, C / group)."""
    return W.reshape(group, len(W) // group, W.shape[1])


def _pixels(images, group):
    """Look at (n, C, h, w) as (n, group, C / group, h w)."""
    n, C, *sizes = images.shape
    return images.reshape(n, group, C // group, prod(sizes))


def _sum_of_products(dy, x):
    """Return the gradient of the kernels, (group, K / group, C / group)."""
    few = dy.shape[2] < FEW_OUTPUTS
    left, right = (x, dy) if few else (dy, x)
    shape = (*left.shape[:3], right.shape[2])
    products = backend.scratch("dW of images", shape, dy.dtype)
    backend.xp_of(dy).matmul(left, right.swapaxes(2, 3), out=products)
    total = products.sum(0)
    return total.swapaxes(1, 2) if few else total
