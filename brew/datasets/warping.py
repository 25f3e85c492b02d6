"""More examples out of the same ones: images turned, shifted, stretched and bent.

A digit stays the same digit if it is written at a slant. A net that sees each example
in many such forms learns what matters, and its test error falls.

Source: Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural Networks
Applied to Visual Document Analysis", 2003.
"""

from typing import NamedTuple

import numpy as np

from brew.errors import import_extra


class Warp(NamedTuple):
    """How far images are moved, each time by a random part of it.

    Attributes
    ----------
    turn : float
        Degrees, to either side.
    zoom : float
        0.1 is ten percent, larger or smaller, for each axis by itself.
    shear : float
        How far the top moves against the bottom, as a part of the height.
    shift : float
        Pixels, for each axis.
    bend : float
        Strength of the elastic distortion; 0 is none.
    """

    turn: float = 0.0
    zoom: float = 0.0
    shear: float = 0.0
    shift: float = 0.0
    bend: float = 0.0


SMOOTH = 4.0  # pixels over which a distortion changes little


def warp(images, labels, how, copies=8, seed=0):
    """Return the images, and warped copies of them, in random order.

    Parameters
    ----------
    images : array (N, C, h, w) of uint8
    labels : array (N,)
    how : Warp
        How far.
    copies : int, default 8
        How many there are of each image afterwards; the first is as it was.
    seed : int, default 0
        The same seed gives the same arrays.

    Returns
    -------
    images, labels : arrays (N * copies, C, h, w) and (N * copies,)
    """
    rng = np.random.default_rng(seed)
    warped = [images]
    for _ in range(copies - 1):
        warped.append(np.stack([_warp_one(image, how, rng) for image in images]))
    order = rng.permutation(len(images) * copies)
    return np.concatenate(warped)[order], np.tile(labels, copies)[order]


def _warp_one(image, how, rng):
    ndimage = import_extra("scipy.ndimage", "data")
    h, w = image.shape[1:]
    places = np.mgrid[:h, :w].reshape(2, -1).astype(float)
    middle = np.array([[(h - 1) / 2], [(w - 1) / 2]])
    seen = _matrix(how, rng) @ (places - middle) + middle
    seen += how.shift * rng.uniform(-1, 1, (2, 1))
    if how.bend:
        noise = rng.uniform(-1, 1, (2, h, w))
        smooth = ndimage.gaussian_filter(noise, (0, SMOOTH, SMOOTH), mode="constant")
        seen += how.bend * smooth.reshape(2, -1)
    channels = [ndimage.map_coordinates(c, seen, float, order=1) for c in image]
    return np.rint(channels).reshape(image.shape).astype(np.uint8)


def _matrix(how, rng):
    """Return a random matrix that turns, zooms and shears, around 1."""
    angle = np.deg2rad(how.turn * rng.uniform(-1, 1))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = np.diag(1 + how.zoom * rng.uniform(-1, 1, 2))
    stretch[1, 0] = how.shear * rng.uniform(-1, 1)
    return turn @ stretch
