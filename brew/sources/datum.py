"""Datum: the message that Caffe stores for one image and its label.

The pixels stand in ``data`` as bytes, channel by channel, row by row (C, h, w),
colours in the order blue, green, red; or in ``float_data``; or, when ``encoded``
is set, ``data`` is a whole PNG or JPEG file.
"""

import io

import numpy as np
from google.protobuf.message import DecodeError

from brew.errors import ArrayError, SourceError, did_you_mean, import_extra
from brew.io import datum_to_array
from brew.proto import caffe_pb2

# Of red, green and blue, in 1/32768: as libpng, and so OpenCV, makes a PNG grey.
GREY_WEIGHTS = np.array([9798, 19235, 3735])


def parse_datum(value):
    """Return the Datum in the bytes of a record.

    Raises
    ------
    SourceError
        If they are none.
    """
    try:
        return caffe_pb2.Datum.FromString(value)
    except DecodeError as error:
        raise SourceError(
            f"the record is no Datum ({error}); make the database with "
            "convert_imageset or brew.datasets"
        ) from error


def datum_image(datum, color=None):
    """Return the pixels of a Datum.

    Parameters
    ----------
    datum : Datum
        Raw or encoded.
    color : bool, optional
        Decode an encoded image to 3 channels (True) or to 1 (False); the default
        keeps the channels of the file. Raw pixels are taken as they are.

    Returns
    -------
    ndarray
        (C, h, w), uint8 or float32.

    Raises
    ------
    SourceError
        If the pixels do not fit the sizes, or cannot be decoded.
    """
    if datum.encoded:
        return decode_image(datum.data, color)
    try:
        pixels = datum_to_array(datum)
    except ArrayError as error:
        raise SourceError(f"{error} Make the database again") from error
    if not pixels.size:
        raise SourceError("the record holds no image; make the database again")
    return pixels


def stacked_pixels(datums):
    """Return the pixels of raw Datums of one size as one array, the fast way.

    Parameters
    ----------
    datums : list of Datum
        At least one.

    Returns
    -------
    ndarray or None
        (N, C, h, w) uint8; None if a Datum differs, is encoded, holds floats or
        is broken.
    """
    kinds = {(d.channels, d.height, d.width, len(d.data), d.encoded) for d in datums}
    if len(kinds) > 1:
        return None
    channels, height, width, size, encoded = kinds.pop()
    if encoded or not 0 < size == channels * height * width or channels < 1:
        return None
    pixels = np.frombuffer(b"".join([datum.data for datum in datums]), np.uint8)
    return pixels.reshape(len(datums), channels, height, width)


def decode_image(content, color=None):
    """Return the pixels of an image file in memory, as OpenCV gives them to Caffe.

    Parameters
    ----------
    content : bytes
        A PNG, JPEG or other image file.
    color : bool, optional
        True for 3 channels, False for 1; the image is turned upright then, if the
        camera noted how it was held. The default keeps the channels of the file,
        1 (grey), 3, or 4 (with transparency), and turns nothing.

    Returns
    -------
    ndarray
        (C, h, w) uint8; colours as blue, green, red.

    Raises
    ------
    SourceError
        If it cannot be decoded.
    MissingExtra
        If Pillow is not installed.
    """
    pillow = import_extra("PIL.Image", "data")
    turn_upright = import_extra("PIL.ImageOps", "data").exif_transpose
    try:
        with pillow.open(io.BytesIO(content)) as image:
            if color is False:
                image.draft("L", None)  # a JPEG file has its grey ready
            if color is not None:
                turn_upright(image, in_place=True)
            pixels = np.asarray(image.convert(_pillow_mode(image, color)))
    except Exception as error:  # Pillow lets the errors of many decoders through
        raise SourceError(f"the image cannot be decoded ({error})") from error
    if pixels.ndim == 3 and color is False:
        pixels = (pixels @ GREY_WEIGHTS >> 15).astype(np.uint8)
    if pixels.ndim == 2:
        return pixels[np.newaxis]
    blue_green_red = [2, 1, 0, 3][: pixels.shape[2]]
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[blue_green_red])


def encode_image(pixels, kind):
    """Return the bytes of an image file, as OpenCV would make it for Caffe.

    Parameters
    ----------
    pixels : ndarray
        (C, h, w) uint8 with 1 or 3 channels; colours as blue, green, red.
    kind : str
        The ending of such files, such as ``"png"`` or ``"jpg"``.

    Raises
    ------
    SourceError
        If there is no such kind, or images of this size do not fit into it.
    MissingExtra
        If Pillow is not installed.
    """
    pillow = import_extra("PIL.Image", "data")
    endings = pillow.registered_extensions()
    form = endings.get(f".{kind.lower()}")
    if form not in pillow.SAVE:
        raise SourceError(
            f"images cannot be encoded as {kind!r}; take png or jpg."
            f"{did_you_mean(f'.{kind}', endings)}"
        )
    turned = pixels[0] if len(pixels) == 1 else pixels[::-1].transpose(1, 2, 0)
    options = {"quality": 95} if form == "JPEG" else {}  # 95 is OpenCV's
    content = io.BytesIO()
    try:
        pillow.fromarray(np.ascontiguousarray(turned)).save(content, form, **options)
    except (OSError, ValueError) as error:
        raise SourceError(f"the image cannot be encoded as {kind} ({error})") from error
    return content.getvalue()


def _pillow_mode(image, color):
    if image.mode.startswith(("I", "F")):
        raise SourceError("it has more than 8 bits a channel; save it with 8 bits")
    if image.mode in ("1", "L") and not color:
        return "L"
    has_transparency = "A" in image.getbands() or "transparency" in image.info
    return "RGBA" if has_transparency and color is None else "RGB"
