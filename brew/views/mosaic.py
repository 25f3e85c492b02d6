"""Many small images as one: what filters and feature maps look like in colour."""

from base64 import b64encode
from functools import cache
from html import escape
from io import BytesIO
from math import ceil, prod, sqrt

import numpy

from brew.errors import import_extra
from brew.views.figure import Picture
from brew.views.images import tile
from brew.views.style import VERMILION

_colormaps = import_extra("matplotlib", "widgets").colormaps
_pillow = import_extra("PIL.Image", "widgets")

WIDEST, TALLEST = 640, 360  # pixels of a mosaic on the page
SMALLEST = 4  # pixels of an image in it
MOST_INPUTS = 32  # of each filter, where many filters stand one below the other


class Mosaic:
    """Images of numbers in a grid, beside the image that they are about.

    Blue is negative, red positive, white zero. Where nothing is negative, black is
    zero and white the largest number.

    Parameters
    ----------
    units : array (n, C, h, w)
        One unit a row where C > 1; a single unit, or C = 1, fills a grid.
    caption : str
    is_colour : bool, default False
        Are three channels blue, green and red, as in Caffe?
    image : array (h, w) or (h, w, 3), optional
        Stands at the left; 0 to 1.
    """

    def __init__(self, units, caption, is_colour=False, image=None):
        units = numpy.asarray(units)
        self.image = image
        is_colour = is_colour and units.shape[1] == 3 and numpy.isfinite(units).all()
        self.pixels = _in_colour(units) if is_colour else _in_false_colours(units)
        key = "colours as they are" if is_colour else _key(units)
        self.caption = f"{caption}; {key}"

    def __str__(self):
        """Return the mosaic as HTML, for a page."""
        h, w = self.pixels.shape[:2]
        scale = min(24, max(1, min(WIDEST // w, TALLEST // h)))
        images = _img(self.pixels, min(w * scale, WIDEST), "mosaic")
        if self.image is not None:
            images = _img(_as_bytes(self.image), 112, "the image") + images
        row = "display:flex;gap:16px;align-items:flex-start;overflow:auto"
        words = escape(self.caption)
        return f"<div style='{row}'>{images}</div><div>{words}</div>"

    def draw(self):
        """Return the mosaic as a figure of matplotlib."""
        h, w = self.pixels.shape[:2]
        beside = [self.image] if self.image is not None else []
        width = 6.5 if beside else 5.0
        tall = min(4.5, max(1.0, (width - 1.4 * len(beside)) * h / w))
        figure = Picture(width, tall + 0.35)
        ratios = [1.2] * len(beside) + [width - 1.4 * len(beside)]
        axes = figure.subplots(
            1, len(ratios), squeeze=False, gridspec_kw={"width_ratios": ratios}
        )[0]
        for axis, image in zip(axes, [*beside, self.pixels], strict=True):
            axis.imshow(image, cmap="gray", interpolation="nearest")
            axis.set_axis_off()
        figure.suptitle(self.caption, fontsize=8.5, x=0.01, ha="left")
        return figure

    def __repr__(self):
        return f"<picture: {self.caption}>"

    def _repr_png_(self):
        return self.draw()._repr_png_()


def filters_as_units(W, bottom_shape=()):
    """Return parameters as images (K, C, h, w).

    Parameters
    ----------
    W : array
        (K, C, h, w) stays. The weights (K, D) of an inner product get the shape of
        its bottom, if that has images. Other numbers stand in rows.
    bottom_shape : tuple of int
        (N, C, h, w), of what the layer takes.
    """
    if W.ndim == 2 and len(bottom_shape) == 4 and W[0].size == prod(bottom_shape[1:]):
        return W.reshape(-1, *bottom_shape[1:])
    if W.ndim > 2:
        return W.reshape(len(W), -1, *W.shape[-2:])
    if W.ndim == 2:
        return _in_rows(W)
    return W.reshape(-1, 1, 1, 1)


def maps_as_units(y):
    """Return what a blob holds of one image, (C, h, w) or less, as (C, 1, h, w)."""
    y = numpy.asarray(y)
    if y.ndim < 2:
        return y.reshape(-1, 1, 1, 1)
    return y.reshape(len(y), 1, -1, y.shape[-1])


def as_image(x):
    """Return what a net takes for an image, (C, h, w) or less, as one to look at.

    Three channels are blue, green and red; numbers become 0 to 1.
    """
    x = numpy.asarray(x, float)
    if x.ndim == 3 and len(x) == 3:
        x = x[::-1].transpose(1, 2, 0)
    elif x.ndim != 2:
        x = tile(maps_as_units(x)[:, 0])
    is_finite = numpy.isfinite(x)
    finite = x[is_finite] if is_finite.any() else numpy.zeros(1)
    share = (x - finite.min()) / (numpy.ptp(finite) or 1.0)
    return numpy.where(is_finite, share, 1.0)


def _in_rows(W):
    """Return rows (K, D) as images (K, 1, h, w) that are about square."""
    K, D = W.shape
    w = ceil(sqrt(D))
    padded = numpy.zeros((K, ceil(D / w) * w), W.dtype)
    padded[:, :D] = W
    return padded.reshape(K, 1, -1, w)


def _in_colour(units):
    images = units[:, ::-1].transpose(0, 2, 3, 1)
    images = (images - images.min()) / (numpy.ptp(images) or 1.0)
    grid = tile(images, _num_columns(len(images)))
    return _as_bytes(numpy.where(numpy.isnan(grid), 1.0, grid))


def _in_false_colours(units):
    """Return a grid of colours; lines are white, what is not finite is vermilion."""
    low, limit = _limits(units)
    share = (units / limit + 1) / 2 if low < 0 else units / limit
    images = numpy.where(numpy.isfinite(units), share * LAST, BROKEN)
    if len(units) == 1:
        images, columns = images[0], _num_columns(units.shape[1])
    else:
        num_inputs = min(units.shape[1], MOST_INPUTS)
        columns = num_inputs if num_inputs > 1 else _num_columns(len(units))
        images = images[:, :MOST_INPUTS].reshape(-1, *units.shape[2:])
    grid = tile(_resampled(images, columns), columns)
    grid = numpy.where(numpy.isnan(grid), PAPER, grid)
    return _palette("RdBu_r" if low < 0 else "gray")[numpy.rint(grid).astype(int)]


def _resampled(images, columns):
    """Leave out pixels of large images, and enlarge tiny ones to look like tiles."""
    side = max(images.shape[1:])
    step = ceil(columns * side / WIDEST)
    images = images[:, ::step, ::step]
    times = ceil(SMALLEST / side)
    return images.repeat(times, axis=1).repeat(times, axis=2)


LAST, BROKEN, PAPER = 252, 253, 254  # of the colours; the last two have a meaning


@cache
def _palette(name):
    colours = _colormaps[name](numpy.linspace(0, 1, LAST + 1))[:, :3]
    broken = [int(VERMILION[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return _as_bytes(numpy.vstack([colours, broken, [1, 1, 1]]))


def _limits(units):
    """Return the least number, and the one of the darkest or brightest colour."""
    finite = units[numpy.isfinite(units)]
    if not finite.size:
        return 0.0, 1.0
    return float(finite.min()), float(abs(finite).max()) or 1.0


def _key(units):
    """Return in words what the colours mean, and what is left out."""
    low, limit = _limits(units)
    words = f"blue −{limit:.2g}, red {limit:.2g}" if low < 0 else f"white {limit:.2g}"
    if len(units) > 1 and units.shape[1] > MOST_INPUTS:
        words += f"; the first {MOST_INPUTS} inputs"
    if not numpy.isfinite(units).all():
        words += "; orange is NaN or infinite"
    return words


def _num_columns(num_images):
    """Return how many make a grid, wider than high, with few empty places."""
    few = ceil(sqrt(num_images))
    return min(range(few, 2 * few), key=lambda columns: -num_images % columns)


def _as_bytes(image):
    return numpy.rint(numpy.asarray(image) * 255).clip(0, 255).astype(numpy.uint8)


def _img(pixels, width, name):
    """Return an HTML image, whose pixels the page enlarges to squares."""
    png = BytesIO()
    _pillow.fromarray(pixels).save(png, "PNG", compress_level=1)
    data = b64encode(png.getvalue()).decode()
    style = f"width:{width}px;image-rendering:pixelated;align-self:flex-start"
    return f"<img alt='{name}' style='{style}' src='data:image/png;base64,{data}'>"
