"""Images in, arrays out: what pycaffe's ``caffe.io`` offers.

Images are float32 arrays (h, w, C), red green blue, from 0 to 1; the blobs of
ImageNet nets are (N, C, h, w), blue green red, from 0 to 255 less a mean.
:class:`Transformer` goes from one to the other and back.
"""

from collections.abc import Mapping

import numpy

from brew.errors import ArrayError, FileError, did_you_mean, import_extra
from brew.files import to_path
from brew.proto import binary, caffe_pb2
from brew.proto.binary import blobproto_to_array

__all__ = [
    "Transformer",
    "array_to_blobproto",
    "array_to_datum",
    "arraylist_to_blobprotovector_str",
    "blobproto_to_array",
    "blobprotovector_str_to_arraylist",
    "datum_to_array",
    "load_image",
    "oversample",
    "resize_image",
]

# What eyes see of red, green and blue: ITU-R BT.709, as scikit-image takes it.
_LUMINANCE = numpy.array([0.2125, 0.7154, 0.0721], numpy.float32)


def array_to_blobproto(arr, diff=None):
    """Return a BlobProto with the shape of `arr` and its values as float32.

    Parameters
    ----------
    arr : array_like
        Any shape.
    diff : array_like, optional
        As many values, stored as the diff. ArrayError if they are no numbers.
    """
    try:
        diff = None if diff is None else numpy.asarray(diff, numpy.float32)
        return binary.array_to_blobproto(numpy.asarray(arr, numpy.float32), diff)
    except (TypeError, ValueError) as error:
        raise ArrayError(f"a blob holds an array of numbers: {error}") from error


def arraylist_to_blobprotovector_str(arraylist):
    """Return a list of arrays as the bytes of one BlobProtoVector."""
    vector = caffe_pb2.BlobProtoVector()
    vector.blobs.extend(array_to_blobproto(array) for array in arraylist)
    return vector.SerializeToString()


def blobprotovector_str_to_arraylist(str):
    """Return the list of arrays in the bytes of a BlobProtoVector.

    Raises
    ------
    ProtoError, ArrayError
        If the bytes are damaged, or no bytes.
    """
    vector = caffe_pb2.BlobProtoVector()
    if not isinstance(str, bytes):
        raise ArrayError(f"arrays are read from bytes, not from {str!r:.60}")
    if str:  # no bytes are an empty list
        binary.parse_binary(str, vector, "<bytes>")
    return [blobproto_to_array(blob) for blob in vector.blobs]


def array_to_datum(arr, label=None):
    """Return a Datum with an image (C, h, w).

    Parameters
    ----------
    arr : ndarray
        uint8 values are stored as bytes, all others as floats.
    label : int, optional
        The image's class.

    Raises
    ------
    ArrayError
        If there are not three axes.
    """
    arr = numpy.asarray(arr)
    if arr.ndim != 3:
        raise ArrayError(
            f"a Datum holds an image of shape (C, h, w), not {arr.shape}; "
            "give a gray image an axis: image[numpy.newaxis]"
        )
    datum = caffe_pb2.Datum()
    datum.channels, datum.height, datum.width = arr.shape
    if arr.dtype == numpy.uint8:
        datum.data = arr.tobytes()
    else:
        datum.float_data.extend(arr.astype(numpy.float32).ravel().tolist())
    if label is not None:
        datum.label = int(label)
    return datum


def datum_to_array(datum):
    """Return the image (C, h, w) of a Datum that is not encoded, uint8 or float32.

    Raises
    ------
    ArrayError
        If it holds a compressed image, or not as many values as its sizes ask for.
    """
    if not hasattr(datum, "encoded"):
        raise ArrayError(f"a Datum is needed here, not {datum!r:.60}")
    shape = (datum.channels, datum.height, datum.width)
    if datum.encoded:
        raise ArrayError("this Datum holds a compressed image; decode datum.data")
    if datum.data:
        values = numpy.frombuffer(datum.data, numpy.uint8).copy()
    else:
        values = numpy.array(datum.float_data, numpy.float32)
    if min(shape) < 0 or numpy.prod(shape, dtype=object) != values.size:
        problem = f"the Datum states the sizes {shape} but holds {values.size} values"
        raise ArrayError(f"{problem}: damaged?")
    return values.reshape(shape)


def load_image(filename, color=True):
    """Load an image file as float32 from 0 to 1.

    Parameters
    ----------
    filename : str or Path
        Any format that Pillow reads. Transparency is dropped.
    color : bool, default True
        True: (h, w, 3), red green blue, a gray image three times the same.
        False: (h, w, 1), the luminance.

    Raises
    ------
    FileError
        If the file is missing or is not an image.
    """
    image_module = import_extra("PIL.Image", "data")
    try:
        with image_module.open(to_path(filename)) as image:
            pixels = _unit_range(image)
    except FileNotFoundError as error:
        raise FileError(f"{filename}: no such file; check the name") from error
    except (OSError, ValueError, SyntaxError) as error:
        problem = f"cannot be read as an image ({error})"
        raise FileError(f"{filename}: {problem}; is the file whole?") from error
    if color:
        return numpy.tile(pixels, (1, 1, 3)) if pixels.shape[2] == 1 else pixels
    return pixels if pixels.shape[2] == 1 else (pixels @ _LUMINANCE)[..., None]


