"""Convolution, the layer that made computers see, and what belongs to it."""

from math import prod

from brew.layer import register
from brew.ops import columns, convolution, deconvolution
from brew.window_layer import WindowLayer


@register("Convolution")
class Convolution(WindowLayer):
    r"""Compare every place of an image with small patterns, the kernels.

    .. math:: y_{nkij} = b_k + \sum_{c, p, q} W_{kcpq} \,
              x_{n, c, \, i s + p d - \mathit{pad}, \, j s + q d - \mathit{pad}}

    with stride s and dilation d; outside of the image, x is 0. The kernel is not
    turned around, so that mathematics calls this a cross-correlation.

    ======  =====================  ==============================================
    bottom  x (N, C, h, w), ...    all bottoms have one shape and share W and b;
                                   the axes before ``axis`` count images, those
                                   behind it are spatial: one, two or more
    top     y (N, K, oh, ow), ...  oh = (h + 2 pad - d (kh - 1) - 1) / s + 1,
                                   rounded toward zero before the + 1
    params  W (K, C/group, kh,     b only with ``bias_term``
            kw), b (K,)
    proto   ``convolution_param``  ``num_output``: K; ``kernel_size``, ``stride``
                                   (1 if not given), ``pad`` (0), ``dilation``
                                   (1): once, or once for each spatial axis; or
                                   for two axes ``kernel_h``, ``kernel_w``,
                                   ``stride_h``, ``stride_w``, ``pad_h`` [0],
                                   ``pad_w`` [0]; ``group`` [1]: outputs of a
                                   group see its inputs only; ``bias_term``
                                   [true]; ``weight_filler``, ``bias_filler``:
                                   constant 0 if not set; ``axis`` [1]: of the
                                   channels; ``engine`` [DEFAULT],
                                   ``force_nd_im2col`` [false]: not used
    ======  =====================  ==============================================

    Backward: dx sends each dy back through the kernels;  dW += dy times the windows
    of x;  db += sum of dy over images and places.

    Source: LeCun et al., "Gradient-based learning applied to document recognition",
    Proc. IEEE 86, 1998. Groups: Krizhevsky et al., 2012. As one matrix product:
    Chellapilla et al., 2006.

    Example::

        layer {
          name: "conv1" type: "Convolution"
          bottom: "data"  # (2, 3, 28, 28)
          top: "conv1"
          convolution_param {
            num_output: 20 kernel_size: 5 stride: 1
            weight_filler { type: "xavier" }
          }
        }
    """

    bottoms, tops = (1, None), "bottoms"

    def setup(self, bottom, top):
        super().setup(bottom, top)
        p = self.param.convolution_param
        self._check_group(p, bottom[0])
        self.options = *self.window, p.group
        self.W = self.add_param(self._kernels_shape(p), p.weight_filler)
        self.b = self.add_param((p.num_output,), p.bias_filler) if p.bias_term else None

    def top_shapes(self, *shapes):
        x = shapes[0]
        self.require(
            all(shape == x for shape in shapes),
            "its bottoms must have one shape, since they share their weights",
        )
        self.require(
            x[self.axis : self.axis + 1] == (self.num_channels,),
            f"its weights are for {self.num_channels} channels on axis {self.axis}; "
            "these cannot change once the net is built",
        )
        num_output = self.param.convolution_param.num_output
        return [self.top_shape(x, num_output)] * len(shapes)

    def forward(self, bottom, top):
        b = self.b.data if self.b else None
        for x, y in zip(bottom, top, strict=True):
            x, y = self.images(x.data), self.images(y.data)
            convolution.forward(x, self.W.data, b, *self.options, out=y)

    def backward(self, top, propagate_down, bottom):
        wants_W, wants_b = (*self.param_propagate_down, False)[:2]
        for x, y, wants_x in zip(bottom, top, propagate_down, strict=True):
            convolution.backward(
                self.images(y.diff),
                self.images(x.data),
                self.W.data,
                *self.options,
                dx=self.images(x.diff) if wants_x else None,
                dW=self.W.diff if wants_W else None,
                db=self.b.diff if wants_b else None,
            )

    def _kernels_shape(self, p):
        return p.num_output, self.num_channels // p.group, *self.kernel

    def _check_group(self, p, x):
        self.require(p.num_output > 0, "num_output is 0; say how many filters it has")
        self.require(self.num_channels > 0, "it needs images with channels", x)
        self.require(
            p.group > 0 and self.num_channels % p.group == p.num_output % p.group == 0,
            f"{self.num_channels} channels and num_output {p.num_output} must both be "
            f"divisible by group {p.group}",
            x,
        )


