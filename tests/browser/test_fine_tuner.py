"""Somebody chooses layers in FineTuner, and lets both nets train in JupyterLab."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.notebook_page import NotebookPage
from tests.browser.test_training_monitor import TELL_LATENCIES, WATCH_BUTTONS, Monitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.notebook]

NAME = "fine-tuner.ipynb"
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
WIDGET = "FineTuner(param"
MAKE = f"""
import brew
from brew.widgets import FineTuner
from tests.views.test_fine_tuning import solver_param

param = solver_param()
donor = brew.get_solver(param).net
param.net_param.layer[4].name = "mine"
monitor = {WIDGET}, donor, 10**6, test_every=1000)
monitor
"""


class Tuner(Monitor):
    """The FineTuner that the notebook shows."""

    def __init__(self, page):
        self.page = page
        self.output = page.locator(".jp-CodeCell", has_text=WIDGET)

    def menu(self, number):
        return self.output.locator(f".brew-choice-{number} select")


@pytest.fixture
def notebook(page, lab):
    """A notebook with the widget, run."""
    address, folder = lab
    cells = [new_code_cell(text) for text in (MAKE, WATCH_BUTTONS, TELL_LATENCIES)]
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), folder / NAME)
    notebook = NotebookPage(page, address, NAME)
    notebook.run(0, 0)
    return notebook


def test_layers_are_chosen_and_both_nets_train(notebook):
    tuner = Tuner(notebook.page)
    choose_and_see_the_picture_change(tuner)
    notebook.run(1, 1)
    see_both_learn(tuner)
    pause_and_go_on(tuner, notebook)
    stop_and_choose_again(tuner)
    (seconds,) = notebook.run(2, 2)
    assert min(json.loads(seconds)) < 0.5  # a busy machine may delay one
    assert notebook.complaints() == []
    assert notebook.page.complaints == []


def choose_and_see_the_picture_change(tuner):
    assert tuner.menu(1).input_value() == "copy, and freeze"
    assert tuner.menu(2).is_disabled()
    before = tuner.curves
    tuner.menu(1).select_option("copy, learn")
    tuner.page.wait_for_function(
        "before => document.querySelector('.brew-curves svg').innerHTML != before",
        arg=before,
    )
    assert "two: copy, learn" in tuner.curves


def see_both_learn(tuner):
    empty = tuner.curves
    tuner.press("start")
    tuner.wait_for(lambda state, iteration: iteration > 20)
    assert tuner.curves != empty
    assert tuner.menu(1).is_disabled()
    assert tuner.output.locator(".brew-table tbody tr").count() == 2


def pause_and_go_on(tuner, notebook):
    tuner.press("pause")
    tuner.wait_for(lambda state, iteration: state == "paused")
    paused = tuner.iteration, tuner.curves
    tuner.page.wait_for_timeout(500)
    assert (tuner.iteration, tuner.curves) == paused
    notebook.run(1, 1)  # watches the next buttons, too
    tuner.press("start")
    tuner.wait_for(lambda state, iteration: iteration > paused[0])


def stop_and_choose_again(tuner):
    tuner.press("stop")
    tuner.wait_for(lambda state, iteration: state == "stopped")
    tuner.press("again")
    tuner.wait_for(lambda state, iteration: (state, iteration) == ("ready", 0))
    assert tuner.menu(1).is_enabled()
    assert tuner.output.locator(".brew-table tbody tr").count() == 2
