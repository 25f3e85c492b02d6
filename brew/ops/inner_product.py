"""Inner product: every output is a weighted sum of all inputs of an item.

Large products are cut over the threads by rows and columns of the result, never
along the sum, so that the number of threads changes no bit.
"""

from brew import backend

LARGE = 4e6  # multiplications: below, dispatch costs more than a second core brings
BLOCK = 2**18  # numbers of dW at a time: 1 MB, half of a core's cache


def forward(x, W, b=None, out=None):
    """Return x Wᵀ + b.

    Parameters
    ----------
    x : array (M, K)
        M items of K values.
    W : array (N, K)
        The weights of N outputs.
    b : array (N,), optional
        Is added to each item.
    out : array (M, N), optional
        Where to write.

    Returns
    -------
    array (M, N)
        `out`, or a new array.
    """
    xp = backend.xp_of(x)
    if out is None:
        out = xp.empty((len(x), len(W)), x.dtype)
    num_shares = _num_shares(out.size * x.shape[1])

    def task(i):
        rows, columns = _share(out.shape, i, num_shares)
        xp.matmul(x[rows], W[columns].T, out=out[rows, columns])
        if b is not None:
            out[rows, columns] += b[columns]

    backend.parallel(task, num_shares)
    return out


def backward(dy, x, W, dx=None, dW=None, db=None, dW_is_new=False):
    """Write dx = dy W, and add to dW the product dyᵀ x, to db the sum of dy.

    Parameters
    ----------
    dy : array (M, N)
        The gradient of the result.
    x : array (M, K)
    W : array (N, K)
    dx : array (M, K), optional
        Is written.
    dW, db : array (N, K), array (N,), optional
        Are added to.
    dW_is_new : bool, default False
        dW holds garbage, and is written: that spares large layers a third of the
        time, which goes into fetching what is added to.
    """
    xp = backend.xp_of(dy)
    num_shares = _num_shares(dy.size * x.shape[1])

    def task(i):
        start, stop = _cut(len(W), i, num_shares)
        if dW is not None and dW_is_new:
            xp.matmul(dy[:, start:stop].T, x, out=dW[start:stop])
        elif dW is not None:
            _add_product(dy, x, dW, start, stop)
        if dx is not None:
            rows, columns = _share(dx.shape, i, num_shares)
            xp.matmul(dy[rows], W[:, columns], out=dx[rows, columns])

    backend.parallel(task, num_shares)
    if db is not None:
        db += dy.sum(axis=0)


def _add_product(dy, x, dW, start, stop):
    """Add the rows from `start` to `stop` of dyᵀ x to dW, few at a time.

    Then the product is still in the cache when it is added.
    """
    step = max(1, BLOCK // x.shape[1])
    for first in range(start, stop, step):
        rows = slice(first, min(first + step, stop))
        shape = (rows.stop - first, x.shape[1])
        product = backend.scratch("inner product", shape, dW.dtype)
        backend.xp_of(dy).matmul(dy[:, rows].T, x, out=product)
        dW[rows] += product


def _num_shares(multiplications):
    is_shared = multiplications > LARGE and not backend.on_device()
    return backend.num_threads() if is_shared else 1


def _share(shape, i, num_shares):
    """Return the rows and columns of share i of a matrix, cut along its longer side."""
    if shape[0] > shape[1]:
        return slice(*_cut(shape[0], i, num_shares)), slice(None)
    return slice(None), slice(*_cut(shape[1], i, num_shares))


def _cut(size, i, num_shares):
    """Return where share i of so many things begins and ends."""
    return i * size // num_shares, (i + 1) * size // num_shares
