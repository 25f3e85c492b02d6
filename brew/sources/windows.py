"""Windows of images: what R-CNN learns from, each warped to a square."""

import functools
import math

import numpy as np

from brew.errors import SourceError
from brew.files import read_bytes
from brew.sources.datum import decode_image
from brew.sources.images import telling_where
from brew.sources.resize import resize_bilinear
from brew.sources.transformer import read_mean
from brew.sources.window_file import read_windows


class WindowBatches:
    """Draw batches of windows: background first, then foreground.

    Parameters
    ----------
    param : WindowDataParameter
        Says what to read.
    transform : TransformationParameter
        Of which crop_size, mirror, and mean_file or mean_value count.
    rng : numpy.random.Generator
        Draws each window, then whether to mirror it.
    dtype : dtype, default float32
        Of the arrays that are returned.

    Raises
    ------
    SourceError
        If the window file or the mean is missing or wrong.
    """

    def __init__(self, param, transform, rng, dtype=np.float32):
        self.param = param
        self.crop_size = transform.crop_size
        self.mirror = transform.mirror
        self.rng = rng
        self.dtype = dtype
        self.images, self.background, self.foreground = read_windows(
            param.source, param.fg_threshold, param.bg_threshold
        )
        self.mean = middle_of_mean(transform)
        keep = functools.cache if param.cache_images else lambda function: function
        self._read_file = keep(read_bytes)

    def read(self):
        """Return the next batch.

        Returns
        -------
        data : ndarray
            (N, 3, crop_size, crop_size)
        label : ndarray
            (N,)

        Raises
        ------
        SourceError
            Names the window file and the image at fault.
        """
        data_shape, label_shape = self.first_shapes()
        data = np.zeros(data_shape, self.dtype)
        label = np.empty(label_shape, self.dtype)
        num_foreground = int(len(label) * np.float32(self.param.fg_fraction))
        for i in range(len(label)):
            is_background = i < len(label) - num_foreground
            windows = self.background if is_background else self.foreground
            image, label[i], *box = windows[self.rng.integers(len(windows))].tolist()
            mirrored = bool(self.mirror and self.rng.integers(2))
            path = self.param.root_folder + self.images[image]
            with telling_where(self.param.source), telling_where(path):
                self._draw(path, box, mirrored, data[i])
        return data, label

    def first_shapes(self):
        """Return the shapes of each batch."""
        num, crop = self.param.batch_size, self.crop_size
        return (num, 3, crop, crop), (num,)

    def get_state(self):
        """Return the state of the random numbers; there is no place."""
        return {"rng": self.rng.bit_generator.state}

    def set_state(self, state):
        """Go on from what :meth:`get_state` returned."""
        self.rng.bit_generator.state = state["rng"]

    def close(self):
        """Do nothing: no file stays open."""

    def _draw(self, path, box, mirrored, out):
        """Write the window `box` of an image file to `out`, which is all zeros."""
        image = decode_image(self._read_file(path), color=True)
        rows, y = self._spans(box, 1, image.shape[1])
        columns, x = self._spans(box, 0, image.shape[2], mirrored)
        height, width = y.stop - y.start, x.stop - x.start
        if not height or not width:
            return  # too little of it lies within the image to fill a pixel
        warped = resize_bilinear(image[:, rows, columns], height, width)
        part = out[:, y, x]
        part[...] = warped[..., ::-1] if mirrored else warped
        if self.mean is not None:
            part -= self.mean[:, y, x]
        part *= self.param.scale

    def _spans(self, box, axis, image_size, mirrored=False):
        """Return, along x or y, what is cut out of the image and where it goes."""
        first, last = box[axis], box[axis + 2]
        half = (last - first + 1) / 2
        if self.param.crop_mode == "square":
            half = max(box[2] - box[0] + 1, box[3] - box[1] + 1) / 2
        if self.param.context_pad or self.param.crop_mode == "square":
            spans = context_spans(
                (first + last + 1) / 2,
                half,
                image_size,
                self.crop_size,
                self.param.context_pad,
                mirrored,
            )
        else:
            spans = slice(first, last + 1), slice(0, self.crop_size)
        if not 0 <= spans[0].start < spans[0].stop <= image_size:
            raise SourceError(
                f"the window {tuple(box)} (x1, y1, x2, y2) lies outside the image, "
                f"which has {image_size} {('columns', 'rows')[axis]}; mend the window"
            )
        return spans


def context_spans(centre, half, image_size, crop_size, pad, mirrored=False):
    """Place a window and its surroundings, along one axis.

    The window is enlarged so that once it is warped to `crop_size`, `pad` pixels on
    either side show what surrounds it. What lies beyond the image stays empty.

    Parameters
    ----------
    centre, half : float
        The middle of the window and half its size, in pixels of the image.
    image_size, crop_size, pad : int
        In pixels.
    mirrored : bool, default False
        Is the warped window mirrored along this axis?

    Returns
    -------
    taken : slice
        What is cut out of the image. It is empty, or begins beyond the image, if all
        of the window does.
    place : slice
        Where it goes, among `crop_size` pixels.

    Notes
    -----
    Source: Caffe, ``window_data_layer.cpp``, in the float32 that Caffe uses.
    """
    reach = np.float32(half) * (np.float32(crop_size) / np.float32(crop_size - 2 * pad))
    first, last = _round(centre - reach), _round(centre + reach)
    zoom = np.float32(crop_size) / np.float32(last - first + 1)
    before, after = max(0, -first), max(0, last - image_size + 1)
    taken = slice(first + before, last - after + 1)
    start = _round((after if mirrored else before) * zoom)
    size = _round((taken.stop - taken.start) * zoom)
    return taken, slice(start, min(start + size, crop_size))


def _round(x):
    return int(math.copysign(math.floor(abs(x) + 0.5), x))  # as C: halves outward


def middle_of_mean(transform):
    """Return the mean that is subtracted from a square, or None.

    Parameters
    ----------
    transform : TransformationParameter
        Its mean_file, of which the middle is taken, or its mean_value.

    Returns
    -------
    ndarray or None
        (3, crop_size, crop_size)

    Raises
    ------
    SourceError
        If the mean file cannot be read, or the mean does not fit.
    """
    mean, crop = read_mean(transform), transform.crop_size
    if mean is None:
        return None
    square = (3, crop, crop)
    if transform.mean_file:
        start = max(mean.shape[2] - crop, 0) // 2  # Caffe's, for the rows as well
        middle = mean[:, start : start + crop, start : start + crop]
        fits = middle.shape == square
    else:
        middle, fits = mean, len(mean) in (1, 3)
    if not fits:
        raise SourceError(
            f"the mean has shape {mean.shape}, but {square} or larger is needed; take "
            "a larger mean_file, or give mean_value once or 3 times"
        )
    return np.broadcast_to(middle, square)
