"""Softmax, and the loss that almost every classifier is trained with."""

from brew.blob import Blob
from brew.layer import Layer, LossLayer, register
from brew.ops import cross_entropy, loss_normalization, softmax
from brew.ops import labels as class_labels


@register("Softmax")
class Softmax(Layer):
    r"""Turn scores into probabilities.

    .. math:: y_k = \frac{e^{x_k}}{\sum_j e^{x_j}}

    ======  =================  ==================================================
    bottom  x (N, K, ...)      scores of K classes along ``axis``
    top     y (N, K, ...)      same shape, adds up to 1 along ``axis``; may be x
                               itself (in place)
    params  none
    proto   ``softmax_param``  ``axis`` [1]: the axis of the classes;
                               ``engine`` [DEFAULT]: not used
    ======  =================  ==================================================

    Backward: dx_k = y_k (dy_k - sum_j dy_j y_j).

    Source: Bridle, "Probabilistic Interpretation of Feedforward Classification
    Network Outputs", 1990.

    Example::

        layer {
          name: "prob" type: "Softmax"
          bottom: "score"  # (4, 10)
          top: "prob"
        }
    """

    bottoms, tops, in_place = 1, 1, True
    backward_reads_top = True

    def setup(self, bottom, top):
        self.axis = self.param.softmax_param.axis

    def top_shapes(self, x):
        self.axis_index(self.axis, x)
        return [x]

    def forward(self, bottom, top):
        softmax.forward(bottom[0].data, self.axis, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            softmax.backward(top[0].diff, top[0].data, self.axis, out=bottom[0].diff)


@register("SoftmaxWithLoss")
class SoftmaxWithLoss(LossLayer):
    r"""Turn scores into probabilities and penalize a low one for the true class.

    .. math:: L = -\frac{1}{Z} \sum_{n, m} \log p_{n, l_{nm}, m}, \quad
              p = \mathrm{softmax}(x)

    The sum runs over the items n and their places m (one place if there are no
    axes behind ``axis``), without those whose label is ``ignore_label``.

    ======  =================  ==================================================
    bottom  x (N, K, ...),     scores of K classes along ``axis``, and the true
            labels (N, ...)    classes, 0 to K - 1, one for each place
    top     L (),              the loss, and on wish p, of the same shape as x
            p (N, K, ...)
    params  none
    proto   ``loss_param``     ``normalization`` [VALID]: Z is the number of places
                               that count (VALID), of all places (FULL), of the
                               items (BATCH_SIZE) or 1 (NONE);
                               ``ignore_label``: labels that do not count, if set;
                               ``normalize`` [false]: the old way to say VALID
                               (true) or BATCH_SIZE (false)
            ``softmax_param``  ``axis`` [1]; ``engine`` [DEFAULT]: not used
    ======  =================  ==================================================

    Backward: dx = (p - [k is the label]) w / Z, 0 where ignored, where w is the
    loss weight. No gradient goes to the labels, nor from the top p.

    Source: Caffe. Probabilities below 1.2e-38 count as that, so L stays finite.

    Example::

        layer {
          name: "loss" type: "SoftmaxWithLoss"
          bottom: "score"  # (4, 10)
          bottom: "label"  # (4,)
          top: "loss"
        }
    """

    tops = (1, 2)

    def setup(self, bottom, top):
        p = self.param.loss_param
        self.ignore_label = p.ignore_label if p.HasField("ignore_label") else None
        self.way = loss_normalization.choose(p, loss_normalization.VALID)
        self.axis = self.param.softmax_param.axis
        self.num_tops = len(top)
        self.p = Blob(dtype=self.dtype)

    def top_shapes(self, x, labels):
        axis = self.axis_index(self.axis, x)
        problem = class_labels.find_shape_problem(labels, x, axis)
        self.require(not problem, problem)
        return [(), x][: self.num_tops]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        self.p.reshape(bottom[0].shape)
        if self.num_tops == 2:
            top[1].share_data(self.p)

    def forward(self, bottom, top):
        p = softmax.forward(bottom[0].data, self.axis, out=self.p.data)
        N, K, M = class_labels.fold(p.shape, self.axis % p.ndim)
        self.labels, self.counted, problem = class_labels.read(
            bottom[1].data.reshape(N, M), K, self.ignore_label
        )
        self.require(not problem, problem, bottom[1])
        self.divisor = loss_normalization.divisor(self.way, (N, M), self.counted)
        loss = cross_entropy.softmax_loss_forward(
            p.reshape(N, K, M), self.labels, self.counted
        )
        top[0].data[...] = loss / self.divisor

    def backward(self, top, propagate_down, bottom):
        if not propagate_down[0]:
            return
        folded = class_labels.fold(self.p.shape, self.axis % self.p.ndim)
        cross_entropy.softmax_loss_backward(
            self.p.data.reshape(folded),
            self.labels,
            self.counted,
            scale=float(top[0].diff) / self.divisor,
            out=bottom[0].diff.reshape(folded),
        )
