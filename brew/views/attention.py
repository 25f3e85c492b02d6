"""What a net says about a photograph, where it looked, and what it has found."""

import numpy

from brew.views.figure import Picture
from brew.views.style import BLUE, FAINT, INK, ORANGE, PAPER

WIDTH = 8.7  # of a row of pictures, in inches: wider ones are shrunk, words and all


def draw_answers(image, answers, title="", unit="probability"):
    """Draw an image with bars beside it.

    Parameters
    ----------
    image : array (h, w, 3) or (h, w)
        The photograph.
    answers : list of (str, float)
        Names and lengths of the bars, the longest first.
    title : str
    unit : str, default "probability"
        What the bars measure.

    Returns
    -------
    Picture
    """
    figure = Picture(7.5, 2.6)
    left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": [1, 1.5]})
    _show(left, image, title)
    names = [name for name, _ in answers]
    lengths = [length for _, length in answers]
    right.barh(range(len(names)), lengths, color=BLUE, height=0.6)
    right.set_yticks(range(len(names)), names, fontsize=10)
    right.invert_yaxis()
    right.set_xlim(0, max([1.0, *lengths]) * 1.15)
    right.set_xlabel(unit, fontsize=9, color=FAINT)
    right.spines[["top", "right"]].set_visible(False)
    for place, length in enumerate(lengths):
        right.text(length, place, f" {length:.2f}", va="center", fontsize=9)
    return figure


def draw_heat(image, heats, titles=None):
    """Draw an image, and beside it where it is hot, once for each map.

    Parameters
    ----------
    image : array (h, w, 3) or (h, w)
        The photograph; numbers 0 to 255 or 0 to 1.
    heats : list of array (rows, columns)
        Each covers the image; of any size. What is below 0 counts as cold.
    titles : list of str, optional
        For the image and each map.

    Returns
    -------
    Picture
        Hot places shine yellow on the darkened image.
    """
    titles = titles or [""] * (1 + len(heats))
    num = 1 + len(heats)
    width = min(2.9, WIDTH / num)
    height = width * image.shape[0] / image.shape[1] + 0.35
    figure = Picture(width * num, height)
    axes = figure.subplots(1, num, squeeze=False)[0]
    _show(axes[0], image, titles[0])
    grey = numpy.asarray(image, float)
    grey = grey.mean(axis=2) if grey.ndim == 3 else grey
    for axis, heat, title in zip(axes[1:], heats, titles[1:], strict=True):
        _show(axis, 0.5 * grey / (grey.max() or 1), title)
        heat = numpy.maximum(heat, 0)
        heat = heat / (heat.max() or 1)
        axis.imshow(
            heat,
            cmap="inferno",
            alpha=numpy.clip(heat * 1.2, 0, 0.85),
            extent=(-0.5, grey.shape[1] - 0.5, grey.shape[0] - 0.5, -0.5),
            interpolation="bilinear",
            aspect="equal",
        )
    return figure


def draw_boxes(image, boxes, labels=None, title="", others=(), width=4.5):
    """Draw boxes on an image.

    Parameters
    ----------
    image : array (h, w, 3) or (h, w)
        The photograph; numbers 0 to 255 or 0 to 1.
    boxes : array (n, 4)
        (top, left, bottom, right) in pixels, as in :mod:`brew.boxes`.
    labels : list of str, optional
        What stands above each box.
    title : str
    others : array (m, 4), optional
        Boxes in thin lines, below: say, those that were dropped.
    width : float, default 4.5
        In inches.

    Returns
    -------
    Picture
    """
    figure = Picture(width, width * image.shape[0] / image.shape[1] + 0.35)
    axis = figure.subplots()
    _show(axis, image, title)
    for box in others:
        _outline(axis, box, PAPER, 0.8)
    for box, label in zip(boxes, labels or [""] * len(boxes), strict=True):
        _outline(axis, box, ORANGE, 2.2)
        if label:
            back = {"facecolor": ORANGE, "edgecolor": "none", "pad": 1.5}
            place = box[1] - 0.5, box[0] - 0.5
            axis.text(*place, label, fontsize=8, color=INK, va="bottom", bbox=back)
    return figure


def _outline(axis, box, colour, width):
    top, left, bottom, right = (edge - 0.5 for edge in box)  # pixels' middles are whole
    x, y = [left, right, right, left, left], [top, top, bottom, bottom, top]
    axis.plot(x, y, color=colour, linewidth=width)


def _show(axis, image, title):
    limit = 1 if image.max() <= 1 else 255
    # divided here, since matplotlib heeds vmax for grey images only
    axis.imshow(image / limit, cmap="gray", vmin=0, vmax=1)
    axis.set_axis_off()
    axis.set_title(title, fontsize=10, loc="left")
