"""Somebody chooses layers in FineTuner, and lets both nets train in JupyterLab."""

import pytest

from tests.browser.monitor import (
    TELL_LATENCIES,
    WATCH_BUTTONS,
    Monitor,
    training_ended_soon_after_the_buttons,
)
from tests.browser.notebook_page import open_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.notebook]

NAME = "fine-tuner.ipynb"
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

    def menu(self, number):
        return self.output.locator(f".brew-choice-{number} select")


@pytest.fixture
def notebook(page, lab):
    """A notebook with the widget, run."""
    texts = MAKE, WATCH_BUTTONS, TELL_LATENCIES
    notebook = open_notebook(page, lab, NAME, texts)
    notebook.run(0, 0)
    return notebook


def test_layers_are_chosen_and_both_nets_train(notebook):
    tuner = Tuner(notebook.page, WIDGET)
    choose_and_see_the_picture_change(tuner)
    notebook.run(1, 1)
    see_both_learn(tuner)
    tuner.pause_and_see_it_stand_still()
    notebook.run(1, 1)  # watches the next buttons, too
    tuner.go_on()
    stop_and_choose_again(tuner)
    training_ended_soon_after_the_buttons(notebook)
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


def stop_and_choose_again(tuner):
    tuner.stop()
    tuner.press("again")
    tuner.wait_for(lambda state, iteration: (state, iteration) == ("ready", 0))
    assert tuner.menu(1).is_enabled()
    assert tuner.output.locator(".brew-table tbody tr").count() == 2