@register("Deconvolution")
class Deconvolution(Convolution):
    r"""Make images larger: put the kernels, times the pixel, around every pixel.

    .. math:: y_{n, k, \, i s + p d - \mathit{pad}, \, j s + q d - \mathit{pad}}
              = b_k + \sum_{c, i, j, p, q} W_{ckpq} \, x_{ncij}

    with stride s and dilation d, summed over all products that meet in a place. It
    is a convolution's transpose: as linear maps, one is the other's transpose when
    they have the same kernels, stride, pad and dilation. (It does not undo the
    convolution, which is what mathematics calls a deconvolution.)

    ======  =====================  ==============================================
    bottom  x (N, C, h, w), ...    as for Convolution
    top     y (N, K, oh, ow), ...  oh = s (h - 1) + d (kh - 1) + 1 - 2 pad
    params  W (C, K/group, kh,     inputs come first; b only with ``bias_term``
            kw), b (K,)
    proto   ``convolution_param``  as for Convolution: ``num_output``: K;
                                   ``kernel_size``, ``stride`` (1 if not given),
                                   ``pad`` (0): is cut off the output,
                                   ``dilation`` (1); ``kernel_h``, ``kernel_w``,
                                   ``stride_h``, ``stride_w``, ``pad_h`` [0],
                                   ``pad_w`` [0]; ``group`` [1]; ``bias_term``
                                   [true]; ``weight_filler``, ``bias_filler``:
                                   constant 0 if not set; ``axis`` [1];
                                   ``engine`` [DEFAULT], ``force_nd_im2col``
                                   [false]: not used
    ======  =====================  ==============================================

    Backward: dx is the convolution of dy with W;  dW += x times the windows of dy;
    db += sum of dy over images and places.

    Source: Zeiler et al., "Deconvolutional networks", CVPR 2010; in nets that label
    every pixel: Long, Shelhamer and Darrell, "Fully Convolutional Networks for
    Semantic Segmentation", 2015, arXiv:1411.4038.

    The example enlarges each of 3 channels by a factor f = 2, by bilinear
    interpolation: ``kernel_size`` is 2 f - f mod 2, ``stride`` f, ``pad``
    (f - 1) / 2 rounded up, and nothing is learned.

    Example::

        layer {
          name: "upsample" type: "Deconvolution"
          bottom: "score"  # (1, 3, 8, 8)
          top: "large_score"
          param { lr_mult: 0 }
          convolution_param {
            num_output: 3 group: 3 kernel_size: 4 stride: 2 pad: 1
            bias_term: false weight_filler { type: "bilinear" }
          }
        }
    """

    size_out = staticmethod(deconvolution.size_out)
    remedy = "choose less pad, or a larger kernel_size"

    def forward(self, bottom, top):
        b = self.b.data if self.b else None
        for x, y in zip(bottom, top, strict=True):
            x, y = self.images(x.data), self.images(y.data)
            deconvolution.forward(x, self.W.data, b, *self.options, out=y)

    def backward(self, top, propagate_down, bottom):
        wants_W, wants_b = (*self.param_propagate_down, False)[:2]
        for x, y, wants_x in zip(bottom, top, propagate_down, strict=True):
            deconvolution.backward(
                self.images(y.diff),
                self.images(x.data),
                self.W.data,
                *self.options,
                dx=self.images(x.diff) if wants_x else None,
                dW=self.W.diff if wants_W else None,
                db=self.b.diff if wants_b else None,
            )

    def _kernels_shape(self, p):
        return self.num_channels, p.num_output // p.group, *self.kernel


@register("Im2col")
class Im2col(WindowLayer):
    r"""Lay out all that a sliding window sees: what a convolution multiplies with W.

    .. math:: y_{n, \, (c \, k_h + p) \, k_w + q, \, i, j}
              = x_{n, c, \, i s + p d - \mathit{pad}, \, j s + q d - \mathit{pad}}

    with stride s, dilation d and windows of k_h by k_w; outside of the image, x is 0.
    Times W as a matrix of K rows, that is a Convolution.

    ======  =====================  ==============================================
    bottom  x (N, C, h, w)         as for Convolution
    top     y (N, C kh kw, oh,     oh, ow as for Convolution
            ow)
    params  none
    proto   ``convolution_param``  as for Convolution: ``kernel_size``,
                                   ``stride`` (1 if not given), ``pad`` (0),
                                   ``dilation`` (1); ``kernel_h``, ``kernel_w``,
                                   ``stride_h``, ``stride_w``, ``pad_h`` [0],
                                   ``pad_w`` [0]; ``axis`` [1]. Not used:
                                   ``num_output``, ``group`` [1], ``bias_term``
                                   [true], ``weight_filler``, ``bias_filler``,
                                   ``engine`` [DEFAULT], ``force_nd_im2col``
                                   [false]
    ======  =====================  ==============================================

    Backward: dx += dy for each window that sees the pixel.

    Source: Chellapilla et al., "High Performance Convolutional Neural Networks for
    Document Processing", 2006. The name is Caffe's, and MATLAB's.

    Example::

        layer {
          name: "windows" type: "Im2col"
          bottom: "data"  # (2, 3, 8, 8)
          top: "windows"
          convolution_param { kernel_size: 3 pad: 1 }
        }
    """

    bottoms, tops = 1, 1

    def top_shapes(self, x):
        return [self.top_shape(x, x[self.axis] * prod(self.kernel))]

    def forward(self, bottom, top):
        x, y = self.images(bottom[0].data), self.images(top[0].data)
        columns.forward(x, self.kernel, *self.window, out=y)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            dy, dx = self.images(top[0].diff), self.images(bottom[0].diff)
            columns.backward(dy, dx.shape, self.kernel, *self.window, out=dx)
