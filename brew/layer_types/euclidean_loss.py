"""EuclideanLoss: squared distance, the loss of regression."""

from brew.blob import Blob
from brew.layer import LossLayer, register


@register("EuclideanLoss")
class EuclideanLoss(LossLayer):
    r"""Penalize the squared distance between prediction and target.

    .. math:: L = \frac{1}{2 N} \sum_{n=1}^N \lVert a_n - b_n \rVert^2

    ======  ==============  =====================================================
    bottom  a (N, ...),     prediction and target, equally many numbers an item
            b (N, ...)
    top     L ()            the loss
    params  none
    proto   none
    ======  ==============  =====================================================

    Backward: da = (a - b) w / N, where w is the loss weight; db = -da. Both bottoms
    may get a gradient.

    Source: Caffe. Least squares: Legendre, 1805.

    Example::

        layer {
          name: "loss" type: "EuclideanLoss"
          bottom: "prediction"  # (4, 2)
          bottom: "target"  # (4, 2)
          top: "loss"
        }
    """

    gradient_to = None

    def setup(self, bottom, top):
        self.difference = Blob(dtype=self.dtype)

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        a, b = bottom
        if a.count != b.count:
            self.require(
                False,
                f"the target {b.name!r} of shape {b.shape} must hold as many numbers",
                a,
            )
        self.difference.reshape(a.shape)

    def forward(self, bottom, top):
        a, b = bottom[0].data, bottom[1].data
        difference = self.difference.data
        self.xp.subtract(a, b.reshape(a.shape), out=difference)
        flat = difference.reshape(-1)
        top[0].data[...] = self.xp.dot(flat, flat) / (2.0 * max(1, len(a)))

    def backward(self, top, propagate_down, bottom):
        scale = float(top[0].diff) / max(1, bottom[0].shape[0])
        for i, sign in enumerate([1.0, -1.0]):
            if propagate_down[i]:
                dx = bottom[i].diff
                difference = self.difference.data.reshape(dx.shape)
                self.xp.multiply(difference, sign * scale, out=dx)
