"""The mean of all images in a database: what is subtracted before a net sees them."""

import numpy as np

from brew.errors import SourceError
from brew.proto import caffe_pb2
from brew.sources.datum import datum_image, parse_datum, stacked_pixels

BLOCK = 256  # images that are added up at a time


def mean_image(database, step=lambda count: None):
    """Return the mean of all images in a database of Datums.

    Parameters
    ----------
    database : Database
        Its images have one size.
    step : callable, optional
        Called with the number of images that have just been added.

    Returns
    -------
    mean : ndarray
        (C, h, w) float32.
    count : int
        How many images there are.

    Raises
    ------
    SourceError
        If there are no images, or one has another size or is damaged; names its key.

    Notes
    -----
    Source: Caffe, ``compute_image_mean``. It adds up in float32, so its last digits
    differ once a sum is larger than 2^24: from some 65,000 images on.
    """
    total, count = None, 0
    for keys, datums in _blocks(database):
        images = stacked_pixels(datums)
        if images is None:
            images = np.stack(_decoded(database, keys, datums, total))
        if total is None:
            total = np.zeros(images.shape[1:])
        with database.telling(keys[0]):
            _check(images.shape[1:], total.shape)
        total += images.sum(
            axis=0, dtype=np.int64 if images.dtype == np.uint8 else "f8"
        )
        count += len(images)
        step(len(images))
    if not count:
        database.fail("it holds no records; make it again")
    return (total / count).astype(np.float32), count


def mean_to_blobproto(mean):
    """Return a BlobProto of a mean image (C, h, w), in Caffe's old form of 4 sizes."""
    channels, height, width = mean.shape
    return caffe_pb2.BlobProto(
        num=1, channels=channels, height=height, width=width, data=mean.ravel()
    )


def _blocks(database):
    keys, datums = [], []
    for key, value in database.records():
        with database.telling(key):
            datums.append(parse_datum(value))
        keys.append(key)
        if len(keys) == BLOCK:
            yield keys, datums
            keys, datums = [], []
    if keys:
        yield keys, datums


def _decoded(database, keys, datums, total):
    """Return the images of Datums that are encoded, hold floats or differ in size."""
    images = []
    for key, datum in zip(keys, datums, strict=True):
        with database.telling(key):
            images.append(datum_image(datum))
            _check(images[-1].shape, images[0].shape if total is None else total.shape)
    return images


def _check(shape, wanted):
    if shape != wanted:
        raise SourceError(
            f"its image has shape {shape}, but those before it {wanted}; make the "
            "database with one size"
        )
