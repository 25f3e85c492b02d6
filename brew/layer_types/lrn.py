"""LRN: local response normalization."""

from brew.blob import Blob
from brew.layer import Layer, register
from brew.ops import lrn
from brew.proto import caffe_pb2


@register("LRN")
class LRN(Layer):
    r"""Divide each value by the energy of the values around it.

    .. math:: y_i = x_i s_i^{-\beta}, \quad
              s_i = k + \frac{\alpha}{m} \sum_{j \text{ near } i} x_j^2

    Near are the ``local_size`` channels around the value, at the same place; or,
    within its own channel, the square of ``local_size`` by ``local_size`` places.
    m counts the whole window, also where a border cuts it off.

    ======  =============  ======================================================
    bottom  x (N, C, h, w)
    top     y (N, C, h, w)
    params  none
    proto   ``lrn_param``  ``local_size`` [5]: odd; ``alpha`` [1];
                           ``beta`` [0.75]; ``k`` [1]: taken as 1 within a channel;
                           ``norm_region`` [ACROSS_CHANNELS]: or WITHIN_CHANNEL;
                           ``engine`` [DEFAULT]: not used
    ======  =============  ======================================================

    Backward: dx_i = dy_i s_i^-beta - 2 alpha beta / m x_i sum of dy_j y_j / s_j.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep
    Convolutional Neural Networks", NIPS 2012. Caffe divides alpha by m, which the
    paper does not.

    Example::

        layer {
          name: "norm1" type: "LRN"
          bottom: "conv1"  # (2, 8, 6, 6)
          top: "norm1"
          lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 }
        }
    """

    bottoms, tops = 1, 1
    backward_reads_top = True

    def setup(self, bottom, top):
        p = self.param.lrn_param
        self.require(
            p.local_size % 2 == 1,
            f"LRN needs an odd local_size, not {p.local_size}: a window has a middle",
        )
        within = p.norm_region == caffe_pb2.LRNParameter.WITHIN_CHANNEL
        self.size, self.alpha, self.beta = p.local_size, p.alpha, p.beta
        self.k, self.axes = (1.0, (2, 3)) if within else (p.k, (1,))
        self.scale = Blob(dtype=self.dtype, name=f"{self.name} scale")

    def top_shapes(self, x):
        self.require(
            len(x) == 4, f"its bottom has shape {tuple(x)}; LRN needs (N, C, h, w)"
        )
        return [x]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        self.scale.reshape(bottom[0].shape)

    def forward(self, bottom, top):
        lrn.forward(
            bottom[0].data,
            self.size,
            self.alpha,
            self.beta,
            self.k,
            self.axes,
            out=top[0].data,
            scale=self.scale.data,
        )

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            lrn.backward(
                top[0].diff,
                bottom[0].data,
                top[0].data,
                self.scale.data,
                self.size,
                self.alpha,
                self.beta,
                self.axes,
                out=bottom[0].diff,
            )
