"""Convolution: the layer that made computers see."""

from brew.layer import Layer, register
from brew.ops import convolution
from brew.ops.im2col import make_axes, size_out


@register("Convolution")
class Convolution(Layer):
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
        p = self.param.convolution_param
        x = bottom[0]
        self.axis = self.axis_index(p.axis, x.shape, x)
        self.num_channels, self.num_axes = x.shape[self.axis], x.ndim - self.axis - 1
        self.require(
            self.num_axes > 0,
            f"behind axis {self.axis} there is no spatial axis; Convolution needs "
            "images such as (N, C, h, w)",
            x,
        )
        kernel = self._numbers("kernel_size", None)
        self.window = tuple(
            self._numbers(field, default)
            for field, default in (("stride", 1), ("pad", 0), ("dilation", 1))
        )
        self._check_group(x)
        shape = (p.num_output, self.num_channels // p.group, *kernel)
        self.W = self.add_param(shape, p.weight_filler)
        self.b = self.add_param(shape[:1], p.bias_filler) if p.bias_term else None
        self.axes = make_axes(kernel, *self.window)

    def top_shapes(self, *shapes):
        first = shapes[0]
        self.require(
            all(shape == first for shape in shapes),
            "its bottoms must have one shape, since they share their weights",
        )
        channels, sizes = first[self.axis : self.axis + 1], first[self.axis + 1 :]
        self.require(
            channels == (self.num_channels,) and len(sizes) == self.num_axes,
            f"its weights are for {self.num_channels} channels on axis {self.axis} and "
            f"{self.num_axes} spatial axes; these cannot change once the net is built",
        )
        sizes_out = tuple(map(size_out, sizes, self.axes))
        self.require(
            min(sizes_out) > 0,
            f"a window of {tuple(axis.extent for axis in self.axes)} does not fit into "
            f"{sizes} with pad {self.window[1]}; choose a smaller kernel_size or "
            "dilation, or more pad",
        )
        return [(*first[: self.axis], self.W.shape[0], *sizes_out)] * len(shapes)

    def forward(self, bottom, top):
        b = self.b.data if self.b else None
        for x, y in zip(bottom, top, strict=True):
            convolution.forward(
                self._images(x.data),
                self.W.data,
                b,
                *self.window,
                self.param.convolution_param.group,
                out=self._images(y.data),
            )

    def backward(self, top, propagate_down, bottom):
        wants_W, wants_b = (*self.param_propagate_down, False)[:2]
        for x, y, wants_x in zip(bottom, top, propagate_down, strict=True):
            convolution.backward(
                self._images(y.diff),
                self._images(x.data),
                self.W.data,
                *self.window,
                self.param.convolution_param.group,
                dx=self._images(x.diff) if wants_x else None,
                dW=self.W.diff if wants_W else None,
                db=self.b.diff if wants_b else None,
            )

    def _images(self, array):
        """Return (..., C, h, w) as (N, C, h, w)."""
        return array.reshape(-1, *array.shape[self.axis :])

    def _numbers(self, field, default):
        """Return a number for each spatial axis from a field of the prototxt."""
        p = self.param.convolution_param
        given = list(getattr(p, field))
        stem = field.removesuffix("_size")
        pair = f"{stem}_h", f"{stem}_w"
        if stem != "dilation" and any(map(p.HasField, pair)):
            self.require(
                self.num_axes == 2 and not given,
                f"{pair[0]} and {pair[1]} are for two spatial axes, and not together "
                f"with {field}; here are {self.num_axes} axes and {field} {given}",
            )
            given = [getattr(p, name) for name in pair]
        given = given or ([] if default is None else [default])
        self.require(
            len(given) in (1, self.num_axes),
            f"{field} is given {len(given)} times for {self.num_axes} spatial axes; "
            "give it once, or once for each",
        )
        numbers = tuple(given) * (self.num_axes // len(given))
        self.require(
            stem == "pad" or min(numbers) > 0, f"{field} is {numbers}; it must be > 0"
        )
        return numbers

    def _check_group(self, x):
        p = self.param.convolution_param
        self.require(p.num_output > 0, "Convolution needs num_output > 0")
        self.require(self.num_channels > 0, "Convolution needs channels", x)
        self.require(
            p.group > 0 and self.num_channels % p.group == p.num_output % p.group == 0,
            f"{self.num_channels} channels and num_output {p.num_output} must both be "
            f"divisible by group {p.group}",
            x,
        )
