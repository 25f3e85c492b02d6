"""JupyterLab shows what brew.help says: formulas, tables, and the picture."""

import pytest

from tests.browser.notebook_page import open_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.notebook]

NAME = "help.ipynb"
SIZE = "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"


def test_help_shows_a_picture_between_the_summary_and_the_formula(page, lab):
    open_notebook(page, lab, NAME, ['import brew\nbrew.help("Pooling")']).run()
    output = page.locator(".jp-OutputArea-output")
    picture = output.locator("img[alt='Pooling and a photograph']")
    assert picture.evaluate(SIZE) == [538, 192]
    formula = output.locator("mjx-container").first
    formula.wait_for()
    assert picture.bounding_box()["y"] < formula.bounding_box()["y"]
    assert output.locator("table").count() >= 2
    assert page.complaints == []
