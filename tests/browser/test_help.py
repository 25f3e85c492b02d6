"""JupyterLab shows what brew.help says: formulas, tables, and the picture."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.notebook_page import NotebookPage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.notebook]

NAME = "help.ipynb"
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
SIZE = "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"


def test_help_shows_a_picture_between_the_summary_and_the_formula(page, lab):
    address, folder = lab
    cell = new_code_cell('import brew\nbrew.help("Pooling")')
    nbformat.write(new_notebook(cells=[cell], metadata=KERNEL), folder / NAME)
    NotebookPage(page, address, NAME).run()
    output = page.locator(".jp-OutputArea-output")
    picture = output.locator("img[alt='Pooling and a photograph']")
    assert picture.evaluate(SIZE) == [538, 192]
    formula = output.locator("mjx-container").first
    formula.wait_for()
    assert picture.bounding_box()["y"] < formula.bounding_box()["y"]
    assert output.locator("table").count() >= 2
    assert page.complaints == []
