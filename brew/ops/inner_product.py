"""Inner product: every output is a weighted sum of all inputs of an item.

Large products are cut over the threads by rows and columns of the result, never
along the sum, so that the number of threads changes no bit.
"""

from brew import backend

LARGE = 4e6  # multiplications: below, dispatch costs more than a second core brings


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
    if out is None:
        out = backend.xp_of(x).empty((len(x), len(W)), x.dtype)
    _matmul(x, W.T, out)
    if b is not None:
        out += b
    return out


def backward(dy, x, W, dx=None, dW=None, db=None):
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
    """
    if dW is not None:
        product = backend.scratch("inner_product", dW.shape, dW.dtype)
        _matmul(dy.T, x, product)
        dW += product
    if db is not None:
        db += dy.sum(axis=0)
    if dx is not None:
        _matmul(dy, W, dx)


def _matmul(a, b, out):
    """Write a b to `out`, a share of its longer side on each thread."""
    xp = backend.xp_of(a)
    if out.size * a.shape[1] < LARGE:
        xp.matmul(a, b, out=out)
        return
    num_shares = backend.num_threads()
    rows, columns = out.shape

    def task(i):
        if rows > columns:
            share = slice(i * rows // num_shares, (i + 1) * rows // num_shares)
            xp.matmul(a[share], b, out=out[share])
        else:
            share = slice(i * columns // num_shares, (i + 1) * columns // num_shares)
            xp.matmul(a, b[:, share], out=out[:, share])

    backend.parallel(task, num_shares)
