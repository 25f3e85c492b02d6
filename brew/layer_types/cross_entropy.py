"""SigmoidCrossEntropyLoss: many yes-or-no questions at once."""

from math import prod

from brew.layer import LossLayer, register
from brew.ops import activation, cross_entropy, loss_normalization


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
