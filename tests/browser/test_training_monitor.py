"""A student opens the first notebook in JupyterLab and presses the buttons."""

import re
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tests.browser.notebook_page import NotebookPage
from tests.browser.server import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.notebook]

NAME = "01-learning-lenet.ipynb"
WIDGET = "TrainingMonitor(solver"
# Cells that the test adds behind the widget's:
WHILE_IT_TRAINS = "monitor.is_running"
WATCH_STOP = """
from time import perf_counter
times = []
monitor._buttons["Stop"].on_click(lambda _: times.append(perf_counter()))
monitor._task.add_done_callback(lambda _: times.append(perf_counter()))
"""
TELL_STOP = "await monitor._task; times[1] - times[0]"


@pytest.fixture
def notebook(page, lab):
    """The notebook, and what the test adds, with everything above the widget run."""
    address, folder = lab
    copy = nbformat.read(ROOT / "notebooks" / NAME, as_version=4)
    widget = next(i for i, cell in enumerate(copy.cells) if WIDGET in cell.source)
    added = [new_code_cell(text) for text in (WHILE_IT_TRAINS, WATCH_STOP, TELL_STOP)]
    copy.cells[widget + 1 : widget + 1] = added
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
    nbformat.write(copy, folder / NAME)
    notebook = NotebookPage(page, address, NAME)
    notebook.run(0, widget)
    notebook.show(widget)
    return notebook


class Monitor:
    """The TrainingMonitor that the notebook shows first."""

    def __init__(self, page):
        self.page = page
        self.output = page.locator(".jp-CodeCell", has_text=WIDGET)

    def press(self, name):
        self.output.locator(f".brew-{name}").click()

    def wait_for(self, condition):
        """Wait until `condition` of state and iteration holds."""
        end = time.monotonic() + 60
        while not condition(self.state, self.iteration):
            assert time.monotonic() < end, self.status()
            self.page.wait_for_timeout(20)

    def status(self):
        """Return state and iteration, as the page shows them."""
        text = self.output.locator(".brew-status").inner_text()
        found = re.search(r"(\w+): iteration (\d+)", text)
        return (found[1], int(found[2])) if found else ("", -1)

    @property
    def state(self):
        return self.status()[0]

    @property
    def iteration(self):
        return self.status()[1]

    @property
    def curves(self):
        return self.output.locator(".brew-curves svg").inner_html()


def test_the_buttons_start_pause_and_stop_the_training(notebook):
    monitor = Monitor(notebook.page)
    start_and_see_it_learn(monitor)
    another_cell_runs_meanwhile(notebook)
    pause_and_see_it_stand_still(monitor)
    start_again_and_stop(notebook, monitor)
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


def pause_and_see_it_stand_still(monitor):
    monitor.press("pause")
    monitor.wait_for(lambda state, iteration: state == "paused")
    paused = monitor.iteration, monitor.curves
    monitor.page.wait_for_timeout(500)
    assert (monitor.iteration, monitor.curves) == paused


def start_again_and_stop(notebook, monitor):
    paused = monitor.iteration
    monitor.press("start")
    monitor.wait_for(lambda state, iteration: iteration > paused)
    cell = notebook.find_cell(TELL_STOP)
    notebook.run(cell - 1, cell - 1)
    monitor.press("stop")
    monitor.wait_for(lambda state, iteration: state == "stopped")
    (seconds,) = notebook.run(cell, cell)
    assert float(seconds) < 0.5


def run_the_rest(notebook, monitor):
    widget = notebook.find_cell(WIDGET)
    notebook.run(notebook.find_cell(TELL_STOP) + 1)
    notebook.show(widget)
    monitor.wait_for(lambda state, iteration: (state, iteration) == ("done", 200))
    assert notebook.cells_not_run() == []
