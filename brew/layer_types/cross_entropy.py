"""Cross entropy in three forms: yes-or-no scores, given probabilities, given costs."""

from math import prod

from brew.blob import Blob
from brew.layer import LossLayer, register
from brew.ops import activation, cross_entropy, loss_normalization, softmax
from brew.ops import labels as class_labels
from brew.proto import caffe_pb2
from brew.proto.binary import read_message


@register("SigmoidCrossEntropyLoss")
class SigmoidCrossEntropyLoss(LossLayer):
    r"""Penalize wrong answers to yes-or-no questions, given as scores.

    .. math:: L = -\frac{1}{Z} \sum_i t_i \log \sigma(x_i)
              + (1 - t_i) \log (1 - \sigma(x_i)), \quad
              \sigma(x) = \frac{1}{1 + e^{-x}}

    ======  ==============  =====================================================
    bottom  x (N, ...),     scores, and targets from 0 (no) to 1 (yes), equally
            t (N, ...)      many
    top     L ()            the loss
    params  none
    proto   ``loss_param``  ``normalization`` [BATCH_SIZE]: Z is the number of items
                            N (BATCH_SIZE), of targets that count (VALID), of all
                            targets (FULL) or 1 (NONE);
                            ``ignore_label``: targets whose whole part is this
                            number do not count, if set;
                            ``normalize`` [false]: the old way to say VALID (true)
                            or BATCH_SIZE (false)
    ======  ==============  =====================================================

    Backward: dx = (sigmoid(x) - t) w / Z, 0 where ignored, where w is the loss
    weight. No gradient goes to the targets.

    Source: Caffe.

    Example::

        layer {
          name: "loss" type: "SigmoidCrossEntropyLoss"
          bottom: "score"  # (4, 10)
          bottom: "target"  # (4, 10)
          top: "loss"
        }
    """

    def setup(self, bottom, top):
        p = self.param.loss_param
        self.ignore_label = p.ignore_label if p.HasField("ignore_label") else None
        self.way = loss_normalization.choose(p, loss_normalization.BATCH_SIZE)

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        x, t = bottom
        if x.count != t.count:
            self.require(
                False,
                f"the targets {t.name!r} of shape {t.shape} must be as many: one "
                "for each score",
                x,
            )

    def forward(self, bottom, top):
        x = bottom[0].data
        t = bottom[1].data.reshape(x.shape)
        self.counted = None
        if self.ignore_label is not None:
            self.counted = self.xp.trunc(t) != self.ignore_label
        folded = x.shape[0], prod(x.shape[1:])
        self.divisor = loss_normalization.divisor(self.way, folded, self.counted)
        loss = cross_entropy.sigmoid_loss_forward(x, t, self.counted)
        top[0].data[...] = loss / self.divisor

    def backward(self, top, propagate_down, bottom):
        if not propagate_down[0]:
            return
        dx = bottom[0].diff
        t = bottom[1].data.reshape(dx.shape)
        activation.sigmoid_forward(bottom[0].data, out=dx)
        scale = float(top[0].diff) / self.divisor
        cross_entropy.sigmoid_loss_backward(dx, t, self.counted, scale, out=dx)


@register("MultinomialLogisticLoss")
class MultinomialLogisticLoss(LossLayer):
    r"""Penalize a low probability of the true class, given probabilities.

    .. math:: L = -\frac{1}{N} \sum_n \log p_{n, l_n}

    SoftmaxWithLoss takes scores instead, which is safer: the gradient here grows
    without bound where p is small.

    ======  =============  ======================================================
    bottom  p (N, K),      probabilities of K classes, and the true classes, 0 to
            labels (N,)    K - 1
    top     L ()           the loss
    params  none
    proto   none
    ======  =============  ======================================================

    Backward: dp = -w / (N p) at the true class, 0 elsewhere, where w is the loss
    weight. No gradient goes to the labels.

    Source: Caffe. Probabilities below 1e-20 count as that.

    Example::

        layer {
          name: "loss" type: "MultinomialLogisticLoss"
          bottom: "prob"  # (4, 10)
          bottom: "label"  # (4,)
          top: "loss"
        }
    """

    def top_shapes(self, p, labels):
        if prod(labels) != p[0]:
            self.require(False, f"{p[0]} items need {p[0]} labels, not {prod(labels)}")
        return [()]

    def _fold(self, blob):
        return blob.shape[0], blob.count // max(1, blob.shape[0]), 1

    def forward(self, bottom, top):
        N, K, M = self._fold(bottom[0])
        labels = bottom[1].data.reshape(N, M)
        self.labels, _, problem = class_labels.read(labels, K)
        self.require(not problem, problem, bottom[1])
        p = bottom[0].data.reshape(N, K, M)
        loss = cross_entropy.logistic_loss_forward(p, self.labels)
        top[0].data[...] = loss / max(1, N)

    def backward(self, top, propagate_down, bottom):
        if not propagate_down[0]:
            return
        folded = self._fold(bottom[0])
        cross_entropy.logistic_loss_backward(
            bottom[0].data.reshape(folded),
            self.labels,
            scale=float(top[0].diff) / max(1, folded[0]),
            out=bottom[0].diff.reshape(folded),
        )


