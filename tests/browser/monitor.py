"""A widget that trains, as a page shows it, and what a test does with its buttons."""

import json
import re
import time

# Cells of the notebook; its widget is called `monitor`.
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


class Monitor:
    """The widget below a cell.

    Parameters
    ----------
    page : playwright.sync_api.Page
    text : str
        Stands in the cell, and in no other.
    """

    def __init__(self, page, text):
        self.page = page
        self.output = page.locator(".jp-CodeCell", has_text=text)

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

    def look(self):
        """Return what must stand still in a pause."""
        return self.iteration, self.curves

    def pause_and_see_it_stand_still(self):
        self.press("pause")
        self.wait_for(lambda state, iteration: state == "paused")
        paused = self.look()
        self.page.wait_for_timeout(500)
        assert self.look() == paused

    def go_on(self):
        before = self.iteration
        self.press("start")
        self.wait_for(lambda state, iteration: iteration > before)

    def stop(self):
        self.press("stop")
        self.wait_for(lambda state, iteration: state == "stopped")


def training_ended_soon_after_the_buttons(notebook):
    """Run the cell that tells latencies, and look at them."""
    cell = notebook.find_cell(TELL_LATENCIES)
    (seconds,) = notebook.run(cell, cell)
    assert min(json.loads(seconds)) < 0.5  # a busy machine may delay one
