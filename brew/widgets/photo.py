"""PhotoUpload: put your own photograph into a notebook."""

import io

import ipywidgets
import numpy

from brew.errors import import_extra
from brew.views.images import draw_image
from brew.views.photo import checked_photo

WIDTH = 300  # of the picture, in pixels
ACCEPT = ".png,.jpg,.jpeg,.gif,.bmp,.webp"
NO_IMAGE = "This file is no image that Pillow can read."
HINT = "Choose a photograph of your own, or keep this one."


class PhotoUpload(ipywidgets.VBox):
    """A button that takes a photograph from your disk, and shows it.

    Parameters
    ----------
    image : array (h, w, 3) of uint8
        Is there as long as nothing else was chosen.

    Attributes
    ----------
    image : array (h, w, 3) of uint8
        The photograph, in RGB.

    Raises
    ------
    ArrayError
        If `image` is none.
    """

    def __init__(self, image):
        self.image = checked_photo(image)
        self._button = ipywidgets.FileUpload(accept=ACCEPT, multiple=False)
        self._button.add_class("brew-upload").observe(self._take, "value")
        self._words = ipywidgets.HTML(HINT)
        self._picture = ipywidgets.Image(format="jpeg", width=WIDTH)
        self._picture.add_class("brew-photo")
        super().__init__([ipywidgets.HBox([self._button, self._words]), self._picture])
        self._show()

    def __repr__(self):
        """Return what a page shows that cannot show widgets."""
        return "<PhotoUpload: run the cell to use it>"

    def snapshot(self):
        """Return the photograph as a picture that needs no kernel."""
        return draw_image(self.image, "The photograph", width=3.2)

    def _take(self, change):
        if not change.new:
            return
        file = change.new[0]
        try:
            self.image = decode(bytes(file.content))
            self._words.value = HINT
        except OSError:  # the old photograph stays
            self._words.value = NO_IMAGE
        self._show()

    def _show(self):
        self._picture.value = _to_jpeg(self.image)


def decode(content):
    """Return an encoded image as an array (h, w, 3), upright.

    Raises
    ------
    OSError
        If Pillow cannot read it.
    """
    pillow = import_extra("PIL.Image", "data")
    ops = import_extra("PIL.ImageOps", "data")
    try:
        image = ops.exif_transpose(pillow.open(io.BytesIO(content)))
        return numpy.array(image.convert("RGB"))
    except (pillow.DecompressionBombError, ValueError, SyntaxError) as error:
        raise OSError(str(error)) from error


def _to_jpeg(image):
    pillow = import_extra("PIL.Image", "data")
    jpeg, small = io.BytesIO(), pillow.fromarray(image)
    small.thumbnail((WIDTH, WIDTH))
    small.save(jpeg, "JPEG", quality=85)
    return jpeg.getvalue()
