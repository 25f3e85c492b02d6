"""Rectifiers: the negative side is cut off or made small."""

from brew.blob import Blob
from brew.layer import Layer, register
from brew.ops import activation, channels
from brew.proto import caffe_pb2


@register("ReLU")
class ReLU(Layer):
    r"""Keep positive numbers, cut off or shrink negative ones.

    .. math:: y = \max(0, x) + s \min(0, x)

    ======  ==============  =====================================================
    bottom  x (any shape)
    top     y (any shape)   same shape as x; may be x itself if s is not negative
    params  none
    proto   ``relu_param``  ``negative_slope`` [0]: s;
                            ``engine`` [DEFAULT]: not used
    ======  ==============  =====================================================

    Backward: dx = dy where x > 0, else s dy (also at x = 0).

    Source: Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann
    Machines", 2010; the slope: Maas et al., "Rectifier Nonlinearities Improve
    Neural Network Acoustic Models", 2013.

    Example::

        layer {
          name: "relu1" type: "ReLU"
          bottom: "conv1"  # (2, 8, 6, 6)
          top: "conv1"
        }
    """

    bottoms, tops = 1, 1

    @property
    def in_place(self):
        """Whether backward can tell the sign of x from y."""
        return self.param.relu_param.negative_slope >= 0

    def setup(self, bottom, top):
        self.slope = self.param.relu_param.negative_slope

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        activation.relu_forward(bottom[0].data, self.slope, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            activation.relu_backward(
                top[0].diff, bottom[0].data, self.slope, out=bottom[0].diff
            )


@register("PReLU")
class PReLU(Layer):
    r"""Keep positive numbers, scale negative ones by a learned slope.

    .. math:: y_{nc} = \max(0, x_{nc}) + a_c \min(0, x_{nc})

    ======  ===============  ====================================================
    bottom  x (N, C, ...)    anything with a channel axis
    top     y (N, C, ...)    same shape as x; may be x itself (in place)
    params  a (C,) or ()     () with ``channel_shared``
    proto   ``prelu_param``  ``filler``: of a, constant 0.25 if not set;
                             ``channel_shared`` [false]: one slope for all
    ======  ===============  ====================================================

    Backward: dx = dy where x > 0, else a dy;  da_c += sum of dy x where x <= 0.

    Source: He et al., "Delving Deep into Rectifiers", 2015, arXiv:1502.01852.

    Example::

        layer {
          name: "relu1" type: "PReLU"
          bottom: "conv1"  # (2, 8, 6, 6)
          top: "conv1"
          prelu_param { filler { type: "constant" value: 0.25 } }
        }
    """

    bottoms, tops, in_place = 1, 1, True

    def setup(self, bottom, top):
        p = self.param.prelu_param
        self.require(bottom[0].ndim >= 2, "it needs channels: (N, C, ...)", bottom[0])
        default = caffe_pb2.FillerParameter(type="constant", value=0.25)
        self.slope = self.add_param(
            () if p.channel_shared else (bottom[0].shape[1],),
            p.filler if p.HasField("filler") else default,
        )
        self.x = Blob(dtype=self.dtype)

    def top_shapes(self, x):
        (channels_of_slope,) = self.slope.shape or (x[1],)
        if x[1:2] != (channels_of_slope,):
            self.require(
                False,
                f"it has slopes for {channels_of_slope} channels; the number of "
                "channels cannot change",
            )
        return [x]

    def forward(self, bottom, top):
        x = bottom[0].data
        if top[0] is bottom[0]:  # backward needs the x that y overwrites
            self.x.reshape(x.shape)
            self.x.data[...] = x
        channels.leak(x, self.slope.data, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        x = self.x.data if top[0] is bottom[0] else bottom[0].data
        dy, a = top[0].diff, self.slope
        if self.param_propagate_down[0]:
            negative = self.xp.minimum(x, 0.0)
            a.diff[...] += channels.collect_product(dy, negative, a.shape)
        if propagate_down[0]:
            channels.leak_backward(dy, x, a.data, out=bottom[0].diff)


@register("ELU")
class ELU(Layer):
    r"""Keep positive numbers, bend negative ones towards a floor.

    .. math:: y = x \text{ if } x > 0, \text{ else } \alpha (e^x - 1)

    ======  =============  ======================================================
    bottom  x (any shape)
    top     y (any shape)  same shape as x; may be x itself if alpha is not
                           negative
    params  none
    proto   ``elu_param``  ``alpha`` [1]: the floor lies at -alpha
    ======  =============  ======================================================

    Backward: dx = dy where x > 0, else dy (alpha + y).

    Source: Clevert et al., "Fast and Accurate Deep Network Learning by Exponential
    Linear Units", 2015, arXiv:1511.07289.

    Example::

        layer {
          name: "elu1" type: "ELU"
          bottom: "conv1"  # (2, 8, 6, 6)
          top: "conv1"
          elu_param { alpha: 1 }
        }
    """

    bottoms, tops = 1, 1
    backward_reads_top = True

    @property
    def in_place(self):
        """Whether backward can tell the sign of x from y."""
        return self.param.elu_param.alpha >= 0

    def setup(self, bottom, top):
        self.alpha = self.param.elu_param.alpha

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        activation.elu_forward(bottom[0].data, self.alpha, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            x, y, dy = bottom[0].data, top[0].data, top[0].diff
            activation.elu_backward(dy, x, y, self.alpha, out=bottom[0].diff)


@register("Clip")
class Clip(Layer):
    r"""Cut off what lies below a minimum or above a maximum.

    .. math:: y = \min(\max(x, a), b)

    ======  ==============  =====================================================
    bottom  x (any shape)
    top     y (any shape)   same shape as x
    params  none
    proto   ``clip_param``  ``min``: a; ``max``: b; both must be given
    ======  ==============  =====================================================

    Backward: dx = dy where a <= x <= b, else 0.

    Source: Caffe. With 0 and 6 it is the ReLU6 of Krizhevsky, "Convolutional Deep
    Belief Networks on CIFAR-10", 2010.

    Example::

        layer {
          name: "relu6" type: "Clip"
          bottom: "conv1"  # (2, 8, 6, 6)
          top: "relu6"
          clip_param { min: 0 max: 6 }
        }
    """

    bottoms, tops = 1, 1

    def setup(self, bottom, top):
        p = self.param.clip_param
        self.require(
            p.HasField("min") and p.HasField("max"),
            "clip_param needs min and max; give both",
        )
        self.bounds = p.min, p.max

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        activation.clip_forward(bottom[0].data, *self.bounds, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            activation.clip_backward(
                top[0].diff, bottom[0].data, *self.bounds, out=bottom[0].diff
            )


@register("Threshold")
class Threshold(Layer):
    r"""Say 1 for numbers above a threshold and 0 for others.

    .. math:: y = 1 \text{ if } x > t, \text{ else } 0

    ======  ===================  ================================================
    bottom  x (any shape)
    top     y (any shape)        same shape as x
    params  none
    proto   ``threshold_param``  ``threshold`` [0]: t
    ======  ===================  ================================================

    Backward: none; a step has no useful gradient.

    Source: Caffe.

    Example::

        layer {
          name: "mask" type: "Threshold"
          bottom: "prob"  # (2, 1, 6, 6)
          top: "mask"
          threshold_param { threshold: 0.5 }
        }
    """

    bottoms, tops, gradient_to = 1, 1, ()

    def setup(self, bottom, top):
        self.threshold = self.param.threshold_param.threshold

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        top[0].data[...] = bottom[0].data > self.threshold

    def backward(self, top, propagate_down, bottom):
        self.require(not any(propagate_down), "a step has no gradient to pass down")
