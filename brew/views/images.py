"""Filters, feature maps and small images as matplotlib figures."""

from math import ceil, sqrt

import numpy

from brew.views.figure import Picture


def tile(images, num_columns=None, pad=1):
    """Arrange images of one size in a grid.

    Parameters
    ----------
    images : array (n, h, w) or (n, h, w, 3)
        The images.
    num_columns : int, optional
        Default: as many as make the grid about square.
    pad : int, default 1
        Width of the lines between them, in pixels.

    Returns
    -------
    array (H, W) or (H, W, 3)
        The grid; lines are NaN, which matplotlib leaves white.
    """
    images = numpy.asarray(images, float)
    num, h, w = images.shape[:3]
    columns = num_columns or ceil(sqrt(num))
    rows = ceil(num / columns)
    grid = numpy.full(
        (rows * (h + pad) - pad, columns * (w + pad) - pad, *images.shape[3:]),
        numpy.nan,
    )
    for i, image in enumerate(images):
        y, x = i // columns * (h + pad), i % columns * (w + pad)
        grid[y : y + h, x : x + w] = image
    return grid


def draw_filters(W, title="", num_columns=None):
    """Draw convolution weights, a small image for each.

    Parameters
    ----------
    W : array (K, C, kh, kw)
        With C = 3 each filter is one colour image (blue, green, red as in Caffe);
        else each output is a row block with one grey image for each input.
    title : str
    num_columns : int, optional

    Returns
    -------
    Picture
        A matplotlib figure.
    """
    W = numpy.asarray(W)
    if W.shape[1] == 3:
        images = W[:, ::-1].transpose(0, 2, 3, 1)
        images = (images - images.min()) / (numpy.ptp(images) or 1.0)
        return draw_image(tile(images, num_columns), title)
    images = W.reshape(-1, *W.shape[2:])
    limit = abs(images).max() or 1.0
    columns = num_columns or (W.shape[1] if W.shape[1] > 1 else None)
    return draw_image(tile(images, columns), title, limits=(-limit, limit))


def draw_maps(maps, title="", num_columns=None):
    """Draw feature maps (C, h, w) of one image, each a small grey image."""
    return draw_image(tile(maps, num_columns), title, colours="gray")


def draw_image(image, title="", limits=(None, None), colours="RdBu_r", width=4.5):
    """Draw one array as an image without axes.

    Parameters
    ----------
    image : array (h, w) or (h, w, 3)
    title : str
    limits : (float, float)
        Values of the first and last colour; default: the least and greatest.
    colours : str, default "RdBu_r"
        matplotlib's name of the colour map: negative is blue, positive red.
    width : float, default 4.5
        In inches.
    """
    height = width * image.shape[0] / image.shape[1] + (0.35 if title else 0.05)
    figure = Picture(width, height)
    axes = figure.subplots()
    axes.imshow(
        image, cmap=colours, vmin=limits[0], vmax=limits[1], interpolation="nearest"
    )
    axes.set_axis_off()
    if title:
        axes.set_title(title, fontsize=10, loc="left")
    return figure
