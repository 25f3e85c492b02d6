"""Dropout: noise that keeps a net from learning the training set by heart."""

from brew import backend
from brew.layer import TRAIN, Layer, register
from brew.ops import dropout


@register("Dropout")
class Dropout(Layer):
    r"""Set a random part of the numbers to 0 while training.

    .. math:: y = \frac{m x}{1 - r}, \quad m = 1 \text{ with probability } 1 - r,
              \text{ else } 0

    In the TEST phase y = x. The division keeps the mean of y equal to x, so that
    nothing needs scaling at test time (the paper scales then instead).

    ======  =================  ==================================================
    bottom  x (any shape)
    top     y (any shape)      same shape as x; may be x itself (in place)
    params  none
    proto   ``dropout_param``  ``dropout_ratio`` [0.5]: r, from 0 to below 1
    ======  =================  ==================================================

    Backward: dx = dy m / (1 - r), with the m of the last forward.

    Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks
    from Overfitting", 2014.

    Example::

        layer {
          name: "drop6" type: "Dropout"
          bottom: "fc6"  # (4, 10)
          top: "fc6"
          dropout_param { dropout_ratio: 0.5 }
        }
    """

    bottoms, tops, in_place = 1, 1, True

    def setup(self, bottom, top):
        self.ratio = self.param.dropout_param.dropout_ratio
        self.require(
            0 <= self.ratio < 1,
            f"dropout_ratio is {self.ratio:g}; choose a number from 0 to below 1, "
            "the part of the numbers that is dropped",
        )
        self.kept = None

    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        x, y = bottom[0].data, top[0].data
        if self.phase == TRAIN:
            self.kept = backend.to_device(dropout.draw(self.rng, x.shape, self.ratio))
            dropout.forward(x, self.kept, self.ratio, out=y)
        elif y is not x:
            y[...] = x

    def backward(self, top, propagate_down, bottom):
        dy, dx = top[0].diff, bottom[0].diff
        if not propagate_down[0]:
            return
        if self.phase == TRAIN:
            dropout.backward(dy, self.kept, self.ratio, out=dx)
        elif dx is not dy:
            dx[...] = dy
