"""RNN: the plain recurrent layer."""

from brew.blob import Blob
from brew.layer import register
from brew.ops import activation, inner_product, rnn
from brew.recurrent_layer import RecurrentLayer, as_matrix


@register("RNN")
class RNN(RecurrentLayer):
    r"""Read a sequence with a memory that every step writes anew.

    .. math:: h_t = \tanh(W_{hh} (\mathit{cont}_t h_{t-1}) + W_{xh} x_t
              + W_{sh} s + b_h), \quad o_t = \tanh(W_{ho} h_t + b_o)

    ======  ===================  ================================================
    bottom  x (T, N, ...),       T times of N sequences; cont is 0 where a new
            cont (T, N),         sequence begins, else 1; s, on wish, is seen at
            s (N, ...),          all times; h_0 only with ``expose_hidden``
            h_0 (1, N, D)
    top     o (T, N, D),         h_T only with ``expose_hidden``
            h_T (1, N, D)
    params  W_xh (D, I),         I and S are the numbers of an item in x and s;
            b_h (D,),            no W_sh without s
            W_sh (D, S),
            W_hh (D, D),
            W_ho (D, D),
            b_o (D,)
    proto   ``recurrent_param``  ``num_output`` [0]: D, must be set;
                                 ``weight_filler``, ``bias_filler``: constant 0
                                 if not set; ``expose_hidden`` [false]: first
                                 and last states are bottoms and tops;
                                 ``debug_info`` [false]: not used
    ======  ===================  ================================================

    Without ``expose_hidden``, h_0 is the h_T of the pass before: long sequences may
    come in parts. ``reset()`` makes it 0, and so does a new N.

    Backward: through time, from T to 1: dh_{t-1} gets cont_t W_hhᵀ of what reached
    the input of h_t;  all W, b += their sums over time. No gradient leaves through
    h_0, nor enters through h_T: it ends at the borders of a pass.

    Source: Elman, "Finding Structure in Time", 1990; as a Caffe layer: Donahue et al.,
    "Long-term Recurrent Convolutional Networks", 2015, arXiv:1411.4389.

    Example::

        layer {
          name: "rnn1" type: "RNN"
          bottom: "words"  # (5, 2, 4)
          bottom: "cont"  # (5, 2)
          top: "rnn1"
          recurrent_param { num_output: 3 weight_filler { type: "xavier" } }
        }
    """

    bottoms, tops = (2, 4), (1, 2)
    state_names = ("h",)

    def setup(self, bottom, top):
        super().setup(bottom, top)
        p, D = self.param.recurrent_param, self.num_output
        self.W_hh = self.add_param((D, D), p.weight_filler)
        self.W_ho = self.add_param((D, D), p.weight_filler)
        self.b_o = self.add_param((D,), p.bias_filler)
        self.h, self.o = Blob(dtype=self.dtype), Blob(dtype=self.dtype)

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        self.h.reshape(top[0].shape)
        self.o.reshape(top[0].shape)

    def forward(self, bottom, top):
        h, o, cont = self.h.data, self.o.data, bottom[1].data
        self.read_inputs(bottom, out=h)
        rnn.forward(h, cont, self.W_hh.data, *self.first_states(bottom), out=h)
        h_matrix, o_matrix = as_matrix(h, 2), as_matrix(o, 2)
        inner_product.forward(h_matrix, self.W_ho.data, self.b_o.data, out=o_matrix)
        activation.tanh_forward(o, out=o)
        top[0].data[...] = o  # a copy: a layer above may work in place
        self.keep_last_states(top, h[-1])

    def backward(self, top, propagate_down, bottom):
        h, dh, do = self.h.data, self.h.diff, self.o.diff
        *_, wants_W_hh, wants_W_ho, wants_b_o = self.param_propagate_down
        activation.tanh_backward(top[0].diff, self.o.data, out=do)
        inner_product.backward(
            as_matrix(do, 2),
            as_matrix(h, 2),
            self.W_ho.data,
            dx=as_matrix(dh, 2),
            dW=self.W_ho.diff if wants_W_ho else None,
            db=self.b_o.diff if wants_b_o else None,
        )
        rnn.backward(
            dh,
            h,
            bottom[1].data,
            self.W_hh.data,
            self.first[0].data,
            out=dh,
            dW=self.W_hh.diff if wants_W_hh else None,
        )
        self.inputs_backward(dh, propagate_down, bottom)