def resize_image(im, new_dims, interp_order=1):
    """Resize an image (h, w, C) to `new_dims` by interpolation.

    Parameters
    ----------
    im : ndarray
        1 or 3 channels are resized pixel by pixel, as scikit-image does it without
        smoothing: beyond the border everything has the image's lowest value. Any
        other number is resized corner to corner.
    new_dims : tuple of int
        (h, w).
    interp_order : int, default 1
        0 nearest, 1 linear, ... 5, the order of the spline.

    Returns
    -------
    ndarray
        float32.

    Raises
    ------
    ArrayError
        If `im` does not have three axes or has no pixels, or `new_dims` has none.
    """
    im = numpy.asarray(im)
    if im.ndim != 3 or im.size == 0:
        raise ArrayError(f"an image has the shape (h, w, C), not {im.shape}")
    if numpy.shape(new_dims) != (2,) or min(new_dims) < 1:
        raise ArrayError(f"an image is resized to (h, w), not to {new_dims!r}")
    zoom = import_extra("scipy.ndimage", "data").zoom
    factors = (new_dims[0] / im.shape[0], new_dims[1] / im.shape[1], 1)
    if im.shape[2] not in (1, 3):
        return zoom(im.astype(numpy.float32), factors, order=interp_order)
    low, high = float(im.min()), float(im.max())
    if low == high:
        return numpy.full((*new_dims, im.shape[2]), low, numpy.float32)
    unit = ((im - low) / (high - low)).astype(numpy.float64)
    resized = zoom(
        unit, factors, order=interp_order, mode="grid-constant", grid_mode=True
    )
    return (resized * (high - low) + low).astype(numpy.float32)


