"""Pooling: make images smaller, and small shifts harmless."""

from brew import backend
from brew.layer import TEST, Layer, register
from brew.ops import pooling, stochastic_pooling
from brew.proto import caffe_pb2

MAX = caffe_pb2.PoolingParameter.MAX
AVE = caffe_pb2.PoolingParameter.AVE
STOCHASTIC = caffe_pb2.PoolingParameter.STOCHASTIC
FLOOR = caffe_pb2.PoolingParameter.FLOOR


@register("Pooling")
class Pooling(Layer):
    r"""Take the maximum or the average of each window, channel by channel.

    .. math:: y_{ncij} = \max_{p, q} x_{n, c, \, i s + p - \mathit{pad},
              \, j s + q - \mathit{pad}}
              \quad \text{or} \quad \frac{1}{m_{ij}} \sum_{p, q} x_{\dots}

    with stride s. For the maximum, padding does not count. For the average it
    counts as zeros: m is the area of the window up to the far end of the padding.

    ======  =================  ====================================================
    bottom  x (N, C, h, w)
    top     y (N, C, oh, ow),  oh = (h + 2 pad - kh) / s + 1, rounded up: a last
            mask, optional     window need not be full, but with padding it must
                               begin before the far padding; mask, for MAX only:
                               where the maximum is, as row * w + column
    params  none
    proto   ``pooling_param``  ``pool`` [MAX]: or AVE, STOCHASTIC; ``kernel_size``
                               or ``kernel_h`` and ``kernel_w``; ``stride`` [1] or
                               ``stride_h`` and ``stride_w``; ``pad`` [0] or
                               ``pad_h`` [0] and ``pad_w`` [0]: less than the
                               kernel; ``global_pooling`` [false]: the window is
                               the whole image; ``round_mode`` [CEIL]: or FLOOR;
                               ``engine`` [DEFAULT]: not used
    ======  =================  ====================================================

    Backward: for the maximum, dx += dy at the first maximum of each window; for the
    average, dx += dy / m all over the window.

    Source: Caffe. STOCHASTIC: Zeiler and Fergus, "Stochastic Pooling for
    Regularization of Deep Convolutional Neural Networks", 2013, arXiv:1301.3557: a
    place is drawn with the values as probabilities; in phase TEST, the average with
    these weights. As in Caffe, it runs in GPU mode only.

    Example::

        layer {
          name: "pool1" type: "Pooling"
          bottom: "conv1"  # (2, 8, 6, 6)
          top: "pool1"
          pooling_param { pool: MAX kernel_size: 2 stride: 2 }
        }
    """

    bottoms, tops = 1, (1, 2)

    def setup(self, bottom, top):
        p = self.param.pooling_param
        self.method, self.round_up, self.num_tops = (
            p.pool,
            p.round_mode != FLOOR,
            len(top),
        )
        self.require(
            p.pool == MAX or self.num_tops == 1,
            "a second top, the mask, is for MAX pooling only; remove it",
        )
        self.kernel = None if p.global_pooling else self._pair("kernel")
        self.stride, self.pad = self._pair("stride"), self._pair("pad")
        self._check_window(p)

    def top_shapes(self, x):
        self.require(
            len(x) == 4, f"its bottom has shape {tuple(x)}; Pooling needs (N, C, h, w)"
        )
        shape = pooling.shape_out(x, *self._window(x))
        self.require(
            min(shape[2:]) > 0 and min(x[2:]) > 0,
            f"a window of {self._window(x)[0]} does not fit into {tuple(x[2:])} with "
            f"pad {self.pad}; choose a smaller kernel_size, or more pad",
        )
        return [shape] * self.num_tops

    def forward(self, bottom, top):
        x, y = bottom[0].data, top[0].data
        window = self._window(x.shape)
        if self.method == AVE:
            pooling.average_forward(x, *window, out=y)
            return
        self.taps = self.xp.empty(y.shape, pooling.tap_dtype(window[0]))
        if self.method == MAX:
            pooling.max_forward(x, *window, out=y, taps=self.taps)
        else:
            self._forward_by_lot(x, window, y)
        if self.num_tops == 2:
            top[1].data[...] = pooling.positions(self.taps, x.shape, *window[:3])

    def backward(self, top, propagate_down, bottom):
        if not propagate_down[0]:
            return
        x, dy, dx = bottom[0], top[0].diff, bottom[0].diff
        window = self._window(x.shape)[:3]
        if self.method == AVE:
            pooling.average_backward(dy, x.shape, *window, out=dx)
        else:
            pooling.max_backward(dy, self.taps, x.shape, *window, out=dx)

    def _forward_by_lot(self, x, window, y):
        self.require(
            backend.on_device(),
            "STOCHASTIC pooling runs on a GPU only, as in Caffe; call "
            "brew.set_mode_gpu(), or choose MAX or AVE",
        )
        if self.phase == TEST:
            stochastic_pooling.expected(x, *window, out=y)
            return
        chance = backend.to_device(1.0 - self.rng.random(y.shape, self.dtype))
        stochastic_pooling.forward(x, chance, *window, out=y, taps=self.taps)

    def _window(self, x):
        """Return kernel, stride, pad, round_up for a bottom of shape x."""
        return self.kernel or tuple(x[2:]), self.stride, self.pad, self.round_up

    def _pair(self, name):
        """Return height and width from ``name`` or ``name_h`` and ``name_w``."""
        p = self.param.pooling_param
        square = "kernel_size" if name == "kernel" else name
        oblong = f"{name}_h", f"{name}_w"
        given = [field for field in (square, *oblong) if p.HasField(field)]
        self.require(
            given in ([square], [*oblong]) or (not given and name != "kernel"),
            f"give {square}, or {oblong[0]} and {oblong[1]}, not {given}",
        )
        fields = oblong if len(given) == 2 else (square, square)
        return tuple(getattr(p, field) for field in fields)

    def _check_window(self, p):
        has_kernel = any(
            p.HasField(name) for name in ("kernel_size", "kernel_h", "kernel_w")
        )
        if p.global_pooling:
            self.require(
                not has_kernel and self.pad == (0, 0) and self.stride == (1, 1),
                "global_pooling takes the whole image: remove kernel, pad and stride",
            )
            return
        self.require(
            min(self.kernel) > 0 and min(self.stride) > 0,
            f"kernel {self.kernel} and stride {self.stride} must be > 0",
        )
        self.require(
            all(pad < size for pad, size in zip(self.pad, self.kernel, strict=True)),
            f"pad {self.pad} must be less than the kernel {self.kernel}: else there "
            "are windows with nothing but padding",
        )
        self.require(
            self.method != STOCHASTIC or self.pad == (0, 0),
            "STOCHASTIC pooling takes no pad; remove it",
        )
