"""The buttons of SolverShowdown, without a browser."""

import asyncio
import time

import pytest

import brew
from brew.errors import SolverError
from brew.solver import Solver
from tests.views.racers import racer, racers
from tests.widgets.scenes import press, status, until

pytest.importorskip("ipywidgets")

from brew.widgets import SolverShowdown


def iters(showdown):
    return [solver.iter for solver in showdown.solvers.values()]


def test_start_races_to_the_end_and_tells_the_results():
    async def scene():
        showdown = SolverShowdown(racers(), 100, test_every=50)
        empty = showdown._picture.value
        assert "test loss" not in showdown._table.value
        press(showdown, "Start")
        await until(lambda: showdown._buttons["Start"].disabled)
        await until(lambda: "done" in status(showdown))
        assert showdown._picture.value != empty
        return showdown

    showdown = asyncio.run(scene())
    assert iters(showdown) == [100, 100, 100]
    assert showdown._bar.value == 100
    assert showdown.race.histories["Adam"].test_iters == [0, 50, 100]
    leader = showdown.race.ranking()[0]
    assert f"{leader} leads with a loss of " in status(showdown)
    assert "test loss" in showdown._table.value
    assert showdown._table.value == showdown.table()._repr_html_()
    assert all(button.disabled for button in showdown._buttons.values())


def test_pause_holds_all_and_start_goes_on():
    async def scene():
        showdown = SolverShowdown(racers(), 10**6)
        press(showdown, "Start")
        await until(lambda: min(iters(showdown)) > 20)
        press(showdown, "Pause")
        await until(showdown._task.done)
        paused = iters(showdown)
        assert max(paused) - min(paused) <= 1
        assert "paused" in status(showdown)
        await asyncio.sleep(0.05)
        assert iters(showdown) == paused
        press(showdown, "Start")
        await until(lambda: min(iters(showdown)) > max(paused))
        press(showdown, "Stop")
        await until(lambda: "stopped" in status(showdown))
        return showdown

    showdown = asyncio.run(scene())
    for name, solver in showdown.solvers.items():
        assert showdown.race.histories[name].iters == list(range(1, solver.iter + 1))


def test_stop_is_for_good_and_within_half_a_second():
    async def scene():
        showdown = SolverShowdown(racers(), 10**6)
        press(showdown, "Start")
        await until(lambda: min(iters(showdown)) > 5)
        asked = time.perf_counter()
        press(showdown, "Stop")
        await until(showdown._task.done)
        took, stopped = time.perf_counter() - asked, iters(showdown)
        press(showdown, "Start")
        await asyncio.sleep(0.05)
        assert iters(showdown) == stopped
        return took

    assert asyncio.run(scene()) < 0.5


def test_run_races_what_is_left_without_a_browser():
    showdown = SolverShowdown(racers(), 30, test_every=10)
    showdown.run()
    assert iters(showdown) == [30, 30, 30]
    assert "done" in status(showdown)
    assert str(showdown.snapshot()) == showdown._picture.value
    assert len(showdown.table().rows) == 3


def test_a_failure_is_shown_and_start_goes_on_where_each_was():
    solvers = racers()
    layer = solvers["Adam"].net.layer_dict["score"]
    forward = layer.forward

    async def scene():
        showdown = SolverShowdown(solvers, 20)
        layer.forward = lambda bottom, top: {}["a key"]
        showdown.start()
        await until(lambda: "failed" in status(showdown))
        assert "KeyError" in showdown._error.value
        layer.forward = forward
        showdown.start()
        await until(lambda: showdown.state == "done")
        return showdown

    showdown = asyncio.run(scene())
    assert iters(showdown) == [20, 20, 20]
    for history in showdown.race.histories.values():
        assert history.iters == list(range(1, 21))


class Halve(brew.Layer):
    """A student's layer."""

    bottoms = tops = 1
    in_place = True

    def top_shapes(self, shape):
        return [shape]

    def forward(self, bottom, top):
        top[0].data[...] = 0.5 * bottom[0].data

    def backward(self, top, propagate_down, bottom):
        bottom[0].diff[...] = 0.5 * top[0].diff


class Signs(Solver):
    """A student's solver."""

    type = "Signs"

    def compute_update(self, g, rate, h):
        g[...] = rate * (g > 0) - rate * (g < 0)


def test_layers_and_solvers_of_a_student_race(monkeypatch):
    monkeypatch.setattr("brew.layer._registry", dict(brew.layer._registry))
    brew.register("Halve")(Halve)
    param = racer(4, "Halve", base_lr=0.01).param
    showdown = SolverShowdown({**racers("Halve"), "mine": Signs(param)}, 40)
    showdown.run()
    losses = showdown.race.histories["mine"].losses
    assert losses[-1] < losses[0]


def test_seven_have_no_room():
    solvers = {str(i): racer(1, base_lr=0.01) for i in range(7)}
    with pytest.raises(SolverError, match="has room for 6 solvers, not 7"):
        SolverShowdown(solvers, 10)
