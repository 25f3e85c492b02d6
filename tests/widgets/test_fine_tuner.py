"""The controls of FineTuner, without a browser."""

import asyncio
import threading
import time

import pytest

import brew
from brew.errors import SolverError
from tests.views.test_fine_tuning import solver_param
from tests.widgets.scenes import press, status, until

pytest.importorskip("ipywidgets")

from brew.widgets import FineTuner


@pytest.fixture(scope="module")
def donor():
    param = solver_param()
    param.test_interval = 1000
    solver = brew.get_solver(param)
    solver.step(5)
    return solver.net


def tuner(donor, num_iters, **options):
    param = solver_param()
    param.net_param.layer[4].name = "mine"
    return FineTuner(param, donor, num_iters, **options)


def choices(widget):
    return [menu.value for menu in widget._menus.values()]


def test_there_is_a_menu_for_each_layer_with_parameters(donor):
    widget = tuner(donor, 10)
    assert list(widget._menus) == ["one", "two", "mine"]
    assert choices(widget) == ["freeze", "freeze", "new"]
    assert [menu.disabled for menu in widget._menus.values()] == [False, False, True]
    words = str([row.children[-1].value for row in widget.children[1].children])
    assert "no such layer" in words
    assert widget._again.disabled


def test_names_are_shown_as_they_are(donor):
    param = solver_param()
    param.net_param.layer[1].name = "<one>"
    widget = FineTuner(param, donor, 10)
    assert "&lt;one&gt;" in widget.children[1].children[0].children[0].value
    assert "<one>" not in str(widget.children[1].children[0].children)


def test_a_menu_chooses_and_the_picture_shows_it(donor):
    widget = tuner(donor, 10)
    before = widget._picture.value
    widget._menus["two"].set_state({"index": 1})  # what the browser sends
    assert widget.tuning.layers["two"].choice == "tenth"
    assert "two: copy, learn at a tenth" in widget._picture.value != before


def test_what_is_chosen_in_code_shows_in_the_menus(donor):
    widget = tuner(donor, 10)
    widget.tuning.choose_from("two", "learn")
    widget.run()
    assert choices(widget) == ["freeze", "learn", "new"]


def test_start_trains_both_to_the_end_and_the_table_appears(donor):
    async def scene():
        widget = tuner(donor, 60, test_every=30)
        assert widget._table.value == ""
        press(widget, "Start")
        await until(lambda: widget.state == "done")
        return widget

    widget = asyncio.run(scene())
    assert [solver.iter for solver in widget.tuning.solvers.values()] == [60, 60]
    assert widget._bar.value == 60
    assert "fine-tuned" in widget._table.value
    assert "loss fine-tuned" in status(widget)
    assert "done: iteration 60 of 60" in status(widget)
    assert all(menu.disabled for menu in widget._menus.values())
    assert not widget._again.disabled


def test_pause_stops_both_and_start_goes_on(donor):
    async def scene():
        widget = tuner(donor, 10**6)
        press(widget, "Start")
        await until(lambda: widget.tuning.iter > 5)
        assert widget._again.disabled
        assert all(menu.disabled for menu in widget._menus.values())
        press(widget, "Pause")
        await until(lambda: "paused" in status(widget))
        paused_at = widget.tuning.iter
        await asyncio.sleep(0.05)
        assert widget.tuning.iter == paused_at
        press(widget, "Start")
        await until(lambda: widget.tuning.iter > paused_at)
        press(widget, "Stop")
        await until(widget._task.done)
        return widget

    widget = asyncio.run(scene())
    for history in widget.tuning.histories.values():
        assert history.iters == list(range(1, len(history.iters) + 1))


def test_stop_is_within_half_a_second_and_again_opens_the_choices(donor):
    async def scene():
        widget = tuner(donor, 10**6)
        press(widget, "Start")
        await until(lambda: widget.tuning.iter > 5)
        asked = time.perf_counter()
        press(widget, "Stop")
        await until(widget._task.done)
        took = time.perf_counter() - asked
        widget._again.click()
        await until(lambda: widget.state == "ready")
        assert not widget._menus["one"].disabled
        assert widget.tuning.iter == widget._bar.value == 0
        return widget, took

    widget, took = asyncio.run(scene())
    assert took < 0.5
    assert len(widget.table().rows) == 2


