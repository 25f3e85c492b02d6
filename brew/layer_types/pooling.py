"""Pooling: make images smaller, and small shifts harmless."""

from math import prod

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
        window = self._window(x)
        shape = pooling.shape_out(x, *window)
        if min(*shape[2:], *x[2:]) <= 0:
            self.require(
                False,
                f"a window of {window[0]} does not fit into {tuple(x[2:])} with pad "
                f"{self.pad}; choose a smaller kernel_size, or more pad",
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


@register("SPP")
class SPP(Layer):
    r"""Pool images of any size on grids of 1, 4, 16, ... cells: a spatial pyramid.

    .. math:: y_n = [P_1(x_n), P_2(x_n), P_4(x_n), \dots]

    where P_b pools on a grid of b by b cells. These are windows of h / b by w / b
    places, rounded up, side by side; what is too much goes into padding on all
    sides. Images of any size give equally many numbers.

    ======  =============  ========================================================
    bottom  x (N, C, h,
            w)
    top     y (N, C (1 +   the grids one after the other, each as C maps of b by b;
            4 + ...))      with one grid only: (N, C, 1, 1)
    params  none
    proto   ``spp_param``  ``pyramid_height``: how many grids, must be set;
                           ``pool`` [MAX]: or AVE; ``engine`` [DEFAULT]: not used
    ======  =============  ========================================================

    Backward: as Pooling, added up over the grids.

    Source: He et al., "Spatial Pyramid Pooling in Deep Convolutional Networks for
    Visual Recognition", 2014, arXiv:1406.4729. The cells are Caffe's; its STOCHASTIC
    is refused here, since it takes no padding.

    Example::

        layer {
          name: "spp" type: "SPP"
          bottom: "conv5"  # (2, 8, 13, 9)
          top: "spp"
          spp_param { pyramid_height: 3 }
        }
    """

    bottoms, tops = 1, 1

    def setup(self, bottom, top):
        p = self.param.spp_param
        self.height, self.method = p.pyramid_height, p.pool
        self.require(
            self.height > 0, "pyramid_height is 0; say how many grids there should be"
        )
        self.require(
            self.method != STOCHASTIC,
            "STOCHASTIC pooling takes no padding, which grids need; choose MAX or AVE",
        )

    def top_shapes(self, x):
        self.require(
            len(x) == 4, f"its bottom has shape {tuple(x)}; SPP needs (N, C, h, w)"
        )
        counts = [prod(shape[1:]) for shape, _ in self._grids(x)]
        return [(*x[:2], 1, 1) if self.height == 1 else (x[0], sum(counts))]

    def forward(self, bottom, top):
        x = bottom[0].data
        self.taps = []
        for part, shape, window in self._parts(x.shape, top[0].data):
            y = self.xp.empty(shape, x.dtype)
            if self.method == AVE:
                pooling.average_forward(x, *window, out=y)
            else:
                taps = self.xp.empty(shape, pooling.tap_dtype(window[0]))
                pooling.max_forward(x, *window, out=y, taps=taps)
                self.taps.append(taps)
            part[...] = y.reshape(part.shape)

    def backward(self, top, propagate_down, bottom):
        if not propagate_down[0]:
            return
        dx = bottom[0].diff
        share = backend.scratch("dx of a grid", dx.shape, dx.dtype)
        for i, (part, shape, window) in enumerate(self._parts(dx.shape, top[0].diff)):
            dy, out = part.reshape(shape), share if i else dx
            if self.method == AVE:
                pooling.average_backward(dy, dx.shape, *window, out=out)
            else:
                pooling.max_backward(dy, self.taps[i], dx.shape, *window, out=out)
            if i:
                dx += share

    def _grids(self, x):
        """Return for each grid the shape (N, C, b, b), and kernel, stride and pad."""
        grids = []
        for level in range(self.height):
            b = 2**level
            kernel = tuple(-(-size // b) for size in x[2:])
            pad = tuple(
                (k * b - size + 1) // 2 for k, size in zip(kernel, x[2:], strict=True)
            )
            self.require(
                all(p < k for p, k in zip(pad, kernel, strict=True)),
                f"images of {tuple(x[2:])} are too small for {b} by {b} cells: some "
                "would hold nothing but padding; choose a smaller pyramid_height",
            )
            grids.append(((*x[:2], b, b), (kernel, kernel, pad)))
        return grids

    def _parts(self, x, y):
        """Yield for each grid its part of y, as (N, C b b), and what it is."""
        start, y = 0, y.reshape(x[0], prod(y.shape[1:]))
        for shape, window in self._grids(x):
            stop = start + prod(shape[1:])
            yield y[:, start:stop], shape, window
            start = stop
