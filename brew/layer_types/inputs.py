"""Layers at the bottom of a net whose data is not read from files."""

from brew.layer import Layer, register
from brew.proto import caffe_pb2


@register("Input")
class Input(Layer):
    """Wait for data: the tops are the inputs of the net, filled from outside.

    ======  ===============  ====================================================
    top     x0, x1, ...      each with its shape; a top without one is empty until
                             it is reshaped
    params  none
    proto   ``input_param``  ``shape``: none, one for all tops, or one for each
    ======  ===============  ====================================================

    Source: Caffe.

    Example::

        layer {
          name: "data" type: "Input"
          top: "data"
          input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
        }
    """

    bottoms, tops = 0, (1, None)
    gradient_to = ()
    host_only = True

    def setup(self, bottom, top):
        shapes = [tuple(shape.dim) for shape in self.param.input_param.shape]
        self.require(
            len(shapes) in (0, 1, len(top)),
            f"{len(shapes)} shapes are given for {len(top)} tops; give none, one, or "
            "one for each",
        )
        if len(shapes) == 1:
            shapes *= len(top)
        for blob, shape in zip(top, shapes, strict=False):
            blob.reshape(shape)

    def reshape(self, bottom, top):
        """Leave the tops alone: the user may have reshaped them."""

    def forward(self, bottom, top):
        pass  # the data is there already

    def backward(self, top, propagate_down, bottom):
        pass  # nothing lies below


@register("DummyData")
class DummyData(Layer):
    """Make up data: constants or random numbers.

    A top with a ``constant`` filler is filled once; with any other filler it is
    filled anew at each forward.

    ======  ====================  =================================================
    top     y0, y1, ...           each with its shape and filler
    params  none
    proto   ``dummy_data_param``  ``shape``: one for all tops, or one for each;
                                  ``data_filler``: none (zeros), one, or one for
                                  each; ``num``, ``channels``, ``height``,
                                  ``width``: the old form of ``shape``, each once
                                  or once a top
    ======  ====================  =================================================

    Source: Caffe.

    Example::

        layer {
          name: "noise" type: "DummyData"
          top: "data" top: "label"
          dummy_data_param {
            shape { dim: 2 dim: 3 dim: 6 dim: 6 } data_filler { type: "gaussian" }
            shape { dim: 2 } data_filler { type: "constant" value: 1 }
          }
        }
    """

    bottoms, tops = 0, (1, None)
    gradient_to = ()
    host_only = True

    def setup(self, bottom, top):
        p = self.param.dummy_data_param
        self._shapes = self._read_shapes(p, len(top))
        fillers = list(p.data_filler) or [caffe_pb2.FillerParameter()]
        self._fillers = self._one_each("data_filler", fillers, len(top))
        for blob, shape in zip(top, self._shapes, strict=True):
            blob.reshape(shape)
        for blob, filler in zip(top, self._fillers, strict=True):
            self.fill_blob(blob, filler, f"data_filler of {blob!r}")

    def top_shapes(self):
        return self._shapes

    def forward(self, bottom, top):
        for blob, filler in zip(top, self._fillers, strict=True):
            if filler.type != "constant":
                self.fill_blob(blob, filler, f"data_filler of {blob!r}")

    def backward(self, top, propagate_down, bottom):
        pass  # nothing lies below

    def _read_shapes(self, p, num_tops):
        old = {name: list(getattr(p, name)) for name in LEGACY_SIZES}
        if not any(old.values()):
            shapes = [tuple(shape.dim) for shape in p.shape]
            return self._one_each("shape", shapes, num_tops)
        self.require(not p.shape, "shape and num, channels, … are mixed; take shape")
        sizes = [self._one_each(name, old[name], num_tops) for name in LEGACY_SIZES]
        return list(zip(*sizes, strict=True))

    def _one_each(self, field, values, num_tops):
        self.require(
            len(values) in (1, num_tops),
            f"{field} is given {len(values)} times for {num_tops} tops; give it once, "
            "or once for each",
        )
        return values * num_tops if len(values) == 1 else values


LEGACY_SIZES = ("num", "channels", "height", "width")


@register("Parameter")
class Parameter(Layer):
    r"""Offer a learned blob to other layers, as if it were data.

    .. math:: y = W

    ======  ===================  ================================================
    top     y (the given shape)  shares the data of W
    params  W (the given shape)  zeros at first
    proto   ``parameter_param``  ``shape``: must be given
    ======  ===================  ================================================

    Backward: dW += dy.

    Source: Caffe.

    Example::

        layer {
          name: "prior" type: "Parameter"
          top: "prior"
          parameter_param { shape { dim: 10 } }
        }
    """

    bottoms, tops, gradient_to = 0, 1, ()

    def setup(self, bottom, top):
        shape = tuple(self.param.parameter_param.shape.dim)
        self.W = self.add_param(shape, caffe_pb2.FillerParameter())

    def top_shapes(self):
        return [self.W.shape]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        top[0].share_data(self.W)

    def forward(self, bottom, top):
        pass  # the top is the parameter

    def backward(self, top, propagate_down, bottom):
        if self.param_propagate_down[0]:
            self.W.diff[...] += top[0].diff