def oversample(images, crop_dims):
    """Cut ten crops from each image: the corners, the centre, and all mirrored.

    Parameters
    ----------
    images : sequence of ndarray
        Images (h, w, C), all of the size of the first.
    crop_dims : tuple of int
        (h, w) of the crops.

    Returns
    -------
    ndarray
        (10 N, h, w, C), float32: for each image top left, top right, bottom left,
        bottom right, centre, then these mirrored left to right.

    Raises
    ------
    ArrayError
        If the images differ in size or are smaller than the crops.
    """
    is_list = hasattr(images, "__len__") and len(images) > 0
    if not is_list or numpy.shape(crop_dims) != (2,):
        raise ArrayError(
            "oversample takes a list of images and (h, w), not "
            f"{images!r:.60} and {crop_dims!r}"
        )
    shape = numpy.shape(images[0])
    height, width = crop_dims
    if any(numpy.shape(image) != shape for image in images):
        raise ArrayError("all images must have the same shape; resize them first")
    if len(shape) != 3 or shape[0] < height or shape[1] < width:
        raise ArrayError(f"images of shape {shape} have no crops of {crop_dims}")
    bottom, right = shape[0] - height, shape[1] - width
    corners = [(0, 0), (0, right), (bottom, 0), (bottom, right)]
    places = [*corners, (bottom // 2, right // 2)]
    crops = numpy.empty((len(images), 10, height, width, shape[2]), numpy.float32)
    for image, ten in zip(images, crops, strict=True):
        for crop, (y, x) in zip(ten, places, strict=False):
            crop[...] = image[y : y + height, x : x + width]
        ten[5:] = ten[:5, :, ::-1]
    return crops.reshape(-1, *crops.shape[2:])


class Transformer:
    """Turns images into a net's inputs, and back.

    ``preprocess`` does, in this order, whatever was set: resize to the input's
    h and w, transpose, swap channels, raw scale, subtract the mean, input scale.
    The usual setting for nets trained on ImageNet::

        t = Transformer({"data": net.blobs["data"].data.shape})
        t.set_transpose("data", (2, 0, 1))  # (h, w, C) to (C, h, w)
        t.set_channel_swap("data", (2, 1, 0))  # to blue, green, red
        t.set_raw_scale("data", 255)  # from 0..1
        t.set_mean("data", numpy.array([104.007, 116.669, 122.679]))

    Parameters
    ----------
    inputs : dict
        Name to shape of each input blob, (N, C, h, w).
    """

    def __init__(self, inputs):
        if not isinstance(inputs, Mapping):
            raise ArrayError(
                f"a Transformer takes the shapes of inputs by name, not {inputs!r}; "
                'write Transformer({"data": (1, 3, 224, 224)})'
            )
        self.inputs = inputs
        self.transpose = {}
        self.channel_swap = {}
        self.raw_scale = {}
        self.mean = {}
        self.input_scale = {}

    def preprocess(self, in_, data):
        """Return an image as the net wants it: (C, h, w), float32.

        The caller's array is not changed (pycaffe changes some).

        Parameters
        ----------
        in_ : str
            The input's name.
        data : ndarray
            (h, w, C).
        """
        self._check(in_)
        image = numpy.array(data, numpy.float32)
        size = tuple(self.inputs[in_][2:])
        if image.shape[:2] != size:
            image = resize_image(image, size)
        if in_ in self.transpose:
            image = image.transpose(self.transpose[in_])
        if in_ in self.channel_swap:
            image = image[self.channel_swap[in_], :, :]
        if in_ in self.raw_scale:
            image = image * self.raw_scale[in_]
        if in_ in self.mean:
            image = image - self.mean[in_]
        if in_ in self.input_scale:
            image = image * self.input_scale[in_]
        return image.astype(numpy.float32, copy=False)

    def deprocess(self, in_, data):
        """Return the image of an input: what preprocess did, undone (no resize)."""
        self._check(in_)
        image = numpy.array(data, numpy.float32)
        num_axes = len(self.transpose.get(in_, ()))  # a gray image keeps its channel
        image = image.reshape(image.shape[-num_axes:]) if num_axes else image.squeeze()
        if in_ in self.input_scale:
            image = image / self.input_scale[in_]
        if in_ in self.mean:
            image = image + self.mean[in_]
        if in_ in self.raw_scale:
            image = image / self.raw_scale[in_]
        if in_ in self.channel_swap:
            image = image[numpy.argsort(self.channel_swap[in_]), :, :]
        if in_ in self.transpose:
            image = image.transpose(numpy.argsort(self.transpose[in_]))
        return image

    def set_transpose(self, in_, order):
        """Set the order of the axes; ``(2, 0, 1)`` makes (h, w, C) to (C, h, w)."""
        self._check(in_)
        if sorted(order) != list(range(len(self.inputs[in_]) - 1)):
            raise ArrayError(
                f"input {in_!r} has shape {tuple(self.inputs[in_])}; the order of its "
                f"axes but the first cannot be {tuple(order)}"
            )
        self.transpose[in_] = tuple(order)

    def set_channel_swap(self, in_, order):
        """Set the order of the channels; ``(2, 1, 0)`` makes red green blue to bgr."""
        self._check(in_)
        if sorted(order) != list(range(self.inputs[in_][1])):
            raise ArrayError(
                f"input {in_!r} has {self.inputs[in_][1]} channels; their order "
                f"cannot be {tuple(order)}"
            )
        self.channel_swap[in_] = list(order)

    def set_raw_scale(self, in_, scale):
        """Set the factor on the image before the mean is subtracted."""
        self._check(in_)
        self.raw_scale[in_] = scale

    def set_mean(self, in_, mean):
        """Set what is subtracted: one value a channel (C,), or an image (C, h, w).

        A mean image of another size is resized to the input's.

        Raises
        ------
        ArrayError
            If the channels do not fit or there are more than three axes.
        """
        self._check(in_)
        mean = numpy.asarray(mean, numpy.float32)
        if mean.ndim not in (1, 2, 3):
            raise ArrayError(f"a mean has 1, 2 or 3 axes, not the shape {mean.shape}")
        channels, *size = self.inputs[in_][1:]
        allowed = (channels,) if mean.ndim == 1 else (1, channels)
        mean = {1: mean[..., None, None], 2: mean[None]}.get(mean.ndim, mean)
        if len(mean) not in allowed:
            problem = f"{channels} channels, the mean has {len(mean)}"
            raise ArrayError(f"input {in_!r} has {problem}")
        if mean.shape[1:] not in ((1, 1), tuple(size)):
            mean = resize_image(mean.transpose(1, 2, 0), size).transpose(2, 0, 1)
        self.mean[in_] = mean

    def set_input_scale(self, in_, scale):
        """Set the factor on the image after the mean is subtracted."""
        self._check(in_)
        self.input_scale[in_] = scale

    def _check(self, in_):
        if in_ not in self.inputs:
            raise ArrayError(
                f"{in_!r} is not one of the net's inputs {list(self.inputs)}."
                + did_you_mean(in_, self.inputs)
            )


def _unit_range(image):
    """Return a Pillow image as (h, w, 1) or (h, w, 3), float32, from 0 to 1."""
    if image.mode.startswith("I"):  # 16 bits a pixel
        pixels, highest = numpy.asarray(image), 65535
    elif image.mode == "F":
        pixels, highest = numpy.asarray(image), 1
    else:
        gray = image.mode in ("1", "L", "LA")
        pixels, highest = numpy.asarray(image.convert("L" if gray else "RGB")), 255
    pixels = pixels.astype(numpy.float32) / numpy.float32(highest)
    return pixels if pixels.ndim == 3 else pixels[..., None]
