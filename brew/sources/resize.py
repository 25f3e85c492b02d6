"""Resize images of bytes, with the same bits as OpenCV, and so as Caffe.

The new pixel grid is laid over the old one, corner on corner. Each new pixel lies
between four old ones; the nearer one is, the more it weighs (bilinear
interpolation). Nothing is averaged over larger areas: who makes a picture much
smaller loses thin lines.
"""

import numpy as np

WEIGHT_BITS = 11  # OpenCV counts weights in 1/2048


def resize_bilinear(image, height, width):
    """Return an image in another size.

    Parameters
    ----------
    image : ndarray
        (C, h, w) uint8, without an empty axis.
    height, width : int
        The new size.

    Returns
    -------
    ndarray
        (C, height, width) uint8; `image` itself if it has this size.

    Notes
    -----
    Source: OpenCV, ``resize`` with ``INTER_LINEAR``: first along the rows, then,
    of the sums less 4 bits, along the columns.
    """
    if image.shape[1:] == (height, width):
        return image
    above, below, y = _neighbours(image.shape[1], height)
    left, right, x = _neighbours(image.shape[2], width)

    def along_rows(rows):
        picked = image[:, rows]
        return picked[..., left] * (ONE - x) + picked[..., right] * x

    y = y[:, np.newaxis]
    upper = (along_rows(above) >> 4) * (ONE - y) >> 16
    lower = (along_rows(below) >> 4) * y >> 16
    return (upper + lower + 2 >> 2).astype(np.uint8)


ONE = np.int32(1 << WEIGHT_BITS)


def _neighbours(old_size, new_size):
    """Return for each new place the two old ones, and the weight of the second."""
    step = 1 / (new_size / old_size)
    place = ((np.arange(new_size) + 0.5) * step - 0.5).astype(np.float32)
    first = np.floor(place)
    weight = np.rint((place - first) * ONE).astype(np.int32)
    first = first.astype(int)
    last = old_size - 1
    return np.clip(first, 0, last), np.clip(first + 1, 0, last), weight
