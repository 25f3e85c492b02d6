"""Squashers and their smooth relatives: curves made of exponentials."""

from brew.blob import Blob
from brew.layer import Layer, register
from brew.ops import activation, gelu
from brew.proto import caffe_pb2


@register("Sigmoid")
class Sigmoid(Layer):
    r"""Squash numbers to between 0 and 1.

    .. math:: y = \frac{1}{1 + e^{-x}}

    ======  =================  ==================================================
    bottom  x (any shape)
    top     y (any shape)      same shape as x; may be x itself (in place)
    params  none
    proto   ``sigmoid_param``  ``engine`` [DEFAULT]: not used
    ======  =================  ==================================================

    Backward: dx = dy y (1 - y).

    Source: Caffe. The logistic curve of Verhulst, 1845.

    Example::

        layer {
          name: "sigmoid1" type: "Sigmoid"
          bottom: "ip1"  # (4, 10)
          top: "ip1"
        }
    """

    bottoms, tops, in_place = 1, 1, True
    backward_reads_top = True

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        activation.sigmoid_forward(bottom[0].data, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            activation.sigmoid_backward(top[0].diff, top[0].data, out=bottom[0].diff)


@register("TanH")
class TanH(Layer):
    r"""Squash numbers to between -1 and 1.

    .. math:: y = \tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}

    ======  ==============  =====================================================
    bottom  x (any shape)
    top     y (any shape)   same shape as x; may be x itself (in place)
    params  none
    proto   ``tanh_param``  ``engine`` [DEFAULT]: not used
    ======  ==============  =====================================================

    Backward: dx = dy (1 - y^2).

    Source: LeCun et al., "Efficient BackProp", 1998, on why it learns faster than
    the sigmoid.

    Example::

        layer {
          name: "tanh1" type: "TanH"
          bottom: "ip1"  # (4, 10)
          top: "ip1"
        }
    """

    bottoms, tops, in_place = 1, 1, True
    backward_reads_top = True

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        activation.tanh_forward(bottom[0].data, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            activation.tanh_backward(top[0].diff, top[0].data, out=bottom[0].diff)


@register("Swish")
class Swish(Layer):
    r"""Let each number through a gate that it opens itself.

    .. math:: y = x\, \sigma(\beta x), \quad \sigma(z) = \frac{1}{1 + e^{-z}}

    ======  ===============  ====================================================
    bottom  x (any shape)
    top     y (any shape)    same shape as x; may be x itself (in place)
    params  none
    proto   ``swish_param``  ``beta`` [1]: how suddenly the gate opens
    ======  ===============  ====================================================

    Backward: dx = dy (beta y + s (1 - beta y)), where s is the gate.

    Source: Ramachandran et al., "Searching for Activation Functions", 2017,
    arXiv:1710.05941.

    Example::

        layer {
          name: "swish1" type: "Swish"
          bottom: "conv1"  # (2, 8, 6, 6)
          top: "conv1"
          swish_param { beta: 1 }
        }
    """

    bottoms, tops, in_place = 1, 1, True
    backward_reads_top = True

    def setup(self, bottom, top):
        self.beta = self.param.swish_param.beta
        self.gate = Blob(dtype=self.dtype)

    def top_shapes(self, x):
        return [x]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        self.gate.reshape(bottom[0].shape)

    def forward(self, bottom, top):
        x, y = bottom[0].data, top[0].data
        activation.swish_forward(x, self.beta, self.gate.data, out=y)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            dy, y = top[0].diff, top[0].data
            activation.swish_backward(
                dy, y, self.beta, self.gate.data, out=bottom[0].diff
            )


@register("GELU")
class GELU(Layer):
    r"""Let each number through as far as a normal distribution lies below it.

    .. math:: y = x\, \Phi(x), \quad
              \Phi(x) = \frac{1}{2} (1 + \mathrm{erf}(x / \sqrt{2}))

    ======  ==============  =====================================================
    bottom  x (any shape)
    top     y (any shape)   same shape as x
    params  none
    proto   ``gelu_param``  ``approximation`` [NONE]: with TANH the gate is
                            (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, and
                            y is off by less than 0.0005
    ======  ==============  =====================================================

    Backward: dx = dy (g + x g'), where g is the gate; without approximation
    g' = exp(-x^2 / 2) / sqrt(2 pi).

    Source: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016,
    arXiv:1606.08415. Not in Caffe. Nets that were trained with the approximation,
    as GPT-2, want it again.

    Example::

        layer {
          name: "gelu1" type: "GELU"
          bottom: "ip1"  # (2, 5, 16)
          top: "gelu1"
        }
    """

    bottoms, tops = 1, 1

    def setup(self, bottom, top):
        p = self.param.gelu_param
        self.approximates = p.approximation == caffe_pb2.GELUParameter.TANH
        self.gate = Blob(dtype=self.dtype)

    def top_shapes(self, x):
        return [x]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        self.gate.reshape(bottom[0].shape)

    def forward(self, bottom, top):
        x, gate = bottom[0].data, self.gate.data
        gelu.forward(x, gate, self.approximates, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            dy, x, gate = top[0].diff, bottom[0].data, self.gate.data
            gelu.backward(dy, x, gate, self.approximates, out=bottom[0].diff)


@register("BNLL")
class BNLL(Layer):
    r"""Round off the corner of the ReLU.

    .. math:: y = \log(1 + e^x)

    ======  =============  ======================================================
    bottom  x (any shape)
    top     y (any shape)  same shape as x
    params  none
    proto   none
    ======  =============  ======================================================

    Backward: dx = dy e^x / (1 + e^x).

    Source: Dugas et al., "Incorporating Second-Order Functional Knowledge for
    Better Option Pricing", 2001. Today it is called softplus; in Caffe, binomial
    normal log likelihood.

    Example::

        layer {
          name: "bnll1" type: "BNLL"
          bottom: "conv1"  # (2, 8, 6, 6)
          top: "bnll1"
        }
    """

    bottoms, tops = 1, 1

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        activation.bnll_forward(bottom[0].data, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            activation.bnll_backward(top[0].diff, bottom[0].data, out=bottom[0].diff)
