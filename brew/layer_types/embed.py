"""Embed: numbers that name things become rows of a table."""

from brew.layer import Layer, register
from brew.ops import embedding, labels


@register("Embed")
class Embed(Layer):
    r"""Look up a row of a learned table for each index.

    .. math:: y_i = W_{x_i} + b

    The same as InnerProduct on one-hot vectors, without making them.

    ======  ===============  ====================================================
    bottom  x (N, ...)       indices, 0 to V - 1
    top     y (N, ..., K)    their rows
    params  W (V, K), b (K,)
    proto   ``embed_param``  ``num_output``: K; ``input_dim``: V; both must be
                             given; ``bias_term`` [true]: whether there is b;
                             ``weight_filler``, ``bias_filler``: first values,
                             constant 0 if not set
    ======  ===============  ====================================================

    Backward: dW_v += the sum of the dy_i with x_i = v;  db += sum of dy_i. No
    gradient goes to the indices.

    Source: Caffe.

    Example::

        layer {
          name: "embed" type: "Embed"
          bottom: "word"  # (2, 5)
          top: "vector"
          embed_param {
            input_dim: 1000 num_output: 16
            weight_filler { type: "uniform" min: -0.08 max: 0.08 }
          }
        }
    """

    bottoms, tops, gradient_to = 1, 1, ()

    def setup(self, bottom, top):
        p = self.param.embed_param
        for field in "num_output", "input_dim":
            number = getattr(p, field)
            self.require(number > 0, f"{field} is {number}; give a positive number")
        self.W = self.add_param((p.input_dim, p.num_output), p.weight_filler)
        self.b = None
        if p.bias_term:
            self.b = self.add_param((p.num_output,), p.bias_filler)

    def top_shapes(self, x):
        return [(*x, self.W.shape[1])]

    def forward(self, bottom, top):
        W, y = self.W.data, top[0].data.reshape(-1, self.W.shape[1])
        self.indices, problem = labels.read_indices(bottom[0].data.reshape(-1), len(W))
        self.require(
            not problem, f"{problem}; mend the indices, or raise input_dim", bottom[0]
        )
        embedding.forward(self.indices, W, self.b and self.b.data, out=y)

    def backward(self, top, propagate_down, bottom):
        self.require(not any(propagate_down), "indices have no gradient")
        dy = top[0].diff.reshape(-1, self.W.shape[1])
        if self.param_propagate_down[0]:
            embedding.add_gradient(dy, self.indices, self.W.diff)
        if self.b and self.param_propagate_down[1]:
            self.b.diff[...] += dy.sum(axis=0)
