"""What the walks through time of RNN and LSTM have in common."""

from brew import backend
from brew.ops import inner_product

LARGE = 1e8  # multiplications: below, threads wait for one another more than they win
FEWEST = 16  # items to a thread: with fewer, BLAS does little more than read W


def in_shares(walk, num_items, work):
    """Call `walk` with slices of the items: if there is much work, one a thread.

    The items of a batch do not see one another, so that each thread can take its
    share of them through all times.
    """
    most = num_items // FEWEST if work >= LARGE else 1
    num_shares = max(1, min(backend.num_threads(), most))
    bounds = [i * num_items // num_shares for i in range(num_shares + 1)]
    backend.parallel(lambda i: walk(slice(bounds[i], bounds[i + 1])), num_shares)


def turned(W, num_steps):
    """Return Wᵀ for `num_steps` products, as BLAS likes it best."""
    return backend.xp_of(W).ascontiguousarray(W.T) if num_steps > 1 else W.T


def weight_gradient(d, h, h0, cont, W, dW):
    """Add to dW what W gets from its products with cont_t h_{t-1} at all times.

    Parameters
    ----------
    d : array (T, N, K)
        The gradient of the products.
    h : array (T, N, D)
        The states, of which W saw those before.
    h0 : array (N, D)
        The states before the first time.
    cont : array (T, N)
    W, dW : array (K, D)
    """
    recalled = backend.scratch("recalled", h.shape, h.dtype)
    recalled[0], recalled[1:] = h0, h[:-1]
    recalled *= cont[:, :, None]
    d, recalled = d.reshape(-1, d.shape[2]), recalled.reshape(-1, h.shape[2])
    inner_product.backward(d, recalled, W, dW=dW)
