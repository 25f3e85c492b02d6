"""Small images with a few words above each."""

from math import ceil

import numpy

from brew.views.figure import Picture
from brew.views.style import INK, VERMILION

SIDE = 1.05  # of an image, in inches


def draw_gallery(images, titles, num_columns=10, wrong=()):
    """Draw images in a grid, each with a title.

    Parameters
    ----------
    images : sequence of array (h, w) or (h, w, 3) of uint8
        RGB, or grey.
    titles : sequence of str
        Only as many images as titles are drawn.
    num_columns : int, default 10
    wrong : container of int, optional
        The numbers of those whose title is red.

    Returns
    -------
    Picture
    """
    num_rows = ceil(len(titles) / num_columns)
    num_lines = 1 + max(title.count("\n") for title in titles)
    height = (SIDE + 0.18 * num_lines) * num_rows
    figure = Picture(SIDE * num_columns, height)
    axes = figure.subplots(num_rows, num_columns, squeeze=False).flat
    for axis in axes:
        axis.set_axis_off()
    for i, (image, title) in enumerate(zip(images, titles, strict=False)):
        axis = figure.axes[i]
        axis.imshow(numpy.asarray(image), cmap="gray", vmin=0, vmax=255)
        colour = VERMILION if i in wrong else INK
        axis.set_title(title, fontsize=9.5, color=colour, pad=3)
    return figure
