"""Losses that are satisfied beyond a margin."""

from math import prod

from brew.blob import Blob
from brew.layer import LossLayer, register
from brew.ops import labels as class_labels
from brew.ops import margin


@register("HingeLoss")
class HingeLoss(LossLayer):
    r"""Want the true class to score at least 1 and the others at most -1.

    .. math:: L = \frac{1}{N} \sum_{n, k} \max(0, 1 - s_{nk} x_{nk})^p, \quad
              s_{nk} = 1 \text{ if } k = l_n, \text{ else } -1

    ======  ====================  ===============================================
    bottom  x (N, K),             scores of K classes, and the true classes, 0 to
            labels (N,)           K - 1
    top     L ()                  the loss
    params  none
    proto   ``hinge_loss_param``  ``norm`` [L1]: p is 1; L2: p is 2
    ======  ====================  ===============================================

    Backward: dx = -s w / N where the margin is missed, else 0 (L1); with L2 times
    twice the distance from the margin. w is the loss weight. No gradient goes to
    the labels.

    Source: Caffe. A linear layer below makes it a one-against-all support vector
    machine: Cortes and Vapnik, "Support-Vector Networks", 1995.

    Example::

        layer {
          name: "loss" type: "HingeLoss"
          bottom: "score"  # (4, 10)
          bottom: "label"  # (4,)
          top: "loss"
          hinge_loss_param { norm: L2 }
        }
    """

    def setup(self, bottom, top):
        p = self.param.hinge_loss_param
        self.is_squared = p.norm == p.L2
        self.slack = Blob(dtype=self.dtype)

    def top_shapes(self, x, labels):
        if prod(labels) != x[0]:
            self.require(False, f"{x[0]} items need {x[0]} labels, not {prod(labels)}")
        return [()]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        num_items = bottom[0].shape[0]
        self.slack.reshape(num_items, bottom[0].count // max(1, num_items))

    def forward(self, bottom, top):
        N, K = self.slack.shape
        labels = bottom[1].data.reshape(N, 1)
        self.labels, _, problem = class_labels.read(labels, K)
        self.require(not problem, problem, bottom[1])
        slack = self.slack.data
        margin.hinge_forward(bottom[0].data.reshape(N, K), self.labels, slack)
        total = (slack * slack).sum() if self.is_squared else slack.sum()
        top[0].data[...] = total / max(1, N)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            slack = self.slack.data
            scale = float(top[0].diff) / max(1, len(slack))
            dx = bottom[0].diff.reshape(slack.shape)
            margin.hinge_backward(slack, self.labels, self.is_squared, scale, out=dx)


@register("ContrastiveLoss")
class ContrastiveLoss(LossLayer):
    r"""Pull pairs that belong together close, push others apart up to a margin.

    .. math:: L = \frac{1}{2 N} \sum_n s_n d_n^2 + (1 - s_n) \max(0, m - d_n)^2,
              \quad d_n = \lVert a_n - b_n \rVert

    ======  ==========================  =========================================
    bottom  a (N, C), b (N, C),         two sets of features, and for each pair
            s (N,)                      whether they belong together (not 0)
    top     L ()                        the loss
    params  none
    proto   ``contrastive_loss_param``  ``margin`` [1]: m;
                                        ``legacy_version`` [false]: take
                                        max(0, m - d^2) for pairs that do not
                                        belong together, as early Caffe did
    ======  ==========================  =========================================

    Backward: da = (a - b) w / N for a pair that belongs together, else
    -(a - b) max(0, m - d) / d w / N; db = -da. w is the loss weight. No gradient
    goes to s.

    Source: Hadsell et al., "Dimensionality Reduction by Learning an Invariant
    Mapping", 2006. As in Caffe, d + 0.0001 stands in the divisor instead of d, so
    that pairs at distance 0 are no trouble.

    Example::

        layer {
          name: "loss" type: "ContrastiveLoss"
          bottom: "feature"  # (4, 2)
          bottom: "feature_of_partner"  # (4, 2)
          bottom: "similar"  # (4,)
          top: "loss"
          contrastive_loss_param { margin: 1 }
        }
    """

    bottoms = 3
    gradient_to = (0, 1)

    def setup(self, bottom, top):
        p = self.param.contrastive_loss_param
        self.options = p.margin, p.legacy_version
        self.difference = Blob(dtype=self.dtype)

    def top_shapes(self, a, b, similar):
        if prod(a) != prod(b) or prod(similar) != a[0]:
            self.require(
                False,
                "it needs two bottoms (N, C) of one shape and a third (N,), one number "
                "for each pair",
            )
        return [()]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        num_pairs = bottom[0].shape[0]
        self.difference.reshape(num_pairs, bottom[0].count // max(1, num_pairs))

    def forward(self, bottom, top):
        difference = self.difference.data
        a, b = (blob.data.reshape(difference.shape) for blob in bottom[:2])
        self.xp.subtract(a, b, out=difference)
        self.similar = self.xp.trunc(bottom[2].data.reshape(-1)) != 0
        losses = margin.contrastive_forward(difference, self.similar, *self.options)
        top[0].data[...] = losses.sum() / (2.0 * max(1, len(difference)))

    def backward(self, top, propagate_down, bottom):
        difference = self.difference.data
        for i, sign in enumerate([1.0, -1.0]):
            if propagate_down[i]:
                margin.contrastive_backward(
                    difference,
                    self.similar,
                    *self.options,
                    scale=sign * float(top[0].diff) / max(1, len(difference)),
                    out=bottom[i].diff.reshape(difference.shape),
                )
