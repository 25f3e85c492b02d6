"""Detector: windows of images in, the scores of a trained net out, as R-CNN does."""

from importlib import import_module
from itertools import chain

import numpy

from brew.classifier import ImageNet
from brew.errors import ArrayError, MissingExtra
from brew.io import load_image, resize_image


class Detector(ImageNet):
    """Scores of windows of images.

    Parameters
    ----------
    model_file, pretrained_file, mean, input_scale, raw_scale, channel_swap
        As of :class:`brew.Classifier`.
    context_pad : int, optional
        How many pixels of the net's (square) input show what surrounds a window.

    Source: Girshick et al., "Rich feature hierarchies for accurate object detection
    and semantic segmentation", 2014, arXiv:1311.2524.
    """

    def __init__(
        self,
        model_file,
        pretrained_file,
        mean=None,
        input_scale=None,
        raw_scale=None,
        channel_swap=None,
        context_pad=None,
    ):
        super().__init__(
            model_file, pretrained_file, mean, input_scale, raw_scale, channel_swap
        )
        self.configure_crop(context_pad)

    def detect_windows(self, images_windows):
        """Return the scores of windows.

        Parameters
        ----------
        images_windows : iterable of (str or Path, windows)
            An image file and its windows (ymin, xmin, ymax, xmax), in pixels; the
            last row and column are not part of a window.

        Returns
        -------
        list of dict
            For each window ``window``, ``prediction`` (the net's first output) and
            ``filename``.

        Raises
        ------
        FileError, ArrayError
            If an image cannot be read, or a window lies outside of it.
        """
        asked = [(name, list(windows)) for name, windows in images_windows]
        scores = self.scores(chain.from_iterable(self._crops(*one) for one in asked))
        windows = [(name, window) for name, some in asked for window in some]
        return [
            {"window": window, "prediction": score, "filename": name}
            for (name, window), score in zip(windows, scores, strict=True)
        ]

    def detect_selective_search(self, image_fnames):
        """Return the scores of windows that Selective Search proposes.

        Raises
        ------
        MissingExtra
            If the package that calls this MATLAB program is not installed.
        """
        try:
            search = import_module("selective_search_ijcv_with_python")
        except ImportError as error:
            raise MissingExtra(
                f"Selective Search is a MATLAB program that is not part of brew "
                f"({error}); propose windows in another way and call detect_windows"
            ) from error
        names = list(image_fnames)
        windows = search.get_windows(names, cmd="selective_search_rcnn")
        return self.detect_windows(zip(names, windows, strict=True))

    def configure_crop(self, context_pad):
        """Set `context_pad`, and what is shown beyond the image: the mean."""
        first = self.inputs[0]
        shape = self.blobs[first].shape[1:]
        pad = context_pad or 0
        if pad and (shape[1] != shape[2] or not 0 < 2 * pad < shape[1]):
            raise ArrayError(
                f"context_pad {pad} needs a square input of more than {2 * pad} "
                f"pixels; input {first!r} has {shape[1]} x {shape[2]}"
            )
        self.context_pad = context_pad
        # the image that preprocess turns into zeros
        self.crop_mean = self.transformer.deprocess(first, numpy.zeros(shape))

    def crop(self, im, window):
        """Return a window of an image, with its surroundings if `context_pad` is set.

        Parameters
        ----------
        im : ndarray
            (h, w, C).
        window : sequence of int
            (ymin, xmin, ymax, xmax).

        Returns
        -------
        ndarray
            (ymax - ymin, xmax - xmin, C), or with `context_pad` of the input's size.
        """
        top, left, bottom, right = (int(place) for place in window)
        if not (0 <= top < bottom <= len(im) and 0 <= left < right <= im.shape[1]):
            raise ArrayError(
                f"the window {tuple(window)} (ymin, xmin, ymax, xmax) holds no pixels "
                f"of the image, or some outside of it; it has {im.shape[:2]} (h, w)"
            )
        if not self.context_pad:
            return im[top:bottom, left:right]
        rows, y = self._spans(top, bottom, len(im))
        columns, x = self._spans(left, right, im.shape[1])
        crop = self.crop_mean.copy()
        size = y.stop - y.start, x.stop - x.start
        crop[y, x] = resize_image(im[rows, columns], size)
        return crop

    def _spans(self, first, last, image_size):
        """Return, along one axis, what is cut out of the image and where it goes."""
        size = self.input_size[0]
        half = (last - first + 1) / 2
        reach = half * size / (size - 2 * self.context_pad)
        low, high = numpy.round([first + half - reach, first + half + reach])
        zoom = size / (high - low + 1)
        start = round(max(0, -low) * zoom)
        low, high = numpy.clip([low, high], 0, image_size).astype(int).tolist()
        stop = start + round((high - low + 1) * zoom)
        return slice(low, high), slice(start, min(stop, size))

    def _crops(self, filename, windows):
        image = load_image(filename)
        for window in windows:
            try:
                yield self.crop(image, window)
            except ArrayError as error:
                raise ArrayError(f"{filename}: {error}") from None
