"""Long short-term memory: a state behind gates that open and close.

The numbers of the four gates stand side by side, 4D of them: i lets new memories in,
f keeps the old ones (or forgets), o lets them out, and g is what might be remembered.
"""

from brew import backend
from brew.ops import activation, recurrence


def unit_forward(c_prev, gate_input, cont, gates=None, c=None, h=None):
    """Take one step: i, f, o and g, then c = cont f c_prev + i g and h = o tanh(c).

    Parameters
    ----------
    c_prev : array (N, D)
        The cells before.
    gate_input : array (N, 4D)
        What the gates see; i, f and o take the sigmoid of it, g the tanh.
    cont : array (N,)
        0 where a new sequence begins, else 1.
    gates : array (N, 4D), optional
        Where to write the gates; may be `gate_input` itself.
    c, h : array (N, D), optional
        Where to write the cells and the outputs.

    Returns
    -------
    gates, c, h : array
    """
    xp = backend.xp_of(c_prev)
    gates = xp.empty_like(gate_input) if gates is None else gates
    c = xp.empty_like(c_prev) if c is None else c
    h = xp.empty_like(c_prev) if h is None else h
    start_of_g = 3 * c.shape[1]
    activation.sigmoid_forward(gate_input[:, :start_of_g], out=gates[:, :start_of_g])
    activation.tanh_forward(gate_input[:, start_of_g:], out=gates[:, start_of_g:])
    i, f, o, g = _split(gates)
    xp.multiply(f, c_prev, out=c)
    c *= cont[:, None]
    c += i * g
    xp.tanh(c, out=h)
    h *= o
    return gates, c, h


def unit_backward(dc, dh, c_prev, gates, cont, c, dc_prev=None, d_gates=None):
    """Return the gradients of the cells before and of what the gates saw.

    Parameters
    ----------
    dc, dh, c_prev, c : array (N, D)
        Gradients of the cells and of the outputs; the cells before and after.
    gates : array (N, 4D)
        From :func:`unit_forward`.
    cont : array (N,)
    dc_prev : array (N, D), optional
        Where to write; may be `dc` itself.
    d_gates : array (N, 4D), optional
        Where to write.

    Returns
    -------
    dc_prev, d_gates : array
    """
    xp = backend.xp_of(c)
    dc_prev = xp.empty_like(c) if dc_prev is None else dc_prev
    d_gates = xp.empty_like(gates) if d_gates is None else d_gates
    i, f, o, g = _split(gates)
    di, df, do, dg = _split(d_gates)
    cont, shown = cont[:, None], xp.tanh(c)
    dc = dc + activation.tanh_backward(dh * o, shown)  # c also reaches the loss by h
    activation.sigmoid_backward(dc * g, i, out=di)
    activation.sigmoid_backward(dc * c_prev * cont, f, out=df)
    activation.sigmoid_backward(dh * shown, o, out=do)
    activation.tanh_backward(dc * i, g, out=dg)
    xp.multiply(dc, f, out=dc_prev)
    dc_prev *= cont
    return dc_prev, d_gates


def forward(gate_input, cont, W, h0, c0, gates=None, c=None, h=None):
    """Walk through time: before each step, the gates also see W (cont_t h_{t-1}).

    Parameters
    ----------
    gate_input : array (T, N, 4D)
        What the gates see from outside at each time, for N items.
    cont : array (T, N)
        0 where a new sequence begins: what was before is forgotten. Else 1.
    W : array (4D, D)
    h0, c0 : array (N, D)
        Outputs and cells before the first time.
    gates : array (T, N, 4D), optional
        Where to write the gates; may be `gate_input` itself.
    c, h : array (T, N, D), optional
        Where to write the cells and the outputs.

    Returns
    -------
    gates, c, h : array
    """
    xp = backend.xp_of(gate_input)
    shape = (len(gate_input), *h0.shape)
    gates = xp.empty_like(gate_input) if gates is None else gates
    c = xp.empty(shape, gates.dtype) if c is None else c
    h = xp.empty(shape, gates.dtype) if h is None else h
    W_turned = recurrence.turned(W, len(h))

    def walk(items):
        h_before, c_before = h0[items], c0[items]
        for t in range(len(h)):
            now = t, items
            recalled = h_before * cont[now][:, None]
            xp.add(gate_input[now], recalled @ W_turned, out=gates[now])
            unit_forward(c_before, gates[now], cont[now], gates[now], c[now], h[now])
            h_before, c_before = h[now], c[now]

    recurrence.in_shares(walk, len(h0), h.size * len(W))
    return gates, c, h


def backward(dh, gates, c, h, cont, W, h0, c0, d_gates=None, dW=None):
    """Return the gradient of what the gates saw from outside, and add to dW.

    Parameters
    ----------
    dh : array (T, N, D)
        Gradient of the outputs.
    gates, c, h : array
        Results of :func:`forward`.
    cont, W, h0, c0
        As in :func:`forward`.
    d_gates : array (T, N, 4D), optional
        Where to write.
    dW : array (4D, D), optional
        Is added to.

    Returns
    -------
    array (T, N, 4D)
        `d_gates`, or a new array.
    """
    xp = backend.xp_of(dh)
    d_gates = xp.empty_like(gates) if d_gates is None else d_gates

    def walk(items):
        dh_later = dc_later = xp.zeros_like(h0[items])
        for t in reversed(range(len(h))):
            now = t, items
            dh_now = dh[now] + dh_later
            c_before = c[t - 1, items] if t else c0[items]
            state = c_before, gates[now], cont[now], c[now]
            dc_later, d = unit_backward(dc_later, dh_now, *state, d_gates=d_gates[now])
            dh_later = (d @ W) * cont[now][:, None]

    recurrence.in_shares(walk, len(h0), h.size * len(W))
    if dW is not None:
        recurrence.weight_gradient(d_gates, h, h0, cont, W, dW)
    return d_gates


def _split(gates):
    """Return views of i, f, o and g."""
    D = gates.shape[1] // 4
    return [gates[:, k * D : (k + 1) * D] for k in range(4)]
