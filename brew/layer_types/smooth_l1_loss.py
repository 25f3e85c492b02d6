"""SmoothL1Loss: a distance that outliers cannot dominate."""

from math import prod

from brew.blob import Blob
from brew.layer import LossLayer, register
from brew.ops import smooth_l1


@register("SmoothL1Loss")
class SmoothL1Loss(LossLayer):
    r"""Penalize small differences by their square, large ones by their length.

    .. math:: L = \frac{1}{N} \sum_i v_i \, f(u_i (a_i - b_i)), \quad
              f(d) = \begin{cases} (\sigma d)^2 / 2 & |d| < 1 / \sigma^2 \\
              |d| - 1 / (2 \sigma^2) & \text{else} \end{cases}

    ======  ========================  ===========================================
    bottom  a (N, ...), b (N, ...),   prediction and target; then, if given, inside
            u (N, ...), v (N, ...)    weights u and outside weights v [all 1]:
                                      equally many numbers each
    top     L ()                      the loss
    params  none
    proto   ``smooth_l1_loss_param``  ``sigma`` [1]: the larger, the sooner the
                                      square gives way to the length
    ======  ========================  ===========================================

    Backward: da = u v f'(u (a - b)) w / N, where w is the loss weight and f' is
    sigma^2 d, cut off at -1 and 1; db = -da. The weights may get a gradient as well.

    Source: Girshick, "Fast R-CNN", 2015, arXiv:1504.08083, for the corners of boxes;
    with sigma: Ren et al., "Faster R-CNN", 2015, arXiv:1506.01497. Not in Caffe's
    master, but in the Caffe that came with the papers. With sigma = 1 it is Huber's
    loss, 1964.

    Example::

        layer {
          name: "loss_bbox" type: "SmoothL1Loss"
          bottom: "bbox_pred"  # (4, 84)
          bottom: "bbox_targets"  # (4, 84)
          bottom: "bbox_inside_weights"  # (4, 84)
          bottom: "bbox_outside_weights"  # (4, 84)
          top: "loss_bbox"
        }
    """

    bottoms = (2, 4)
    gradient_to = None

    def setup(self, bottom, top):
        self.sigma = self.param.smooth_l1_loss_param.sigma
        self.require(
            0 < self.sigma < float("inf"),
            f"sigma is {self.sigma:g}; choose a positive number",
        )
        self.difference = Blob(dtype=self.dtype)

    def top_shapes(self, a, *others):
        self.require(
            all(prod(shape) == prod(a) for shape in others),
            "targets and weights must hold as many numbers as the prediction",
        )
        return [()]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        self.difference.reshape(bottom[0].shape)

    def forward(self, bottom, top):
        a, b, inside, outside = self._data(bottom)
        d = self.difference.data
        self.xp.subtract(a, b, out=d)
        d *= inside
        losses = smooth_l1.forward(d, self.sigma)
        losses *= outside
        top[0].data[...] = losses.sum() / max(1, len(a))

    def backward(self, top, propagate_down, bottom):
        a, b, inside, outside = self._data(bottom)
        d, scale = self.difference.data, float(top[0].diff) / max(1, len(a))
        slope = smooth_l1.backward(d, self.sigma)
        slope *= scale * outside
        if propagate_down[0]:
            bottom[0].diff[...] = slope * inside
        if propagate_down[1]:
            bottom[1].diff[...] = (slope * -inside).reshape(bottom[1].shape)
        if any(propagate_down[2:3]):
            bottom[2].diff[...] = (slope * (a - b)).reshape(bottom[2].shape)
        if any(propagate_down[3:]):
            losses = smooth_l1.forward(d, self.sigma)
            bottom[3].diff[...] = (losses * scale).reshape(bottom[3].shape)

    def _data(self, bottom):
        """Return prediction, target and both weights, in the prediction's shape."""
        given = [blob.data.reshape(bottom[0].shape) for blob in bottom]
        return (*given, 1.0, 1.0)[:4]
