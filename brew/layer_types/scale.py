"""Factors and biases for channels, learned or from another blob."""

from brew.blob import Blob
from brew.layer import Layer, register
from brew.ops import channels
from brew.proto import caffe_pb2


@register("Scale")
class Scale(Layer):
    r"""Multiply by a factor for each channel, and perhaps add a bias.

    .. math:: y_{n c i} = a_c\, x_{n c i} + b_c

    ======  ================  ===================================================
    bottom  x (N, C, ...),    the blob, and on wish the factors, with the sizes of
            a (C,)            x from ``axis`` on; without them they are learned
    top     y (N, C, ...)     same shape as x; may be x itself (in place)
    params  a (C,), b (C,)    a only with one bottom, b only with ``bias_term``;
                              the sizes of x from ``axis`` on
    proto   ``scale_param``   ``axis`` [1]: the first axis of a;
                              ``num_axes`` [1]: how many axes a learned a has, -1
                              is all that follow, 0 makes a a scalar;
                              ``filler``: of a, constant 1 if not set;
                              ``bias_term`` [false]: whether there is b;
                              ``bias_filler``: of b, constant 0 if not set
    ======  ================  ===================================================

    Backward: dx = a dy;  da_c (+)= sum of dy x;  db_c += sum of dy. A learned a is
    added to, a bottom a is replaced.

    Source: Caffe, where it follows BatchNorm: Ioffe and Szegedy, "Batch
    Normalization", 2015, arXiv:1502.03167.

    Example::

        layer {
          name: "scale1" type: "Scale"
          bottom: "bn1"  # (2, 8, 6, 6)
          top: "bn1"
          scale_param { bias_term: true }
        }
    """

    bottoms, tops, in_place = (1, 2), 1, True

    def setup(self, bottom, top):
        p = self.param.scale_param
        self.axis, self.learns = p.axis, len(bottom) == 1
        if self.learns:
            default = caffe_pb2.FillerParameter(type="constant", value=1.0)
            filler = p.filler if p.HasField("filler") else default
            shape = _covered(self, bottom[0], p.axis, p.num_axes)
            self.factor = self.add_param(shape, filler)
        else:
            self.factor = bottom[1]
        self.bias = None
        if p.bias_term:
            self.bias = self.add_param(self.factor.shape, p.bias_filler)
        self.x = Blob(dtype=self.dtype)

    def top_shapes(self, x, *factor):
        a = factor[0] if factor else self.factor.shape
        _match(self, x, a, self.axis)
        return [x]

    def _start(self, x):
        return self.axis % x.ndim if self.factor.ndim else 0

    def forward(self, bottom, top):
        x, y = bottom[0].data, top[0].data
        if top[0] is bottom[0]:  # backward needs the x that y overwrites
            self.x.reshape(x.shape)
            self.x.data[...] = x
        start = self._start(x)
        channels.scale(x, self.factor.data, start, out=y)
        if self.bias:
            channels.shift(y, self.bias.data, start, out=y)

    def backward(self, top, propagate_down, bottom):
        x = self.x.data if top[0] is bottom[0] else bottom[0].data
        dy, a, start = top[0].diff, self.factor, self._start(x)
        if self.bias and self.param_propagate_down[-1]:
            self.bias.diff[...] += channels.collect(dy, a.shape, start)
        if self.learns and self.param_propagate_down[0]:
            a.diff[...] += channels.collect_product(dy, x, a.shape, start)
        elif not self.learns and propagate_down[1]:
            a.diff[...] = channels.collect_product(dy, x, a.shape, start)
        if propagate_down[0]:
            channels.scale(dy, a.data, start, out=bottom[0].diff)


@register("Bias")
class Bias(Layer):
    r"""Add a bias for each channel.

    .. math:: y_{n c i} = x_{n c i} + b_c

    ======  ================  ===================================================
    bottom  x (N, C, ...),    the blob, and on wish the biases, with the sizes of x
            b (C,)            from ``axis`` on; without them they are learned
    top     y (N, C, ...)     same shape as x; may be x itself (in place)
    params  b (C,)            only with one bottom
    proto   ``bias_param``    ``axis`` [1]: the first axis of b;
                              ``num_axes`` [1]: how many axes a learned b has, -1
                              is all that follow, 0 makes b a scalar;
                              ``filler``: of b, constant 0 if not set
    ======  ================  ===================================================

    Backward: dx = dy;  db_c (+)= sum of dy. A learned b is added to, a bottom b is
    replaced.

    Source: Caffe.

    Example::

        layer {
          name: "bias1" type: "Bias"
          bottom: "conv1"  # (2, 8, 6, 6)
          top: "conv1"
          bias_param { filler { type: "constant" value: 0.1 } }
        }
    """

    bottoms, tops, in_place = (1, 2), 1, True

    def setup(self, bottom, top):
        p = self.param.bias_param
        self.axis, self.learns = p.axis, len(bottom) == 1
        if self.learns:
            shape = _covered(self, bottom[0], p.axis, p.num_axes)
            self.bias = self.add_param(shape, p.filler)
        else:
            self.bias = bottom[1]

    def top_shapes(self, x, *bias):
        b = bias[0] if bias else self.bias.shape
        _match(self, x, b, self.axis)
        return [x]

    def _start(self, x):
        return self.axis % x.ndim if self.bias.ndim else 0

    def forward(self, bottom, top):
        x = bottom[0].data
        channels.shift(x, self.bias.data, self._start(x), out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        dy, b = top[0].diff, self.bias
        start = self._start(dy)
        if self.learns and self.param_propagate_down[0]:
            b.diff[...] += channels.collect(dy, b.shape, start)
        elif not self.learns and propagate_down[1]:
            b.diff[...] = channels.collect(dy, b.shape, start)
        if propagate_down[0] and top[0] is not bottom[0]:
            bottom[0].diff[...] = dy


def _covered(layer, blob, axis, num_axes):
    """Return the sizes that a learned factor or bias covers."""
    start = axis + blob.ndim if axis < 0 else axis
    end = blob.ndim if num_axes == -1 else start + num_axes
    layer.require(
        0 <= start < blob.ndim and start <= end <= blob.ndim,
        f"axis {axis} and num_axes {num_axes} reach beyond its axes; choose others",
        blob,
    )
    return blob.shape[start:end]


def _match(layer, x, spread, axis):
    """Require that x has the sizes of a factor or bias, from an axis on."""
    start = layer.axis_index(axis, x) if spread else 0
    if x[start : start + len(spread)] != tuple(spread):
        layer.require(
            False,
            f"from axis {axis} on, x of shape {x} must have the sizes {spread} of the "
            "factor or bias",
        )
