"""Classifier: images in, the scores of a trained net out."""

from itertools import islice

import numpy

from brew.errors import ArrayError, NetError
from brew.io import Transformer, resize_image
from brew.io import oversample as crop_ten_times
from brew.layer import TEST
from brew.net import Net


class ImageNet(Net):
    """A trained net whose first input takes images, and how to prepare them.

    Parameters
    ----------
    model_file : str, Path or NetParameter
        The net; its first input has shape (N, C, h, w).
    pretrained_file : str or Path
        Its parameters.
    mean, input_scale, raw_scale, channel_swap : optional
        How images become inputs: see :class:`brew.io.Transformer`.

    Attributes
    ----------
    transformer : Transformer
        Turns an image (h, w, C) into an input (C, h, w).
    """

    def __init__(
        self,
        model_file,
        pretrained_file,
        mean=None,
        input_scale=None,
        raw_scale=None,
        channel_swap=None,
    ):
        super().__init__(model_file, TEST, weights=pretrained_file)
        if not self.inputs or self.blobs[self.inputs[0]].ndim != 4:
            raise NetError(
                f"net {self.name!r} has no input of shape (N, C, h, w) for images; "
                "take the deploy form of the net, with an Input layer"
            )
        first = self.inputs[0]
        self.transformer = t = Transformer({first: self.blobs[first].shape})
        t.set_transpose(first, (2, 0, 1))
        if mean is not None:
            t.set_mean(first, mean)
        if input_scale is not None:
            t.set_input_scale(first, input_scale)
        if raw_scale is not None:
            t.set_raw_scale(first, raw_scale)
        if channel_swap is not None:
            t.set_channel_swap(first, channel_swap)

    @property
    def input_size(self):
        """The (h, w) that images have when they enter the net."""
        return self.blobs[self.inputs[0]].shape[2:]

    def scores(self, images):
        """Return the net's first output for images (h, w, C), one row each."""
        first = self.inputs[0]
        prepared = (self.transformer.preprocess(first, image) for image in images)
        size, rows = self.blobs[first].shape[0], []
        while batch := list(islice(prepared, size)):
            out = self.forward_all(**{first: numpy.stack(batch)})
            rows.extend(out[self.outputs[0]])
        return numpy.array(rows)


class Classifier(ImageNet):
    """Scores of images, averaged over crops.

    Parameters
    ----------
    model_file : str, Path or NetParameter
        The net; its first input has shape (N, C, h, w).
    pretrained_file : str or Path
        Its parameters.
    image_dims : (int, int), optional
        The (h, w) to which images are resized before they are cropped; default: what
        the net takes, so that a crop is the whole image.
    mean, input_scale, raw_scale, channel_swap : optional
        See :class:`brew.io.Transformer`.

    Examples
    --------
    ::

        net = brew.Classifier("deploy.prototxt", "net.caffemodel", (256, 256),
                              mean=mean, raw_scale=255, channel_swap=(2, 1, 0))
        net.predict([brew.io.load_image("cat.jpg")]).argmax()
    """

    def __init__(
        self,
        model_file,
        pretrained_file,
        image_dims=None,
        mean=None,
        input_scale=None,
        raw_scale=None,
        channel_swap=None,
    ):
        super().__init__(
            model_file, pretrained_file, mean, input_scale, raw_scale, channel_swap
        )
        self.crop_dims = numpy.array(self.input_size)
        size = self.crop_dims if image_dims is None else image_dims
        self.image_dims = numpy.array(size, int)
        if (self.image_dims < self.crop_dims).any():
            raise ArrayError(
                f"image_dims {tuple(size)} are smaller than the net's input "
                f"{self.input_size}: no crop fits; enlarge them"
            )

    def predict(self, inputs, oversample=True):
        """Return the scores of images: the net's first output.

        Parameters
        ----------
        inputs : sequence of ndarray
            Images (h, w, C) of any size, as :func:`brew.io.load_image` gives them.
        oversample : bool, default True
            True: the average over ten crops (corners and centre, also mirrored).
            False: the centre alone.

        Returns
        -------
        ndarray
            (N, K).
        """
        if not len(inputs):
            raise ArrayError("predict needs at least one image")
        images = [resize_image(image, self.image_dims) for image in inputs]
        if not oversample:
            return self.scores(self._centre(image) for image in images)
        scores = self.scores(crop_ten_times(images, self.crop_dims))
        return scores.reshape(len(images), 10, -1).mean(axis=1)

    def _centre(self, image):
        (y, x), (h, w) = (self.image_dims - self.crop_dims) // 2, self.crop_dims
        return image[y : y + h, x : x + w]
