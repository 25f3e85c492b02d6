"""MemoryData: batches of arrays in memory."""

import numpy as np

from brew.errors import SourceError
from brew.layer import Layer, register
from brew.log import logger
from brew.sources import naming
from brew.sources.datum import datum_image
from brew.sources.images import telling_where
from brew.sources.transformer import DataTransformer


@register("MemoryData")
class MemoryData(Layer):
    """Serve batches of arrays that the user hands over.

    ``net.set_input_arrays(data, labels)`` takes arrays as they are. The methods
    ``add_images`` and ``add_datums`` of the layer transform images first, as
    ``transform_param`` says; C, h and w are the sizes after that.

    ======  =====================  ================================================
    top     data (N, C, h, w)      consecutive batches; after the last comes the
                                   first again
            label (N,)             (N, 1, 1, 1) once data has been served
    params  none
    proto   ``memory_data_param``  ``batch_size`` [0], ``channels`` [0],
                                   ``height`` [0], ``width`` [0]: N, C, h, w
            ``transform_param``    for added images: ``crop_size`` [0]: cut out a
                                   square, somewhere in TRAIN, in the middle in
                                   TEST; 0 keeps all; ``mean_file`` [""] or
                                   ``mean_value``: subtract; ``scale`` [1]: then
                                   multiply; ``mirror`` [false]: flip every second
                                   image, by chance; ``force_color`` [false],
                                   ``force_gray`` [false]: decode encoded Datums
                                   to 3 or to 1 channel
    ======  =====================  ================================================

    Source: Caffe.

    Example::

        layer {
          name: "arrays" type: "MemoryData"
          top: "data" top: "label"
          memory_data_param { batch_size: 2 channels: 3 height: 6 width: 6 }
        }
    """

    bottoms, tops = 0, 2
    gradient_to = ()
    host_only = True

    def setup(self, bottom, top):
        p = self.param.memory_data_param
        self._shape = p.batch_size, p.channels, p.height, p.width
        self.require(
            min(self._shape) > 0,
            f"batch_size, channels, height and width are {self._shape}; all four must "
            "be given, as 1 or more",
        )
        with naming(self):
            self._transformer = DataTransformer(
                self.param.transform_param, self.phase, self.rng
            )
        self._data = self._labels = None
        self._place = 0
        self._is_unread = False  # were images added that are not all served yet?
        self._label_shape = self._shape[:1]

    def top_shapes(self):
        return [self._shape, self._label_shape]

    def reset(self, data, labels):
        """Serve these arrays from now on, from their first item.

        They are not copied: what is changed in them is served changed.

        Parameters
        ----------
        data : ndarray
            (n, C, h, w) float32 in C order; n is a multiple of the batch size.
        labels : ndarray
            (n,) or (n, 1, 1, 1) float32 in C order.

        Raises
        ------
        SourceError
            If the arrays are not so.
        """
        if self.param.HasField("transform_param"):
            logger.warning(
                "layer %r: transform_param is not used for arrays; add_images uses it",
                self.name,
            )
        self._serve(data, labels)

    def add_datums(self, datums):
        """Transform the images of Datums and serve them; see :meth:`add_images`."""
        images = []
        with naming(self):
            for i, datum in enumerate(datums):
                with telling_where(f"datum {i}"):
                    images.append(datum_image(datum, self._transformer.color))
        self.add_images(images, [datum.label for datum in datums])

    def add_images(self, images, labels):
        """Transform images as ``transform_param`` says, and serve them from now on.

        Parameters
        ----------
        images : sequence of ndarray
            Each (C, h, w), uint8 or float; colours as blue, green, red. There are as
            many as several whole batches need.
        labels : sequence of int
            One for each image.

        Raises
        ------
        SourceError
            If an image does not fit, or images that were added before are not all
            served yet.

        Notes
        -----
        Source: Caffe, ``AddMatVector`` and ``AddDatumVector``.
        """
        if self._is_unread:
            left = (len(self._data) - self._place) // self._shape[0]
            self._fail(
                f"images that were added before wait for {left} more forward passes; "
                "run them first"
            )
        data = np.empty((len(images), *self._shape[1:]), np.float32)
        with naming(self):
            for i, (image, y) in enumerate(zip(images, data, strict=True)):
                with telling_where(f"image {i}"):
                    self._transform(np.asarray(image), y)
        self._serve(data, np.array(labels, np.float32))
        self._is_unread = True

    def _transform(self, image, y):
        if image.ndim != 3:
            raise SourceError(f"it has shape {image.shape}; (C, h, w) is needed")
        shape = self._transformer.top_shape(image.shape)
        if shape != y.shape:
            raise SourceError(
                f"it has shape {shape} once it is transformed; {y.shape} is needed"
            )
        self._transformer.transform_image(image, y)

    def _serve(self, data, labels):
        data, labels = np.asarray(data), np.asarray(labels)
        wanted = (len(data) if data.ndim else 0, *self._shape[1:])
        self._check("data", data, (wanted,))
        self._check("labels", labels, (wanted[:1], (wanted[0], 1, 1, 1)))
        if wanted[0] == 0 or wanted[0] % self._shape[0]:
            self._fail(
                f"{wanted[0]} items are no multiple of batch_size {self._shape[0]}"
            )
        self._data, self._labels = data, labels.reshape(-1, 1, 1, 1)
        self._place = 0
        self._is_unread = False

    def forward(self, bottom, top):
        if self._data is None:
            self._fail("no data is here yet; call net.set_input_arrays(data, labels)")
        batch = slice(self._place, self._place + self._shape[0])
        self._label_shape = (self._shape[0], 1, 1, 1)
        top[1].reshape(self._label_shape)
        top[0].data[...] = self._data[batch]
        top[1].data[...] = self._labels[batch]
        self._place = batch.stop % len(self._data)
        self._is_unread &= self._place > 0

    def backward(self, top, propagate_down, bottom):
        pass  # nothing lies below

    def get_state(self):
        return super().get_state() | {"place": self._place}

    def set_state(self, state):
        super().set_state(state)
        self._place = state["place"]

    def _check(self, name, array, shapes):
        if array.shape not in shapes:
            self._fail(f"{name} has shape {array.shape}; {shapes[0]} is needed")
        if array.dtype != np.float32 or not array.flags.c_contiguous:
            self._fail(
                f"{name} must be float32 in C order; pass "
                "numpy.ascontiguousarray(array, dtype=numpy.float32)"
            )

    def _fail(self, problem):
        raise SourceError(f"layer {self.name!r} ({self.type}): {problem}")
