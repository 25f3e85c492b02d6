"""LSTM: the recurrent layer that remembers for long."""

from brew.blob import Blob
from brew.layer import Layer, register
from brew.ops import lstm
from brew.recurrent_layer import RecurrentLayer


@register("LSTM")
class LSTM(RecurrentLayer):
    r"""Read a sequence with a memory that gates protect.

    .. math:: (i, f, o, g)_t &= W_{hc} (\mathit{cont}_t h_{t-1}) + W_{xc} x_t
              + W_{sc} s + b_c \\
              c_t &= \mathit{cont}_t \, \sigma(f_t) c_{t-1} + \sigma(i_t) \tanh(g_t) \\
              h_t &= \sigma(o_t) \tanh(c_t)

    ======  ===================  ================================================
    bottom  x (T, N, ...),       T times of N sequences; cont is 0 where a new
            cont (T, N),         sequence begins, else 1; s, on wish, is seen at
            s (N, ...),          all times; h_0 and c_0 only with
            h_0, c_0 (1, N, D)   ``expose_hidden``
    top     h (T, N, D),         h_T and c_T only with ``expose_hidden``
            h_T, c_T (1, N, D)
    params  W_xc (4D, I),        the rows of i come first, then f, o and g; I and
            b_c (4D,),           S are the numbers of an item in x and s; no W_sc
            W_sc (4D, S),        without s
            W_hc (4D, D)
    proto   ``recurrent_param``  ``num_output`` [0]: D, must be set;
                                 ``weight_filler``, ``bias_filler``: constant 0
                                 if not set; ``expose_hidden`` [false]: first
                                 and last states are bottoms and tops;
                                 ``debug_info`` [false]: not used
    ======  ===================  ================================================

    Without ``expose_hidden``, h_0 and c_0 are the h_T and c_T of the pass before: long
    sequences may come in parts. ``reset()`` makes them 0, and so does a new N.

    Backward: through time, from T to 1; dc_{t-1} gets cont_t f_t dc_t, which does not
    fade while the gate f is open;  all W, b += their sums over time. No gradient
    leaves through h_0 and c_0, nor enters through h_T and c_T: it ends at the
    borders of a pass.

    Source: Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997, with the gate f
    of Gers et al., 2000; as a Caffe layer: Donahue et al., "Long-term Recurrent
    Convolutional Networks", 2015, arXiv:1411.4389.

    Example::

        layer {
          name: "lstm1" type: "LSTM"
          bottom: "words"  # (5, 2, 4)
          bottom: "cont"  # (5, 2)
          top: "lstm1"
          recurrent_param { num_output: 3 weight_filler { type: "xavier" } }
        }
    """

    bottoms, tops = (2, 5), (1, 3)
    state_names, num_gates = ("h", "c"), 4

    def setup(self, bottom, top):
        super().setup(bottom, top)
        D = self.num_output
        self.W_hc = self.add_param((4 * D, D), self.param.recurrent_param.weight_filler)
        self.gates, self.c, self.h = (Blob(dtype=self.dtype) for _ in range(3))

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        T, N, D = top[0].shape
        self.gates.reshape(T, N, 4 * D)
        self.c.reshape(T, N, D)
        self.h.reshape(T, N, D)

    def forward(self, bottom, top):
        gates, c, h = self.gates.data, self.c.data, self.h.data
        self.read_inputs(bottom, out=gates)
        h0, c0 = self.first_states(bottom)
        lstm.forward(gates, bottom[1].data, self.W_hc.data, h0, c0, gates, c, h)
        top[0].data[...] = h  # a copy: a layer above may work in place
        self.keep_last_states(top, h[-1], c[-1])

    def backward(self, top, propagate_down, bottom):
        h0, c0 = (first.data for first in self.first)
        lstm.backward(
            top[0].diff,
            self.gates.data,
            self.c.data,
            self.h.data,
            bottom[1].data,
            self.W_hc.data,
            h0,
            c0,
            d_gates=self.gates.diff,
            dW=self.W_hc.diff if self.param_propagate_down[-1] else None,
        )
        self.inputs_backward(self.gates.diff, propagate_down, bottom)


@register("LSTMUnit")
class LSTMUnit(Layer):
    r"""Take one step of an LSTM, whose gates have seen their inputs already.

    .. math:: c = \mathit{cont} \, \sigma(f) c_{prev} + \sigma(i) \tanh(g), \quad
              h = \sigma(o) \tanh(c)

    ======  =================  ==================================================
    bottom  c_prev (1, N, D),  the cells before; what i, f, o and g see; 0 where
            gates (1, N, 4D),  a new sequence begins, else 1
            cont (1, N)
    top     c (1, N, D),       the cells and the outputs
            h (1, N, D)
    params  none
    proto   none
    ======  =================  ==================================================

    Backward: with e = dc + dh o (1 - tanh(c)^2), all that reaches c, dc_prev is
    cont f e; and di = e g, df = cont e c_prev, do = dh tanh(c), dg = e i, each times
    the slope of its sigmoid or tanh. cont gets no gradient.

    Source: Caffe, where it is the inner step of LSTM; see there.

    Example::

        layer {
          name: "unit" type: "LSTMUnit"
          bottom: "c_before"  # (1, 2, 3)
          bottom: "gates"  # (1, 2, 12)
          bottom: "cont"  # (1, 2)
          top: "c" top: "h"
        }
    """

    bottoms, tops, gradient_to = 3, 2, (0, 1)
    backward_reads_top = True

    def setup(self, bottom, top):
        self.gates = Blob(dtype=self.dtype)

    def top_shapes(self, c_prev, gates, cont):
        self.require(
            len(c_prev) == 3 and c_prev[0] == 1,
            f"c_prev has shape {c_prev}; it needs (1, N, D)",
        )
        _, N, D = c_prev
        for what, shape, wanted in (
            ("the gates' input", gates, (1, N, 4 * D)),
            ("cont", cont, (1, N)),
        ):
            self.require(
                shape == wanted, f"{what} has shape {shape}; it needs {wanted}"
            )
        return [c_prev, c_prev]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        self.gates.reshape(bottom[1].shape)

    def forward(self, bottom, top):
        c_prev, gate_input, cont = (blob.data[0] for blob in bottom)
        c, h = (blob.data[0] for blob in top)
        lstm.unit_forward(c_prev, gate_input, cont, self.gates.data[0], c, h)

    def backward(self, top, propagate_down, bottom):
        dc, dh = (blob.diff[0] for blob in top)
        c_prev, cont, c = bottom[0].data[0], bottom[2].data[0], top[0].data[0]
        lstm.unit_backward(
            dc,
            dh,
            c_prev,
            self.gates.data[0],
            cont,
            c,
            dc_prev=bottom[0].diff[0] if propagate_down[0] else None,
            d_gates=bottom[1].diff[0] if propagate_down[1] else None,
        )
