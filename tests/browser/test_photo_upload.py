"""Somebody puts a photograph of their own into a notebook, from the disk."""

import json

import numpy as np
import pytest

from tests.browser.notebook_page import choose_file, open_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.notebook]

NAME = "photo.ipynb"
MAKE = """
import numpy as np
from brew.widgets import PhotoUpload

upload = PhotoUpload(np.full((60, 90, 3), 200, np.uint8))
upload
"""
TELL = "[*upload.image.shape, *upload.image[20, 30].tolist()]"
RED = [220, 30, 40]
# The size of the picture as it is shown, and the colour in its middle.
LOOK = """image => image.decode().then(() => {
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.drawImage(image, 0, 0);
    const [x, y] = [image.naturalWidth >> 1, image.naturalHeight >> 1];
    const colour = canvas.getImageData(x, y, 1, 1).data;
    return [image.naturalHeight, image.naturalWidth, ...colour.slice(0, 3)];
})"""


@pytest.fixture
def notebook(page, lab):
    """A notebook with the widget, run."""
    notebook = open_notebook(page, lab, NAME, (MAKE, TELL))
    notebook.run()
    assert notebook.complaints() == []
    return notebook


@pytest.fixture
def photo(tmp_path):
    """A red photograph, twice as high as wide."""
    image = pytest.importorskip("PIL.Image")
    image.fromarray(np.full((80, 40, 3), RED, np.uint8)).save(tmp_path / "red.png")
    return tmp_path / "red.png"


def test_an_upload_takes_the_place_of_the_photograph(notebook, photo, tmp_path):
    page = notebook.page
    picture = page.locator("img.brew-photo")
    assert picture.evaluate(LOOK) == [60, 90, 200, 200, 200]
    before = picture.get_attribute("src")
    choose_file(page, page.locator(".brew-upload"), photo)
    wait_for_another(page, before)
    height, width, *colour = picture.evaluate(LOOK)
    assert (height, width) == (80, 40)
    assert np.abs(np.subtract(colour, RED)).max() <= 4  # a JPEG
    assert json.loads(notebook.run(1, 1)[0]) == [80, 40, 3, *RED]
    refuse_what_is_no_image(notebook, tmp_path / "words.png")
    assert notebook.complaints() == []
    assert page.complaints == []


def wait_for_another(page, src):
    page.wait_for_function(
        "src => document.querySelector('img.brew-photo').src != src", arg=src
    )


def refuse_what_is_no_image(notebook, path):
    path.write_text("only words")
    page = notebook.page
    choose_file(page, page.locator(".brew-upload"), path)
    page.get_by_text("is no image that Pillow can read").wait_for()
    assert json.loads(notebook.run(1, 1)[0]) == [80, 40, 3, *RED]
