"""Image files as Datums, as ``convert_imageset`` stores them."""

from pathlib import PurePath

from brew.errors import SourceError
from brew.files import read_bytes
from brew.io import array_to_datum
from brew.proto import caffe_pb2
from brew.sources.datum import decode_image, encode_image
from brew.sources.images import telling_where
from brew.sources.resize import resize_bilinear

LABELS = range(-(2**31), 2**31)


def image_to_datum(path, label=0, color=True, size=None, encoding=""):
    """Return the Datum of an image file.

    Parameters
    ----------
    path : str or Path
        A PNG, JPEG or other image file.
    label : int, default 0
        The image's class.
    color : bool, default True
        Store 3 channels, blue, green, red; False stores 1.
    size : (int, int), optional
        Resize to this height and width.
    encoding : str, default ""
        Store a file of this kind ("png", "jpg") instead of pixels. The file at `path`
        is stored as it is if it is of this kind and needs no change.

    Returns
    -------
    Datum
        An encoded one has no sizes, as in Caffe.

    Raises
    ------
    SourceError
        If the file is missing or cannot be decoded, or the label is no int32.
    """
    if label not in LABELS:
        raise SourceError(f"{path}: the label {label} is no 32-bit number; mend it")
    with telling_where(path):
        content = read_bytes(path)
        pixels = decode_image(content, color)
        if size:
            pixels = resize_bilinear(pixels, *size)
        if not encoding:
            datum = array_to_datum(pixels, label)
            datum.encoded = False  # says so, as Caffe's do
            return datum
        if size or not color or not _is_kind(path, encoding):
            content = encode_image(pixels, encoding)
    return caffe_pb2.Datum(data=content, label=label, encoded=True)


def _is_kind(path, encoding):
    same = {"jpeg": "jpg"}
    ending = PurePath(path).suffix[1:].lower()
    return same.get(ending, ending) == same.get(encoding.lower(), encoding.lower())
