"""What TrainingMonitor shows, with and without a browser that can show widgets."""

import pytest

from brew.views.training import TrainingHistory
from tests.widgets.scenes import small_solver

pytest.importorskip("ipywidgets")

from brew.widgets import TrainingMonitor


@pytest.fixture
def solver():
    return small_solver()


def test_curves_stand_on_axes_that_do_not_move(solver):
    monitor = TrainingMonitor(solver, 200, test_every=100)
    ticks = [str(monitor.snapshot()).count(">200</text>")]
    monitor.run()
    ticks.append(str(monitor.snapshot()).count(">200</text>"))
    assert ticks == [2, 2]


def test_the_history_draws_losses_and_scores_apart(solver):
    history = TrainingHistory(solver, test_every=2)
    list(history.until(4))
    assert history.iters == [1, 2, 3, 4]
    assert list(history.test_results) == ["loss"]
    history.test_results["accuracy"] = [0.1, 0.5, 0.9]
    svg = str(history.draw())
    assert svg.count("<svg") == 1
    left, right = svg.split(">Test accuracy</text>")
    assert ">test loss</text>" in left
    assert "loss" not in right


def test_a_page_that_cannot_show_it_says_what_to_do(solver):
    text = TrainingMonitor(solver, 3)._repr_mimebundle_()["text/plain"]
    assert text == "<TrainingMonitor: run the cell to use it>"