def test_after_again_the_other_choice_is_trained_and_both_stay_in_the_table(donor):
    async def scene():
        widget = tuner(donor, 5)
        widget.run()
        widget._again.click()
        await until(lambda: widget.state == "ready")
        widget._menus["one"].value = "new"
        press(widget, "Start")
        await until(lambda: widget.state == "done")
        return widget

    table = asyncio.run(scene()).table()
    assert [row[1] for row in table.rows] == [2, 0, 1, 0]


def test_menus_and_again_may_be_handled_in_another_thread(donor):
    threads = set()

    async def scene():
        widget = tuner(donor, 10**6)
        draw = widget.snapshot
        widget.snapshot = lambda: threads.add(threading.get_ident()) or draw()
        menu = widget._menus["one"]
        for choice in "learn", "new", "tenth":
            await asyncio.to_thread(setattr, menu, "value", choice)
        await until(lambda: widget.tuning.layers["one"].choice == "tenth")
        press(widget, "Start")
        await until(lambda: widget.tuning.iter > 5)
        await asyncio.to_thread(press, widget, "Stop")
        await asyncio.to_thread(widget._again.click)
        await until(lambda: widget.state == "ready")
        assert menu.value == "tenth"

    asyncio.run(scene())
    assert threads == {threading.get_ident()}


def test_a_menu_that_is_too_late_goes_back(donor):
    widget = tuner(donor, 3)
    widget.run()
    widget._menus["one"].set_state({"index": 1})
    assert widget.tuning.layers["one"].choice == "freeze"
    assert choices(widget) == ["freeze", "freeze", "new"]


def test_again_while_it_trains_does_nothing(donor):
    async def scene():
        widget = tuner(donor, 10**6)
        press(widget, "Start")
        await until(lambda: widget.tuning.iter > 5)
        widget.again()
        assert widget.is_running
        assert widget.tuning.iter > 5
        press(widget, "Stop")
        await until(widget._task.done)

    asyncio.run(scene())


def test_an_error_is_shown_and_start_tries_again(donor):
    fails = [True]

    def prepare(solver):
        if fails.pop():
            raise SolverError("no <cream>")
        fails.extend([False, False])

    async def scene():
        widget = tuner(donor, 5, prepare=prepare)
        press(widget, "Start")
        await until(lambda: widget.state == "failed")
        assert "no &lt;cream&gt;" in widget._error.value
        fails[:] = [False, False]
        press(widget, "Start")
        await until(lambda: widget.state == "done")
        return widget

    widget = asyncio.run(scene())
    assert widget.tuning.iter == 5
    assert widget._error.value == ""


def test_run_trains_without_an_event_loop_and_the_snapshot_shows_it(donor):
    widget = tuner(donor, 20, test_every=10)
    empty = str(widget.snapshot())
    widget.run()
    assert widget.tuning.iter == 20
    assert str(widget.snapshot()) != empty
    assert widget._picture.value == str(widget.snapshot())


class Twice(brew.Layer):
    """Double."""

    def top_shapes(self, shape):
        return [shape]

    def forward(self, bottom, top):
        top[0].data[...] = 2 * bottom[0].data

    def backward(self, top, propagate_down, bottom):
        bottom[0].diff[...] = 2 * top[0].diff


def test_layers_of_ones_own_will_do(donor, monkeypatch):
    monkeypatch.setattr("brew.layer._registry", dict(brew.layer._registry))
    brew.register("Twice")(Twice)
    param = solver_param()
    param.net_param.layer[2].type = "Twice"
    param.net_param.layer[2].top[0] = "twice"
    param.net_param.layer[3].bottom[0] = "twice"
    widget = FineTuner(param, donor, 5)
    widget.run()
    assert widget.state == "done"
