"""The data set ``styles``: patches of photographs in ten photographic styles.

>>> from brew import datasets
>>> styles = datasets.load("styles")  # made in the cache at first use, in seconds
>>> styles.train_images.shape, styles.test_images.shape
((500, 3, 128, 128), (200, 3, 128, 128))

Every patch comes in all ten styles, so what is to be seen says nothing about the
style. The photographs are scikit-image's; those of the test are others than those of
the training, so nothing can be known by heart.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from brew.datasets.idx import write_idx
from brew.datasets.style_filters import STYLES
from brew.errors import import_extra

SIZE = 128  # height and width of a patch
LARGEST = 256  # of what is cut out of a photograph, and made smaller
SEED = 1701


class Photo(NamedTuple):
    """A photograph of ``skimage.data``, and how a grey one is coloured.

    Attributes
    ----------
    name : str
    tones : tuple of (int, int, int)
        RGB of black, the middle and white; empty for those that have colours.
    """

    name: str
    tones: tuple[tuple[int, int, int], ...] = ()


PHOTOS = {
    "train": (
        Photo("astronaut"),
        Photo("chelsea"),
        Photo("rocket"),
        Photo("hubble_deep_field"),
        Photo("brick", ((40, 12, 10), (165, 80, 55), (250, 205, 170))),
        Photo("gravel", ((25, 25, 35), (135, 125, 115), (245, 240, 225))),
        Photo("camera", ((15, 20, 35), (110, 125, 120), (225, 235, 250))),
    ),
    "test": (
        Photo("coffee"),
        Photo("grass", ((10, 20, 5), (80, 130, 40), (235, 245, 170))),
        Photo("coins", ((30, 20, 15), (150, 105, 55), (250, 225, 160))),
    ),
}
NUM_PATCHES = {"train": 50, "test": 20}  # each of them in every style
FILES = (
    "train-images-idx4-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "test-images-idx4-ubyte.gz",
    "test-labels-idx1-ubyte.gz",
)


def make(folder):
    """Write the four files of the data set to a folder.

    Parameters
    ----------
    folder : str or Path
        Exists.

    Raises
    ------
    FileError
        If they cannot be written.
    MissingExtra
        If scikit-image is not installed.
    """
    for split, files in ("train", FILES[:2]), ("test", FILES[2:]):
        arrays = render(split)[:2]
        for file, array in zip(files, arrays, strict=True):
            write_idx(Path(folder) / file, array)


def render(split, num_patches=None):
    """Return the pictures of one split; the same ones every time.

    Parameters
    ----------
    split : {"train", "test"}
    num_patches : int, optional
        Only so many patches, each in all styles.

    Returns
    -------
    images : array (N, 3, 128, 128) of uint8
        Blue, green, red, in random order.
    labels : array (N,) of uint8
        Places in ``STYLES``.
    sources : list of str
        The photograph that each one is from.
    """
    photos = [(photo.name, load_photo(photo)) for photo in PHOTOS[split]]
    images, sources = [], []
    for i in range(num_patches or NUM_PATCHES[split]):
        name, image = photos[i % len(photos)]
        rng = np.random.default_rng([SEED, list(PHOTOS).index(split), i])
        patch = cut(image, rng)
        for style in STYLES.values():
            rendered = np.clip(style(patch, rng), 0, 1)
            images.append(np.rint(rendered * 255).astype(np.uint8)[..., ::-1])
            sources.append(name)
    order = np.random.default_rng(SEED).permutation(len(images))
    labels = np.tile(np.arange(len(STYLES), dtype=np.uint8), len(images) // len(STYLES))
    pictures = np.ascontiguousarray(np.array(images).transpose(0, 3, 1, 2)[order])
    return pictures, labels[order], [sources[i] for i in order]


def load_photo(photo):
    """Return a photograph as an array (h, w, 3) of RGB bytes."""
    data = import_extra("skimage.data", "lab")
    image = np.asarray(getattr(data, photo.name)())
    if not photo.tones:
        return image[..., :3]
    levels, shades = [0, 127.5, 255], np.array(photo.tones).T
    channels = [np.interp(image, levels, shade) for shade in shades]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)


def cut(image, rng):
    """Return a random square of a photograph at the size of a patch, 0 to 1."""
    pillow = import_extra("PIL.Image", "data")
    h, w = image.shape[:2]
    side = int(rng.integers(SIZE, min(LARGEST, h, w) + 1))
    top, left = (int(rng.integers(0, n - side + 1)) for n in (h, w))
    square = np.ascontiguousarray(image[top : top + side, left : left + side])
    if rng.random() < 0.5:
        square = np.ascontiguousarray(square[:, ::-1])
    shrunk = pillow.fromarray(square).resize((SIZE, SIZE), pillow.Resampling.BICUBIC)
    return np.asarray(shrunk) / 255
