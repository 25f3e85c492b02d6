"""RecurrentLayer: what RNN and LSTM have in common, all but the step through time.

A recurrent layer reads a sequence time by time, and carries a state along. What comes
from outside (the sequence, and perhaps a static input) does not depend on the state,
so that it is computed for all times at once, before the walk through time.
"""

from math import prod

import numpy

from brew.blob import Blob
from brew.layer import Layer
from brew.ops import inner_product


class RecurrentLayer(Layer):
    """A layer that carries states from time to time, and from pass to pass.

    Bottoms are the sequence x (T, N, ...), then cont (T, N), on wish a static input
    (N, ...) and, with ``expose_hidden``, the states to start from, each (1, N, D).
    Tops are the outputs (T, N, D) and, with ``expose_hidden``, the last states.

    Without ``expose_hidden`` a pass starts from the states in which the one before has
    ended; :meth:`reset` forgets them, and a change of N does.

    Attributes
    ----------
    state_names : tuple of str
        What is carried, such as ``("h", "c")``.
    num_gates : int
        How many numbers an output computes from its inputs at each time.
    W, b, W_static : Blob
        What comes from outside is W x + b, plus W_static times the static input.
    """

    state_names: tuple = ()
    num_gates: int = 1
    W_static = None

    def __init__(self, param):
        super().__init__(param)
        self.exposes = param.recurrent_param.expose_hidden
        self.num_exposed = len(self.state_names) if self.exposes else 0
        self.bottoms = (2 + self.num_exposed, 3 + self.num_exposed)
        self.tops = 1 + self.num_exposed

    def setup(self, bottom, top):
        """Make the parameters that the inputs meet, and room for the states."""
        p, x = self.param.recurrent_param, bottom[0]
        self.require(
            p.num_output > 0, "num_output is 0; say how many numbers it recalls"
        )
        self.require(
            x.ndim >= 3, f"{self.type} needs a sequence of vectors: (T, N, ...)", x
        )
        self.has_static = len(bottom) == 3 + self.num_exposed
        self.num_output, rows = p.num_output, self.num_gates * p.num_output
        self.W = self.add_param((rows, prod(x.shape[2:])), p.weight_filler)
        self.b = self.add_param((rows,), p.bias_filler)
        if self.has_static:
            static = bottom[2]
            self.require(static.ndim >= 2, "a static input needs (N, ...)", static)
            shape = (rows, prod(static.shape[1:]))
            self.W_static = self.add_param(shape, p.weight_filler)
        self.first, self.last = (
            [Blob(dtype=self.dtype, name=name) for name in self.state_names]
            for _ in range(2)
        )
        self.gradient_to = tuple(i for i in range(len(bottom)) if i != 1)  # not to cont

    def top_shapes(self, x, cont, *others):
        """Return the shape of the outputs, and of the exposed states."""
        self._check_inputs("x", x, 2, self.W.shape[1])
        T, N = x[:2]
        self.require(T > 0, f"x has shape {x}: there must be at least one time")
        self.require(
            cont == (T, N), f"cont has shape {cont}, but x has {T} times of {N} items"
        )
        if self.has_static:
            static = others[0]
            self._check_inputs("the static input", static, 1, self.W_static.shape[1])
            self.require(
                static[0] == N,
                f"the static input has {static[0]} items, but x has {N}",
            )
        states, state = others[self.has_static :], (1, N, self.num_output)
        for name, shape in zip(self.state_names, states, strict=False):
            self.require(shape == state, f"{name} has shape {shape}; it needs {state}")
        return [(T, N, self.num_output), *[state] * self.num_exposed]

    def _check_inputs(self, what, shape, axis, num_inputs):
        found = prod(shape[axis:]) if len(shape) > axis else 0
        self.require(
            found == num_inputs,
            f"{what} has shape {shape}, so {found} inputs an item, but its weights are "
            f"for {num_inputs}; this cannot change once the net is built",
        )

    def reshape(self, bottom, top):
        """Give the tops their shapes; start anew if the number of items changes."""
        super().reshape(bottom, top)
        shape = (bottom[0].shape[1], self.num_output)
        for first, last in zip(self.first, self.last, strict=True):
            first.reshape(shape)
            if last.shape != shape:
                last.reshape(shape)
                last.data[...] = 0

    def read_inputs(self, bottom, out):
        """Write W x + b, plus W_static times the static input, for all times."""
        x = as_matrix(bottom[0].data, 2)
        inner_product.forward(x, self.W.data, self.b.data, out=as_matrix(out, 2))
        if self.has_static:
            static = as_matrix(bottom[2].data, 1)
            out += inner_product.forward(static, self.W_static.data)

    def inputs_backward(self, d, propagate_down, bottom):
        """Pass on the gradient d of what :meth:`read_inputs` wrote.

        As in Caffe, x and the static input get theirs also where propagate_down is
        false, and no gradient flows into states that are given.
        """
        wants, x = self.param_propagate_down, bottom[0]
        inner_product.backward(
            as_matrix(d, 2),
            as_matrix(x.data, 2),
            self.W.data,
            dx=as_matrix(x.diff, 2),
            dW=self.W.diff if wants[0] else None,
            db=self.b.diff if wants[1] else None,
        )
        if self.has_static:
            static = bottom[2]
            inner_product.backward(
                d.sum(axis=0),  # it was added at each time
                as_matrix(static.data, 1),
                self.W_static.data,
                dx=as_matrix(static.diff, 1),
                dW=self.W_static.diff if wants[2] else None,
            )
        for i in range(2 + self.has_static, len(bottom)):
            if propagate_down[i]:
                bottom[i].diff[...] = 0

    def first_states(self, bottom):
        """Return the states before the first time."""
        given = bottom[2 + self.has_static :] if self.exposes else self.last
        for first, source in zip(self.first, given, strict=True):
            first.data[...] = source.data.reshape(first.shape)
        return [first.data for first in self.first]

    def keep_last_states(self, top, *states):
        """Keep the states after the last time for the next pass, and show them."""
        for i, state in enumerate(states):
            self.last[i].data[...] = state
            if self.exposes:
                top[1 + i].data[...] = state

    def reset(self):
        """Forget the past: the next pass starts from states of zero."""
        for last in self.last:
            last.data[...] = 0

    def get_state(self):
        """Return also the states that the next pass starts from."""
        states = {
            last.name: last.cpu_data().tolist()
            for last in self.last
            if not self.exposes
        }
        return super().get_state() | states

    def set_state(self, state):
        """Go on from what :meth:`get_state` returned."""
        super().set_state(state)
        for last in self.last:
            if last.name in state:
                values = numpy.array(state[last.name], self.dtype)
                self.require(
                    values.shape[1:] == (self.num_output,),
                    f"the stored states {last.name} have shape {values.shape}, but "
                    f"num_output is {self.num_output}; are they of another net?",
                )
                last.reshape(values.shape)
                last.mutable_cpu_data()[...] = values


def as_matrix(array, axis):
    """Return a view of two axes: those before `axis`, and the others."""
    shape = array.shape
    return array.reshape(prod(shape[:axis]), prod(shape[axis:]))