@register("InfogainLoss")
class InfogainLoss(LossLayer):
    r"""Weigh the log-probabilities of all classes by what the true class says.

    .. math:: L = -\frac{1}{Z} \sum_{n, m} \sum_k H_{l_{nm}, k} \log p_{n k m},
              \quad p = \mathrm{softmax}(x)

    With H the identity matrix this is SoftmaxWithLoss. Other H make rare classes
    dearer, or some confusions cheaper than others.

    ======  =======================  ============================================
    bottom  x (N, K, ...),           scores of K classes along ``axis``, the true
            labels (N, ...),         classes, and on wish H; without it H comes
            H (K, K)                 from ``source``
    top     L (),                    the loss, and on wish p, of the same shape as
            p (N, K, ...)            x
    params  none
    proto   ``infogain_loss_param``  ``source``: a .binaryproto file that holds H;
                                     ``axis`` [1]: the axis of the classes
            ``loss_param``           ``normalization`` [VALID]: Z is the number of
                                     places that count (VALID), of all places
                                     (FULL), of the items (BATCH_SIZE) or 1 (NONE);
                                     ``ignore_label``: labels that do not count, if
                                     set; ``normalize`` [false]: refused here
    ======  =======================  ============================================

    Backward: dx_k = (p_k sum_j H_lj - H_lk) w / Z, 0 where ignored, where w is the
    loss weight and l the label. No gradient goes to labels and H.

    Source: Caffe. Probabilities below 1e-20 count as that.

    Example::

        layer {
          name: "loss" type: "InfogainLoss"
          bottom: "score"  # (4, 3)
          bottom: "label"  # (4,)
          bottom: "H"  # (3, 3)
          top: "loss"
        }
    """

    bottoms, tops = (2, 3), (1, 2)

    def setup(self, bottom, top):
        p = self.param.loss_param
        self.require(
            not p.HasField("normalize"),
            "loss_param has the old field normalize; say it with normalization",
        )
        self.ignore_label = p.ignore_label if p.HasField("ignore_label") else None
        self.way = p.normalization
        self.axis = self.param.infogain_loss_param.axis
        self.num_tops = len(top)
        self.p = Blob(dtype=self.dtype)
        self.H = bottom[2] if len(bottom) == 3 else self._read_matrix()

    def _read_matrix(self):
        source = self.param.infogain_loss_param.source
        self.require(
            source,
            "where is the matrix H? name a .binaryproto in infogain_loss_param.source, "
            "or give it as third bottom",
        )
        matrix = Blob(dtype=self.dtype, name=source)
        matrix.from_proto(read_message(source, caffe_pb2.BlobProto()))
        return matrix

    def top_shapes(self, x, labels, *matrix):
        axis = self.axis_index(self.axis, x)
        problem = class_labels.find_shape_problem(labels, x, axis)
        self.require(not problem, problem)
        shape = matrix[0] if matrix else self.H.shape
        num_classes = x[axis]
        if prod(shape) != num_classes**2:
            self.require(
                False,
                f"the matrix H has shape {shape}; {num_classes} classes need "
                f"({num_classes}, {num_classes})",
            )
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
        loss = cross_entropy.infogain_loss_forward(
            p.reshape(N, K, M), self.H.data.reshape(K, K), self.labels, self.counted
        )
        top[0].data[...] = loss / self.divisor

    def backward(self, top, propagate_down, bottom):
        if not propagate_down[0]:
            return
        folded = class_labels.fold(self.p.shape, self.axis % self.p.ndim)
        cross_entropy.infogain_loss_backward(
            self.p.data.reshape(folded),
            self.H.data.reshape(folded[1], folded[1]),
            self.labels,
            self.counted,
            scale=float(top[0].diff) / self.divisor,
            out=bottom[0].diff.reshape(folded),
        )
