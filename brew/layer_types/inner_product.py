"""InnerProduct: the fully connected layer."""

from math import prod

from brew.layer import Layer, register
from brew.ops import inner_product


@register("InnerProduct")
class InnerProduct(Layer):
    r"""Connect every output with all inputs of its item.

    .. math:: y_{mn} = \sum_k W_{nk} x_{mk} + b_n

    ======  =======================  ============================================
    bottom  x (M..., K...)           the axes before ``axis`` count items, the
                                     others are taken as one axis of K values
    top     y (M..., num_output)     the axes before ``axis``, then the outputs
    params  W (num_output, K),       W is (K, num_output) if ``transpose``
            b (num_output,)          no b unless ``bias_term``
    proto   ``inner_product_param``  ``num_output`` [0]: must be set;
                                     ``bias_term`` [true]; ``weight_filler``,
                                     ``bias_filler`` [constant 0]; ``axis`` [1];
                                     ``transpose`` [false]: store W transposed
    ======  =======================  ============================================

    Backward: dx = dy W;  dW += dyᵀ x;  db += sum of dy over the items.

    Source: Caffe. K must not change after the first pass.

    Example::

        layer {
          name: "ip1" type: "InnerProduct"
          bottom: "pool2"  # (4, 50, 4, 4)
          top: "ip1"
          inner_product_param {
            num_output: 500
            weight_filler { type: "xavier" }
          }
        }
    """

    bottoms, tops = 1, 1

    def setup(self, bottom, top):
        p = self.param.inner_product_param
        self.require(p.num_output > 0, "num_output is 0; say how many units it has")
        self.num_output, self.axis, self.transpose = p.num_output, p.axis, p.transpose
        x = bottom[0].shape
        self.num_inputs = K = prod(x[self.axis_index(self.axis, x, bottom[0]) :])
        self.require(K > 0, "it needs at least one value in each item", bottom[0])
        shape = (K, p.num_output) if self.transpose else (p.num_output, K)
        self.W = self.add_param(shape, p.weight_filler)
        self.b = None
        if p.bias_term:
            self.b = self.add_param((p.num_output,), p.bias_filler)

    def top_shapes(self, x):
        axis = self.axis_index(self.axis, x)
        self.require(
            prod(x[axis:]) == self.num_inputs,
            f"its bottom has shape {tuple(x)}, so {prod(x[axis:])} values an item, but "
            f"its weights are for {self.num_inputs}; the shape behind axis {axis} "
            "cannot change once the net is built",
        )
        return [(*x[:axis], self.num_output)]

    def forward(self, bottom, top):
        x, y = self._as_matrices(bottom[0].data, top[0].data)
        b = self.b.data if self.b else None
        inner_product.forward(x, self._outputs_first(self.W.data), b, out=y)

    def backward(self, top, propagate_down, bottom):
        x, dy = self._as_matrices(bottom[0].data, top[0].diff)
        wants_W, wants_b = (*self.param_propagate_down, False)[:2]
        is_new = wants_W and not self.W.has_diff
        dW = self.W.overwrite_diff() if is_new else self.W.diff
        inner_product.backward(
            dy,
            x,
            self._outputs_first(self.W.data),
            dx=bottom[0].diff.reshape(x.shape) if propagate_down[0] else None,
            dW=self._outputs_first(dW) if wants_W else None,
            db=self.b.diff if wants_b else None,
            dW_is_new=is_new,
        )

    def _as_matrices(self, x, y):
        return x.reshape(-1, self.num_inputs), y.reshape(-1, self.num_output)

    def _outputs_first(self, W):
        return W.T if self.transpose else W
