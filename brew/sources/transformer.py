"""DataTransformer: what ``transform_param`` says is done to each image.

For every pixel: the crop window is cut out, the mean is subtracted, the rest is
scaled, and the row is mirrored::

    y = (x - mean) * scale
"""

import numpy as np

from brew.errors import BrewError, SourceError
from brew.proto import caffe_pb2
from brew.proto.binary import blobproto_to_array, read_message

TRAIN = caffe_pb2.TRAIN


class DataTransformer:
    """Crop, subtract the mean, scale and mirror images.

    Parameters
    ----------
    param : TransformationParameter
        scale [1], mirror [false], crop_size [0: none], mean_file [""] or
        mean_value [none] (one, or one a channel), force_color [false], force_gray
        [false].
    phase : int
        In TRAIN (0) the crop window lies anywhere, in TEST (1) in the middle.
        ``mirror`` flips every second image, by chance, in both phases.
    rng : numpy.random.Generator
        Where chance comes from. For each image it draws whether to mirror, then
        the row, then the column of the window, each only if it is needed.

    Attributes
    ----------
    color : bool or None
        What encoded images are decoded to: see :func:`brew.sources.datum.decode_image`.
    is_random : bool
        Does any chance play?

    Raises
    ------
    SourceError
        If the parameters contradict each other or the mean file cannot be read.

    Notes
    -----
    Source: Caffe, ``data_transformer.cpp``.
    """

    def __init__(self, param, phase, rng):
        self.rng = rng
        self.scale = param.scale
        self.crop_size = param.crop_size
        self.mirror = param.mirror
        self.mean = read_mean(param)
        self._mean_file = param.mean_file
        self.color = _wanted_color(param)
        self._crops_anywhere = self.crop_size > 0 and phase == TRAIN
        self.is_random = self._crops_anywhere or self.mirror

    def top_shape(self, shape):
        """Return the shape (C, oh, ow) that an image of `shape` (C, h, w) gets.

        Raises
        ------
        SourceError
            If the image is smaller than ``crop_size``, or the mean does not fit.
        """
        channels, height, width = shape
        crop = self.crop_size
        if crop > min(height, width):
            raise SourceError(
                f"the image has {height} x {width} pixels, less than crop_size "
                f"{crop}; take larger images, or a smaller crop_size"
            )
        self._check_mean(shape)
        return (channels, crop, crop) if crop else (channels, height, width)

    def transform(self, images, out):
        """Write the transformed `images` to `out`.

        Parameters
        ----------
        images : ndarray
            (N, C, h, w), uint8 or float.
        out : ndarray
            (N, C, oh, ow), a float type.

        Raises
        ------
        SourceError
            If the images do not fit.
        """
        if self.is_random:
            for image, y in zip(images, out, strict=True):
                self.transform_image(image, y)
        else:
            self._transform_alike(images, out, mirror=False)

    def transform_image(self, image, out):
        """Write one image (C, h, w), transformed, to `out` (C, oh, ow)."""
        shape = self.top_shape(image.shape)
        if shape != out.shape:
            raise SourceError(
                f"the image is transformed to shape {shape}, but the first of its "
                f"batch to {out.shape}; give all images one size, set crop_size, or "
                "batch_size: 1"
            )
        mirror = bool(self.mirror and self.rng.integers(2))
        self._transform_alike(image, out, mirror)

    def _transform_alike(self, x, y, mirror):
        rows, columns = self._window(*x.shape[-2:])
        if mirror:
            y = y[..., ::-1]
        y[...] = x[..., rows, columns]
        if self.mean is not None:
            y -= np.broadcast_to(self.mean, x.shape[-3:])[..., rows, columns]
        if self.scale != 1:
            y *= self.scale

    def _window(self, height, width):
        crop = self.crop_size
        if not crop:
            return slice(None), slice(None)
        if self._crops_anywhere:
            row = int(self.rng.integers(height - crop + 1))
            column = int(self.rng.integers(width - crop + 1))
        else:
            row, column = (height - crop) // 2, (width - crop) // 2
        return slice(row, row + crop), slice(column, column + crop)

    def _check_mean(self, shape):
        if self.mean is None:
            return
        if self._mean_file and self.mean.shape != shape:
            raise SourceError(
                f"the mean in {self._mean_file} has shape {self.mean.shape}, but the "
                f"image {shape}; compute the mean from these very images"
            )
        if len(self.mean) not in (1, shape[0]):
            raise SourceError(
                f"mean_value is given {len(self.mean)} times for images of "
                f"{shape[0]} channels; give it once, or once a channel"
            )


def read_mean(param):
    """Return the mean that a TransformationParameter names, or None.

    Returns
    -------
    ndarray or None
        (C, h, w) from the mean_file; (n, 1, 1) from n mean_values.

    Raises
    ------
    SourceError
        If both are given, or the file cannot be read.
    """
    if param.mean_file and param.mean_value:
        raise SourceError("mean_file and mean_value are both given; take one of them")
    if param.mean_value:
        return np.array(param.mean_value, np.float32).reshape(-1, 1, 1)
    if not param.mean_file:
        return None
    proto = caffe_pb2.BlobProto()
    try:
        read_message(param.mean_file, proto)
        mean = blobproto_to_array(proto)
    except BrewError as error:
        raise SourceError(f"the mean_file cannot be read: {error}") from error
    if mean.ndim < 3 or mean.size != np.prod(mean.shape[-3:]):
        raise SourceError(
            f"the mean in {param.mean_file} has shape {mean.shape}, but that of one "
            "image (C, h, w) is needed; make it with compute_image_mean"
        )
    return mean.reshape(mean.shape[-3:])


def _wanted_color(param):
    if param.force_color and param.force_gray:
        raise SourceError("force_color and force_gray are both set; take one of them")
    if param.force_color or param.force_gray:
        return param.force_color
    return None
