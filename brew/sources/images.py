"""Image lists: text files with an image file and a label in each line."""

import re
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from brew.errors import FileError, SourceError
from brew.files import read_bytes, read_text
from brew.sources.datum import decode_image
from brew.sources.resize import resize_bilinear

LINE = re.compile(r"\s*(.+?)[ \t]+([+-]?\d{1,10})\s*", re.ASCII)


class ListedImage(NamedTuple):
    """One line of an image list."""

    name: str
    label: int
    line: int


def read_image_list(path):
    """Return the lines of an image list.

    The label stands after the last blank of a line, so names may hold blanks.
    Empty lines are skipped.

    Parameters
    ----------
    path : str or Path
        The list.

    Returns
    -------
    list of ListedImage
        ``(name, label, line)``; lines are counted from 1.

    Raises
    ------
    SourceError
        If it cannot be read, names no image, or a line has no label.
    """
    try:
        lines = read_text(path).removeprefix("\ufeff").split("\n")
    except FileError as error:
        raise SourceError(f"{error}; an image list is needed here") from error
    entries = []
    for number, line in enumerate(lines, start=1):
        if found := LINE.fullmatch(line):
            entries.append(ListedImage(found[1], int(found[2]), number))
        elif line.strip():
            raise SourceError(
                f"{path}, line {number}: {line.strip()!r} is no file name, blank and "
                "label (a whole number)"
            )
    if not entries:
        raise SourceError(f"{path}: the list is empty; write a file and a label a line")
    return entries


def read_image(path, color=None):
    """Return the pixels of an image file.

    Parameters
    ----------
    path : str or Path
        A PNG, JPEG or other image file.
    color : bool, optional
        True for 3 channels, False for 1; the default keeps those of the file.

    Returns
    -------
    ndarray
        (C, h, w) uint8; colours as blue, green, red.

    Raises
    ------
    SourceError
        If the file is missing or cannot be decoded.
    """
    with telling_where(path):
        return decode_image(read_bytes(path), color)


@contextmanager
def telling_where(place):
    """Put a place, such as a file and a line, before the message of a SourceError.

    A FileError becomes a SourceError; it tells the file already.
    """
    try:
        yield
    except FileError as error:
        raise SourceError(str(error)) from error
    except SourceError as error:
        raise SourceError(f"{place}: {error}") from error


class ImageBatches:
    """Read batches of the images in a list, without end.

    After the last line comes the first again, also in the middle of a batch.

    Parameters
    ----------
    param : ImageDataParameter
        Says what to read.
    transformer : DataTransformer
        What is done to the images; its random numbers also shuffle.
    dtype : dtype, default float32
        Of the arrays that are returned.

    Raises
    ------
    SourceError
        If the list cannot be read, or is shorter than ``rand_skip``.
    """

    def __init__(self, param, transformer, dtype=np.float32):
        self.param = param
        self.transformer = transformer
        self.dtype = dtype
        self.entries = read_image_list(param.source)
        self._start_round()
        self._place = self._random_start()

    def read(self):
        """Return the next batch, as :meth:`.batches.DatumBatches.read` does.

        Raises
        ------
        SourceError
            Names the list, the line and the file at fault.
        """
        label = np.empty(self.param.batch_size, self.dtype)
        for i in range(len(label)):
            entry = self._next()
            label[i] = entry.label
            with self._telling(entry):
                image = self._image(entry)
                if i == 0:
                    shape = (len(label), *self.transformer.top_shape(image.shape))
                    data = np.empty(shape, self.dtype)
                self.transformer.transform_image(image, data[i])
        return data, label

    def first_shapes(self):
        """Return the shapes of the next batch, without moving on."""
        entry = self.entries[self._order[self._place]]
        with self._telling(entry):
            shape = self.transformer.top_shape(self._image(entry).shape)
        return (self.param.batch_size, *shape), (self.param.batch_size,)

    def get_state(self):
        """Return the place in the list and the state of the random numbers."""
        state = {"place": self._place, "num_images": len(self.entries)}
        if self.param.shuffle:
            state["rng_of_round"] = self._rng_of_round
        if self.param.shuffle or self.transformer.is_random:
            state["rng"] = self.transformer.rng.bit_generator.state
        return state

    def set_state(self, state):
        """Go on from what :meth:`get_state` returned."""
        if state["num_images"] != len(self.entries):
            raise SourceError(
                f"{self.param.source}: the place to go on from is in a list of "
                f"{state['num_images']} images, but this one has {len(self.entries)}; "
                "use the list of that time"
            )
        generator = self.transformer.rng.bit_generator
        if self.param.shuffle:
            generator.state = state["rng_of_round"]
            self._start_round()  # draws the same order again
        if "rng" in state:
            generator.state = state["rng"]
        self._place = state["place"]

    def close(self):
        """Do nothing: no file stays open."""

    def _start_round(self):
        self._place = 0
        if self.param.shuffle:
            self._rng_of_round = self.transformer.rng.bit_generator.state
            self._order = self.transformer.rng.permutation(len(self.entries))
        else:
            self._order = range(len(self.entries))

    def _random_start(self):
        skip = self.param.rand_skip
        if skip > len(self.entries):
            raise SourceError(
                f"{self.param.source}: rand_skip is {skip}, but the list has only "
                f"{len(self.entries)} images; make it smaller"
            )
        return int(self.transformer.rng.integers(skip)) if skip else 0

    def _next(self):
        if self._place == len(self.entries):
            self._start_round()
        self._place += 1
        return self.entries[self._order[self._place - 1]]

    def _image(self, entry):
        path = self.param.root_folder + entry.name
        image = read_image(path, self.param.is_color)
        if self.param.new_height:
            return resize_bilinear(image, self.param.new_height, self.param.new_width)
        return image

    def _telling(self, entry):
        return telling_where(f"{self.param.source}, line {entry.line}")
