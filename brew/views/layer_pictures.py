"""Pictures of what layers do: a photograph before, and beside it, after.

In maps of signed numbers blue is negative, red positive, and zero is white.
"""

from io import BytesIO

import numpy

from brew.errors import import_extra
from brew.views.effects import RECIPES, STRONG, eyes, run
from brew.views.figure import Picture
from brew.views.images import tile
from brew.views.style import BLUE, FAINT, GREEN, GRID, VERMILION

_matplotlib = import_extra("matplotlib", "widgets")
_colors = import_extra("matplotlib.colors", "widgets")
_pillow = import_extra("PIL.Image", "widgets")

DPI = 96
HEIGHT = 84  # of the photograph; what is much smaller is enlarged
WIDEST, TALLEST = 800, 400  # pixels; what would be larger is not doubled
GAP, LABEL, CURVE = 30, 24, 150  # pixels
DARKEST = 1.5  # the number that has the darkest colour in signed maps
NUM_COLOURS = 128  # in a PNG file: enough for a cat


class LayerPicture(Picture):
    """A row of images with labels; between before and after, an arrow or a curve.

    Parameters
    ----------
    before, after : list of (str, array (h, w, 3))
        Label and image; a pixel of the array is a pixel of the picture.
    curve : (array, array), optional
        x and y, for layers that see each number alone.
    """

    def __init__(self, before, after, curve=()):
        images = [image for _, image in before + after]
        self.tallest = max(len(image) for image in images)
        middle = CURVE + GAP if curve else GAP
        width = sum(image.shape[1] + GAP for image in images) + middle
        super().__init__(width / DPI, (self.tallest + LABEL) / DPI)
        self.set_dpi(DPI)
        self.set_layout_engine("none")  # all places are given in pixels
        left = GAP // 2
        for label, image in before:
            left = self._add_image(left, label, image)
        if curve:
            self._add_curve(left, *curve)
        else:
            self._write(left, LABEL + self.tallest / 2, "→", 16)
        left += middle
        for label, image in after:
            left = self._add_image(left, label, image)

    def to_image(self):
        """Return the picture as an image of Pillow."""
        png = BytesIO()
        self.savefig(png, format="png", dpi=DPI)
        return _pillow.open(png).convert("RGB")

    def to_png(self):
        """Return the picture as a small PNG file, in bytes."""
        png = BytesIO()
        method = _pillow.Quantize.MAXCOVERAGE
        image = self.to_image().quantize(NUM_COLOURS, method, kmeans=1, dither=0)
        image.save(png, "png", optimize=True)
        return png.getvalue()

    _repr_png_ = to_png

    def _add_image(self, left, label, image):
        h, w = image.shape[:2]
        self.figimage(image, left, LABEL + (self.tallest - h) // 2, origin="upper")
        self._write(left + w / 2, LABEL / 2, label, 8)
        return left + w + GAP

    def _add_curve(self, left, x, y):
        width, height = self.get_size_inches() * DPI
        size = (CURVE - 10) / width, (self.tallest - GAP) / height
        axes = self.add_axes(((left + 10) / width, (LABEL + GAP / 2) / height, *size))
        axes.axhline(0, color=GRID)
        axes.axvline(0, color=GRID)
        axes.plot(x, y, color=BLUE, linewidth=2)
        axes.tick_params(labelsize=7, colors=FAINT, length=2)
        axes.spines[:].set_color(GRID)

    def _write(self, x, y, words, size):
        width, height = self.get_size_inches() * DPI
        self.text(x / width, y / height, words, size=size, ha="center", va="center")


def draw_layer(name):
    """Draw what a layer makes of the photograph.

    Parameters
    ----------
    name : str
        A key of ``brew.views.effects.RECIPES``.

    Returns
    -------
    LayerPicture
        A matplotlib figure.
    """
    recipe, effect = RECIPES[name], run(name)
    before = _images(effect.bottoms, recipe.look)
    after = _images(effect.tops, recipe.look_after or recipe.look)
    width = sum(2 * image.shape[1] + GAP for _, image in before + after)
    height = max(2 * len(image) for _, image in before + after)
    scale = 2 if width <= WIDEST and height <= TALLEST else 1
    before, after = (
        [(label, enlarge(image, scale)) for label, image in panels]
        for panels in (before, after)
    )
    return LayerPicture(before, after, effect.curve)


def _images(blobs, look):
    """Return (label, image) for the blobs that are images."""
    found = []
    for name, values in blobs.items():
        if name == "x2" and values.ndim < 3:
            continue  # numbers of images, regions: the words tell what they are
        label = name.rstrip("1") if len(blobs) == 1 else name
        image = LOOKS[look](values)
        if len(image) < HEIGHT / 2:
            image = enlarge(image, HEIGHT // len(image))
        found.append((f"{label} {values.shape}", image))
    return found


def enlarge(image, times):
    """Return an image with pixels that are so many times as large."""
    return image.repeat(times, 0).repeat(times, 1)


# How a blob (N, C, h, w) becomes an image (H, W, 3) with colours from 0 to 1.


def _photograph(values, low=0.0, high=1.0):
    """Show three channels, blue, green and red, as one image; a batch as a column."""
    images = values[:, ::-1].transpose(0, 2, 3, 1)
    return _on_white(tile((images - low).clip(0, high - low) / (high - low), 1, 2))


def _maps(values):
    """Show each channel as a grey image."""
    images = values.reshape(-1, *values.shape[2:])
    return _on_white(tile(images.clip(0, 1), pad=2)[:, :, None].repeat(3, 2))


def _signed_maps(values):
    images = tile(values.reshape(-1, *values.shape[2:]), pad=2)
    colours = _matplotlib.colormaps["RdBu_r"](0.5 + images / (2 * DARKEST))
    return _on_white(
        numpy.where(numpy.isnan(images)[:, :, None], 1.0, colours)[..., :3]
    )


def _classes(values):
    """Show the numbers 0, 1, 2 as blue, green and red."""
    palette = numpy.array([_colors.to_rgb(name) for name in (BLUE, GREEN, VERMILION)])
    return palette[values[0, 0].astype(int)]


def _rows(values):
    """Show (N, C, h) as a narrow image."""
    return _photograph(values[..., None]).repeat(HEIGHT // 3, 1)


def _pyramid(values):
    """Show 1, 4 and 16 cells of three channels as three images of one size."""
    images, start = [], 0
    for cells in 1, 2, 4:
        stop = start + 3 * cells**2
        grid = values[:, start:stop].reshape(1, 3, cells, cells)
        images.append(grid.repeat(HEIGHT // cells, 2).repeat(112 // cells, 3))
        start = stop
    return _photograph(numpy.concatenate(images))


def _regions(values):
    """Show the photograph with a frame around each eye."""
    image = _photograph(values)
    for _, x1, y1, x2, y2 in eyes():
        image[[y1, y2], x1 : x2 + 1] = 1.0
        image[y1 : y2 + 1, [x1, x2]] = 1.0
    return image


def _on_white(image):
    return numpy.nan_to_num(image, nan=1.0)


LOOKS = {
    "photograph": _photograph,
    "strong": lambda values: _photograph(values / STRONG),
    "normal": lambda values: _photograph(values, -2.5, 2.5),
    "grey": _maps,
    "signed": _signed_maps,
    "strong and signed": lambda values: _signed_maps(values / STRONG),
    "classes": _classes,
    "rows": _rows,
    "pyramid": _pyramid,
    "regions": _regions,
}
