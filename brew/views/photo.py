"""Photographs as a net takes them."""

import numpy

from brew.errors import ArrayError, NetError, import_extra
from brew.layer import TEST
from brew.proto import caffe_pb2
from brew.sources.transformer import DataTransformer

GREY = (0.299, 0.587, 0.114)  # of red, green and blue


def checked_photo(photo):
    """Return a photograph as an array.

    Raises
    ------
    ArrayError
        If it is not (h, w, 3) of uint8.
    """
    photo = numpy.asarray(photo)
    if photo.dtype != numpy.uint8 or photo.ndim != 3 or photo.shape[2] != 3:
        raise ArrayError(
            "a photograph is an array (h, w, 3) of uint8, from 0 to 255, not "
            f"{photo.shape} of {photo.dtype}"
        )
    return photo


def fit_photo(photo, net, source):
    """Make a photograph fit for a net: its size, its channels, its scale.

    Parameters
    ----------
    photo : array (h, w, 3) of uint8
        In RGB.
    net : Net
    source : str
        The blob that it is for. If its layer has a ``transform_param``, that is
        applied; else the numbers are from 0 to 1.

    Returns
    -------
    array (C, h, w)

    Raises
    ------
    NetError
        If the blob is not for images of one or three channels.
    ArrayError
        If the photograph is none.
    """
    photo = checked_photo(photo)
    shape = net.blobs[source].shape[1:]
    if len(shape) != 3 or shape[0] not in (1, 3):
        raise NetError(
            f"blob {source!r} has shape {net.blobs[source].shape}; for photographs it "
            "needs (N, 1, h, w) or (N, 3, h, w), or prepare=, a function that fits them"
        )
    C, h, w = shape
    layer = next(one for one in net.layers if source in net.top_names[one.name])
    if not layer.param.HasField("transform_param"):
        return _resized(photo, C, h, w) / numpy.float32(255)
    param = caffe_pb2.TransformationParameter()
    param.CopyFrom(layer.param.transform_param)
    param.mirror = False
    transformer = DataTransformer(param, TEST, rng=None)
    if param.mean_file:  # it is larger than the crop window
        h, w = transformer.mean.shape[1:]
    fitted = numpy.empty(shape, numpy.float32)
    transformer.transform_image(_resized(photo, C, h, w), fitted)
    return fitted


def _resized(photo, C, h, w):
    """Return a photograph as (C, h, w): grey, or blue, green, red."""
    pillow = import_extra("PIL.Image", "data")
    small = pillow.fromarray(photo).resize((w, h), pillow.Resampling.LANCZOS)
    pixels = numpy.asarray(small, numpy.float32)
    if C == 1:
        return (pixels @ numpy.array(GREY, numpy.float32))[None]
    return pixels[..., ::-1].transpose(2, 0, 1)
