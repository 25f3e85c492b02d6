"""A student opens the first notebook in JupyterLab and presses the buttons."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tests.browser.monitor import (
    TELL_LATENCIES,
    WATCH_BUTTONS,
    Monitor,
    training_ended_soon_after_the_buttons,
)
from tests.browser.notebook_page import NotebookPage
from tests.browser.server import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.notebook]

NAME = "01-learning-lenet.ipynb"
WIDGET = "TrainingMonitor(solver"
# A cell that the test adds behind the widget's:
WHILE_IT_TRAINS = "monitor.is_running"


@pytest.fixture
def notebook(page, lab):
    """The notebook, and what the test adds, with everything above the widget run."""
    address, folder = lab
    copy = nbformat.read(ROOT / "notebooks" / NAME, as_version=4)
    widget = next(i for i, cell in enumerate(copy.cells) if WIDGET in cell.source)
    texts = WATCH_BUTTONS, WHILE_IT_TRAINS, TELL_LATENCIES
    copy.cells[widget + 1 : widget + 1] = map(new_code_cell, texts)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
    nbformat.write(copy, folder / NAME)
    notebook = NotebookPage(page, address, NAME)
    notebook.run(0, widget + 1)
    notebook.show(widget)
    return notebook


def test_the_buttons_start_pause_and_stop_the_training(notebook):
    monitor = Monitor(notebook.page, WIDGET)
    start_and_see_it_learn(monitor)
    another_cell_runs_meanwhile(notebook)
    monitor.pause_and_see_it_stand_still()
    monitor.go_on()
    monitor.stop()
    training_ended_soon_after_the_buttons(notebook)
    run_the_rest(notebook, monitor)
    assert notebook.complaints() == []
    assert notebook.page.complaints == []


def start_and_see_it_learn(monitor):
    assert monitor.state == "ready"
    empty = monitor.curves
    monitor.press("start")
    monitor.wait_for(lambda state, iteration: iteration > 5)
    assert monitor.state == "training"
    assert monitor.curves != empty


def another_cell_runs_meanwhile(notebook):
    cell = notebook.find_cell(WHILE_IT_TRAINS)
    (value,) = notebook.run(cell, cell)
    assert value == "True"


def run_the_rest(notebook, monitor):
    widget = notebook.find_cell(WIDGET)
    notebook.run(notebook.find_cell(TELL_LATENCIES) + 1)
    notebook.show(widget)
    monitor.wait_for(lambda state, iteration: (state, iteration) == ("done", 200))
    assert notebook.cells_not_run() == []
