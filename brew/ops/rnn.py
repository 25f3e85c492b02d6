"""The plain recurrence: a state that depends on the inputs and the state before."""

from brew import backend
from brew.ops import activation, recurrence


def forward(inputs, cont, W, h0, out=None):
    """Return h with h_t = tanh(inputs_t + W (cont_t h_{t-1})).

    Parameters
    ----------
    inputs : array (T, N, D)
        What comes from outside at each time, for N items.
    cont : array (T, N)
        0 where a new sequence begins: what was before is forgotten. Else 1.
    W : array (D, D)
    h0 : array (N, D)
        The states before the first time.
    out : array like inputs, optional
        Where to write; may be `inputs` itself.

    Returns
    -------
    array (T, N, D)
        `out`, or a new array.
    """
    xp = backend.xp_of(inputs)
    out = xp.empty_like(inputs) if out is None else out
    W_turned = recurrence.turned(W, len(out))

    def walk(items):
        h_before = h0[items]
        for t in range(len(out)):
            h = out[t, items]
            recalled = h_before * cont[t, items, None]
            xp.add(inputs[t, items], recalled @ W_turned, out=h)
            activation.tanh_forward(h, out=h)
            h_before = h

    recurrence.in_shares(walk, len(h0), out.size * len(W))
    return out


def backward(dh, h, cont, W, h0, out=None, dW=None):
    """Return the gradient of the inputs, and add to dW.

    Backwards in time: what reaches h_t comes from above and from h_{t+1}.

    Parameters
    ----------
    dh, h : array (T, N, D)
        Gradient from above, and result of :func:`forward`.
    cont, W, h0
        As in :func:`forward`.
    out : array like dh, optional
        Where to write; may be `dh` itself.
    dW : array (D, D), optional
        Is added to.

    Returns
    -------
    array (T, N, D)
        `out`, or a new array.
    """
    xp = backend.xp_of(dh)
    out = xp.empty_like(dh) if out is None else out

    def walk(items):
        dh_later = xp.zeros_like(h0[items])
        for t in reversed(range(len(h))):
            d = out[t, items]
            activation.tanh_backward(dh[t, items] + dh_later, h[t, items], out=d)
            dh_later = (d @ W) * cont[t, items, None]

    recurrence.in_shares(walk, len(h0), h.size * len(W))
    if dW is not None:
        recurrence.weight_gradient(out, h, h0, cont, W, dW)
    return out
