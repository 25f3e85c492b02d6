"""Normalization: blobs whose numbers have mean 0 and variance 1."""

from math import prod

from brew.blob import Blob
from brew.layer import TEST, Layer, register
from brew.ops import batch_norm, channels
from brew.proto import caffe_pb2


@register("BatchNorm")
class BatchNorm(Layer):
    r"""Give each channel mean 0 and variance 1 over the batch.

    .. math:: y_{nci} = \frac{x_{nci} - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}}

    The mean and the variance of a channel are those of this batch, which also enter
    running sums; or, with ``use_global_stats``, what these sums have gathered, so
    that an item's result does not depend on its neighbours.

    ======  ====================  ===============================================
    bottom  x (N, C, ...)         anything with a channel axis
    top     y (N, C, ...)         same shape as x; may be x itself (in place)
    params  mean (C,),            running sums and what to divide them by; the
            variance (C,),        layer changes them in its forward pass, and no
            count (1,)            solver does: their ``lr_mult`` is 0
    proto   ``batch_norm_param``  ``use_global_stats``: not set, yes in TEST and
                                  no in TRAIN;
                                  ``moving_average_fraction`` [0.999]: how much
                                  of the sums is kept at each pass;
                                  ``eps`` [1e-5]: keeps the root from 0
    ======  ====================  ===============================================

    Backward: dx = (dy - mean(dy) - y mean(dy y)) / sqrt(variance + eps), with means
    over the channel; dx = dy / sqrt(variance + eps) with ``use_global_stats``.

    Source: Ioffe and Szegedy, "Batch Normalization", 2015, arXiv:1502.03167. Its
    learned scale and shift are a layer of their own in Caffe: Scale with
    ``bias_term``. The variance divides by the number of values; the running one is
    corrected to divide by one less.

    Example::

        layer {
          name: "bn1" type: "BatchNorm"
          bottom: "conv1"  # (2, 8, 6, 6)
          top: "bn1"
          batch_norm_param { moving_average_fraction: 0.99 }
        }
    """

    bottoms, tops, in_place = 1, 1, True

    def setup(self, bottom, top):
        p, x = self.param.batch_norm_param, bottom[0]
        self.require(x.ndim >= 2, "BatchNorm needs a channel axis: (N, C, ...)", x)
        self.fraction, self.eps = p.moving_average_fraction, p.eps
        chosen = p.HasField("use_global_stats")
        self.use_global_stats = p.use_global_stats if chosen else self.phase == TEST
        self.num_channels = x.shape[1]
        zeros = caffe_pb2.FillerParameter()
        self.mean_sum = self.add_param((self.num_channels,), zeros)
        self.variance_sum = self.add_param((self.num_channels,), zeros)
        self.count = self.add_param((1,), zeros)
        self._keep_solvers_off()
        self.x = Blob(dtype=self.dtype)

    def _keep_solvers_off(self):
        """Give each parameter an lr_mult of 0."""
        specs = self.param.param
        for i in range(len(self.blobs)):
            if i == len(specs):
                specs.add(lr_mult=0.0)
            self.require(
                specs[i].lr_mult == 0,
                f"param {i} has lr_mult {specs[i].lr_mult:g}; BatchNorm gathers its "
                "statistics itself: set lr_mult: 0, or leave the param lines out",
            )
        self.param_propagate_down = [False] * len(self.blobs)

    def top_shapes(self, x):
        self.require(
            len(x) >= 2 and x[1] == self.num_channels,
            f"its bottom has shape {tuple(x)}, but its statistics are of "
            f"{self.num_channels} channels; axis 1 cannot change once the net is built",
        )
        return [x]

    def forward(self, bottom, top):
        x, y = _folded(bottom[0].data), _folded(top[0].data)
        if not x.size:
            return
        if self.use_global_stats:
            mean, variance = self._gathered()
        else:
            mean, variance = batch_norm.statistics(x)
            self._gather(mean, variance, x.size // self.num_channels)
            if top[0] is bottom[0]:
                _keep(self.x, x)
        self.mean, self.divisor = mean, self.xp.sqrt(variance + self.eps)
        batch_norm.forward(x, mean, self.divisor, out=y)

    def _gather(self, mean, variance, num_values):
        correction = num_values / max(num_values - 1, 1)
        for blob, new in (
            (self.mean_sum, mean.reshape(-1)),
            (self.variance_sum, variance.reshape(-1) * correction),
            (self.count, 1.0),
        ):
            total = blob.data
            total *= self.fraction
            total += new

    def _gathered(self):
        count = float(self.count.data[0])
        scale = 1.0 / count if count else 0.0  # nothing gathered yet: all 0, as Caffe
        mean, variance = self.mean_sum.data * scale, self.variance_sum.data * scale
        return mean.reshape(1, -1, 1), variance.reshape(1, -1, 1)

    def backward(self, top, propagate_down, bottom):
        if not propagate_down[0] or not top[0].count:
            return
        dy, dx = _folded(top[0].diff), _folded(bottom[0].diff)
        if self.use_global_stats:
            channels.scale(dy, 1.0 / self.divisor.reshape(-1), out=dx)
        else:
            x = self.x.data if top[0] is bottom[0] else _folded(bottom[0].data)
            batch_norm.backward(dy, x, self.mean, self.divisor, out=dx)


@register("MVN")
class MVN(Layer):
    r"""Give each channel of each item mean 0 and variance 1.

    .. math:: y_{nci} = \frac{x_{nci} - \mu_{nc}}{\sigma_{nc} + \epsilon}

    ======  =============  ======================================================
    bottom  x (N, C, h, w) or fewer axes
    top     y (N, C, h, w) always with four axes; may be x itself (in place)
    params  none
    proto   ``mvn_param``  ``normalize_variance`` [true]: false leaves out the
                           division; ``across_channels`` [false]: one mean and
                           variance for all channels of an item;
                           ``eps`` [1e-9]: is added to the standard deviation
    ======  =============  ======================================================

    Backward: dx = (dy - mean(dy) - y mean(dy y)) / (deviation + eps), with means over
    the places; dx = dy - mean(dy) without division. This is the derivative as long
    as eps is small beside the deviation.

    Source: Caffe. The name says mean-variance normalization; see LeCun et al.,
    "Efficient BackProp", 1998, on inputs of equal scale.

    Example::

        layer {
          name: "mvn" type: "MVN"
          bottom: "data"  # (2, 3, 6, 6)
          top: "normal"
          mvn_param { across_channels: false }
        }
    """

    bottoms, tops, in_place = 1, 1, True

    def setup(self, bottom, top):
        p = self.param.mvn_param
        self.normalizes, self.across_channels = p.normalize_variance, p.across_channels
        self.eps = p.eps
        self.x = Blob(dtype=self.dtype)

    def top_shapes(self, x):
        self.require(
            len(x) <= 4, f"its bottom has shape {tuple(x)}; MVN needs (N, C, h, w)"
        )
        return [(*x, *[1] * (4 - len(x)))]

    def _rows(self, array, shape):
        N, C, h, w = shape
        return array.reshape(
            (N, 1, C * h * w) if self.across_channels else (N, C, h * w)
        )

    def forward(self, bottom, top):
        if not top[0].count:
            return
        shape = top[0].shape
        x, y = self._rows(bottom[0].data, shape), self._rows(top[0].data, shape)
        if not self.normalizes:
            batch_norm.forward(x, batch_norm.mean(x, over_items=False), out=y)
            return
        if top[0] is bottom[0]:
            _keep(self.x, x)
        self.mean, variance = batch_norm.statistics(x, over_items=False)
        self.divisor = self.xp.sqrt(variance) + self.eps
        batch_norm.forward(x, self.mean, self.divisor, out=y)

    def backward(self, top, propagate_down, bottom):
        if not propagate_down[0] or not top[0].count:
            return
        shape = top[0].shape
        dy, dx = self._rows(top[0].diff, shape), self._rows(bottom[0].diff, shape)
        if not self.normalizes:
            batch_norm.forward(dy, batch_norm.mean(dy, over_items=False), out=dx)
            return
        source = self.x if top[0] is bottom[0] else bottom[0]
        x = self._rows(source.data, shape)
        batch_norm.backward(dy, x, self.mean, self.divisor, out=dx)


@register("LayerNorm")
class LayerNorm(Layer):
    r"""Give each vector mean 0 and variance 1, then a learned scale and shift.

    .. math:: y_{mk} = a_k \frac{x_{mk} - \mu_m}{\sqrt{\sigma_m^2 + \epsilon}} + b_k

    ======  ====================  ===============================================
    bottom  x (M..., K...)        the axes before ``axis`` count vectors, the
                                  others are taken as one of K numbers
    top     y (M..., K...)        same shape as x; may be x itself (in place)
    params  a (K...), b (K...)    a only with ``scale_term``, b only with
                                  ``bias_term``
    proto   ``layer_norm_param``  ``axis`` [-1]: the first axis of a vector; -1
                                  takes each place of a sequence (N, T, K) by
                                  itself, 1 all numbers of an item;
                                  ``eps`` [1e-5]: keeps the root from 0;
                                  ``scale_term`` [true]: whether there is a;
                                  ``filler``: of a, constant 1 if not set;
                                  ``bias_term`` [true]: whether there is b;
                                  ``bias_filler``: of b, constant 0 if not set
    ======  ====================  ===============================================

    Backward: dx = (g - mean(g) - z mean(g z)) / sqrt(variance + eps), where z is x
    normalized, g = a dy, and means are over a vector;  da += sum of dy z;
    db += sum of dy.

    Source: Ba et al., "Layer Normalization", 2016, arXiv:1607.06450. Not in Caffe.
    Unlike BatchNorm it does the same in TRAIN and TEST, and no item knows of others.

    Example::

        layer {
          name: "norm1" type: "LayerNorm"
          bottom: "tokens"  # (2, 5, 16)
          top: "norm1"
        }
    """

    bottoms, tops, in_place = 1, 1, True

    def setup(self, bottom, top):
        p, x = self.param.layer_norm_param, bottom[0]
        self.require(p.eps >= 0, f"eps is {p.eps:g}; choose 0 or more")
        self.eps = p.eps
        self.axis = self.axis_index(p.axis, x.shape, x)
        self.vector = x.shape[self.axis :]
        one = caffe_pb2.FillerParameter(type="constant", value=1.0)
        self.a = self.b = None
        if p.scale_term:
            filler = p.filler if p.HasField("filler") else one
            self.a = self.add_param(self.vector, filler)
        if p.bias_term:
            self.b = self.add_param(self.vector, p.bias_filler)
        self.x = Blob(dtype=self.dtype)

    def top_shapes(self, x):
        self.require(
            x[self.axis :] == self.vector,
            f"its bottom has shape {tuple(x)}, but from axis {self.axis} on the shape "
            f"must stay {self.vector}: the layer is built for it",
        )
        return [x]

    def _rows(self, array):
        """Return a view (N, C, K): items, vectors of an item, numbers of a vector."""
        N, *places = array.shape[: self.axis] or (1,)
        return array.reshape(N, prod(places), prod(self.vector))

    def forward(self, bottom, top):
        if not top[0].count:
            return
        if top[0] is bottom[0]:
            _keep(self.x, bottom[0].data)
        x, y = self._rows(bottom[0].data), top[0].data
        self.mean, variance = batch_norm.statistics(x, over_items=False)
        self.divisor = self.xp.sqrt(variance + self.eps)
        batch_norm.forward(x, self.mean, self.divisor, out=self._rows(y))
        if self.a:
            channels.scale(y, self.a.data, self.axis, out=y)
        if self.b:
            channels.shift(y, self.b.data, self.axis, out=y)

    def backward(self, top, propagate_down, bottom):
        if not top[0].count:
            return
        dy = top[0].diff
        x = self._rows((self.x if top[0] is bottom[0] else bottom[0]).data)
        wants_a = self.a and self.param_propagate_down[0]
        if self.b and self.param_propagate_down[-1]:
            self.b.diff[...] += channels.collect(dy, self.vector, self.axis)
        if wants_a:
            z = batch_norm.forward(x, self.mean, self.divisor).reshape(dy.shape)
            self.a.diff[...] += channels.collect_product(dy, z, self.vector, self.axis)
        if propagate_down[0]:
            g, dx = self._rows(dy), bottom[0].diff
            if self.a:
                channels.scale(dy, self.a.data, self.axis, out=dx)
                g = self._rows(dx)
            batch_norm.backward(g, x, self.mean, self.divisor, out=self._rows(dx))


def _folded(array):
    """Return a view (N, C, M): items, channels, places."""
    N, C, *places = array.shape
    return array.reshape(N, C, prod(places))


def _keep(blob, x):
    """Copy the x that y is about to overwrite: backward needs it."""
    blob.reshape(x.shape)
    blob.data[...] = x
