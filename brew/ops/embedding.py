"""Embedding: each index is replaced by a row of a table."""

from brew.backend import xp_of


def forward(indices, W, bias=None, out=None):
    """Return W[index] + bias for each index.

    Parameters
    ----------
    indices : array of int (P,)
        Rows to take.
    W : array (V, K)
        The table.
    bias : array (K,), optional
        Is added to every row.
    out : array (P, K), optional
        Where to write.

    Returns
    -------
    array (P, K)
    """
    xp = xp_of(W)
    out = xp.empty((len(indices), W.shape[1]), W.dtype) if out is None else out
    out[...] = W[indices]
    if bias is not None:
        out += bias
    return out


def add_gradient(dy, indices, dW):
    """Add each row of dy (P, K) to the row of dW (V, K) that its index names."""
    xp_of(dW).add.at(dW, indices, dy)
