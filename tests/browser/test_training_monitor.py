"""A student opens the first notebook in JupyterLab and presses the buttons."""

import json
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
WATCH_BUTTONS = """
from datetime import UTC, datetime

latencies = []

def watch(_):
    sent = get_ipython().kernel.get_parent("shell")["header"]["date"]
    def note(_):
        latencies.append((datetime.now(UTC) - sent).total_seconds())
    monitor._task.add_done_callback(note)

monitor._buttons["Pause"].on_click(watch)
monitor._buttons["Stop"].on_click(watch)
"""
TELL_LATENCIES = "latencies  # in seconds"


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
    start_again_and_stop(monitor)
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


def pause_and_see_it_stand_still(monitor):
    monitor.press("pause")
    monitor.wait_for(lambda state, iteration: state == "paused")
    paused = monitor.iteration, monitor.curves
    monitor.page.wait_for_timeout(500)
    assert (monitor.iteration, monitor.curves) == paused


def start_again_and_stop(monitor):
    paused = monitor.iteration
    monitor.press("start")
    monitor.wait_for(lambda state, iteration: iteration > paused)
    monitor.press("stop")
    monitor.wait_for(lambda state, iteration: state == "stopped")


def training_ended_soon_after_the_buttons(notebook):
    cell = notebook.find_cell(TELL_LATENCIES)
    (seconds,) = notebook.run(cell, cell)
    pause, stop = json.loads(seconds)
    assert min(pause, stop) < 0.5  # both do the same; a busy machine may delay one


def run_the_rest(notebook, monitor):
    widget = notebook.find_cell(WIDGET)
    notebook.run(notebook.find_cell(TELL_LATENCIES) + 1)
    notebook.show(widget)
    monitor.wait_for(lambda state, iteration: (state, iteration) == ("done", 200))
    assert notebook.cells_not_run() == []
