"""Solvers race in JupyterLab, on a net with a layer of a student's own."""

import pytest

from tests.browser.monitor import (
    TELL_LATENCIES,
    WATCH_BUTTONS,
    Monitor,
    training_ended_soon_after_the_buttons,
)
from tests.browser.notebook_page import open_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.notebook]

NAME = "showdown.ipynb"
WIDGET = "SolverShowdown(racers"
MAKE = f"""
import brew
from brew.widgets import SolverShowdown
from tests.views.racers import racers

@brew.register("Halve")
class Halve(brew.Layer):
    bottoms, tops, in_place = 1, 1, True
    def top_shapes(self, shape):
        return [shape]
    def forward(self, bottom, top):
        top[0].data[...] = 0.5 * bottom[0].data
    def backward(self, top, propagate_down, bottom):
        bottom[0].diff[...] = 0.5 * top[0].diff

monitor = {WIDGET}("Halve"), 10**6)
monitor
"""
FINISH = """
short = SolverShowdown(racers("Halve"), 200, test_every=100)
short
"""


class Showdown(Monitor):
    """A SolverShowdown that the notebook shows."""

    @property
    def rows(self):
        """The rows of the table, without its head."""
        return self.output.locator(".brew-table tbody tr").all_inner_texts()

    def look(self):
        return *super().look(), self.rows


@pytest.fixture
def notebook(page, lab):
    """A notebook with two showdowns, the first of them run."""
    texts = MAKE, WATCH_BUTTONS, TELL_LATENCIES, FINISH
    notebook = open_notebook(page, lab, NAME, texts)
    notebook.run(0, 1)
    return notebook


def test_solvers_race_pause_and_stop(notebook):
    showdown = Showdown(notebook.page, WIDGET)
    start_and_see_curves_and_table_change(showdown)
    showdown.pause_and_see_it_stand_still()
    showdown.go_on()
    showdown.stop()
    assert showdown.output.locator(".brew-start").is_disabled()
    training_ended_soon_after_the_buttons(notebook)
    see_the_results_at_the_end(notebook)
    assert notebook.complaints() == []
    assert notebook.page.complaints == []


def start_and_see_curves_and_table_change(showdown):
    assert showdown.state == "ready"
    empty, table = showdown.curves, showdown.rows
    assert [row.split()[:3] for row in table] == [
        ["SGD", "0.01", "0"],
        ["Adam", "0.02", "0"],
        ["AdaGrad", "0.05", "0"],
    ]
    showdown.press("start")
    showdown.wait_for(lambda state, iteration: iteration > 20)
    assert showdown.curves != empty
    assert showdown.curves.count("<polyline") == 6  # three curves and their keys
    assert showdown.rows != table


def see_the_results_at_the_end(notebook):
    notebook.run(3, 3)
    notebook.show(3)
    short = Showdown(notebook.page, "short = SolverShowdown")
    short.press("start")
    short.wait_for(lambda state, iteration: (state, iteration) == ("done", 200))
    assert "leads with a loss of" in short.output.locator(".brew-status").inner_text()
    assert "test loss" in short.output.locator(".brew-table thead").inner_text()
    assert [len(row.split()) for row in short.rows] == [5, 5, 5]
    assert "Test loss" in short.curves
