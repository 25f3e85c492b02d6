"""Somebody looks into a net with FilterViewer in JupyterLab, while it learns."""

import numpy as np
import pytest

from tests.browser.monitor import (
    TELL_LATENCIES,
    WATCH_BUTTONS,
    Monitor,
    training_ended_soon_after_the_buttons,
)
from tests.browser.notebook_page import choose_file, open_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.notebook]

NAME = "filters.ipynb"
WIDGET = "FilterViewer(solver"
MAKE = f"""
import brew
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.widgets import FilterViewer
from tests.widgets.test_filters import SOLVER

solver = brew.get_solver(parse_text(SOLVER, caffe_pb2.SolverParameter()))
monitor = {WIDGET}, num_iters=10**6)
monitor
"""
PATIENCE = 20_000  # milliseconds


class Viewer(Monitor):
    """The FilterViewer that the notebook shows."""

    @property
    def caption(self):
        return self.output.locator(".brew-filters").inner_text()

    @property
    def pictures(self):
        """The mosaic, and the image beside it if there is one, as data."""
        images = self.output.locator(".brew-filters img")
        return images.evaluate_all("all => all.map(one => one.src)")

    def look(self):
        return self.iteration, self.pictures

    def see(self, words):
        """Wait until the caption has these words."""
        found = self.output.locator(".brew-filters", has_text=words)
        found.wait_for(timeout=PATIENCE)

    def choose_kind(self, kind):
        buttons = self.output.locator(".brew-kind button")
        buttons.get_by_text(kind, exact=True).click()

    def choose_layer(self, name):
        self.output.locator(".brew-name select").select_option(name)

    def move(self, slider, key, handle=0):
        """Press a key on a handle of a slider."""
        self.output.locator(f".brew-{slider} .noUi-handle").nth(handle).press(key)


@pytest.fixture
def notebook(page, lab):
    """A notebook with the widget, run."""
    texts = MAKE, WATCH_BUTTONS, TELL_LATENCIES
    notebook = open_notebook(page, lab, NAME, texts)
    notebook.run(0, 0)
    assert notebook.complaints() == []
    return notebook


def test_layers_are_looked_into_before_while_and_after_the_net_learns(
    notebook, tmp_path
):
    viewer = Viewer(notebook.page, WIDGET)
    choose_what_to_see(viewer)
    choose_channels_and_images(viewer, tmp_path)
    see_it_learn_and_stop(viewer, notebook)
    go_back_in_time(viewer)
    assert notebook.complaints() == []
    assert notebook.page.complaints == []


def choose_what_to_see(viewer):
    viewer.see("conv: filters 0 to 4 of 5")
    (filters,) = viewer.pictures
    viewer.choose_layer("score")
    viewer.see("score: filters 0 to 1 of 2")
    assert viewer.pictures != [filters]
    viewer.choose_layer("conv")
    viewer.see("conv: filters")
    assert viewer.pictures == [filters]
    viewer.choose_kind("maps")
    viewer.see("conv: maps 0 to 4 of 5")
    assert len(viewer.pictures) == 2


def choose_channels_and_images(viewer, folder):
    viewer.move("units", "ArrowRight")
    viewer.see("conv: maps 1 to 4 of 5")
    viewer.output.locator(".brew-alone input").check()
    viewer.see("conv: map 1 of 5")
    viewer.move("unit", "ArrowRight")
    viewer.see("conv: map 2 of 5")
    first, _ = viewer.pictures
    viewer.move("image", "ArrowRight")
    viewer.page.wait_for_function(
        "src => document.querySelector('.brew-filters img').src != src", arg=first
    )
    image = pytest.importorskip("PIL.Image")
    photo = np.diag(np.full(6, 255, np.uint8))[..., None].repeat(3, axis=2)
    image.fromarray(photo).save(folder / "photo.png")
    second, _ = viewer.pictures
    choose_file(
        viewer.page, viewer.output.locator(".brew-upload"), folder / "photo.png"
    )
    viewer.page.wait_for_function(
        "src => document.querySelector('.brew-filters img').src != src", arg=second
    )


def see_it_learn_and_stop(viewer, notebook):
    notebook.run(1, 1)
    viewer.choose_kind("filter changes")
    viewer.see("conv: filter changes")
    untouched = viewer.pictures
    viewer.press("start")
    viewer.wait_for(lambda state, iteration: iteration > 20)
    viewer.page.wait_for_timeout(300)
    assert viewer.pictures != untouched
    viewer.choose_kind("filters")  # while it learns
    viewer.see("conv: filters")
    viewer.pause_and_see_it_stand_still()
    notebook.run(1, 1)  # watches the next buttons, too
    viewer.go_on()
    viewer.stop()
    training_ended_soon_after_the_buttons(notebook)


def go_back_in_time(viewer):
    now = viewer.pictures
    viewer.move("when", "Home")
    viewer.see("iteration 0")
    assert viewer.pictures != now
