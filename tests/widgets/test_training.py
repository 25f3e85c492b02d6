"""The buttons of TrainingMonitor, without a browser."""

import asyncio
import gc
import signal
import threading
import time
import weakref

import pytest

import brew
from brew.errors import SolverError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.views.training import TrainingHistory
from tests.widgets.scenes import SOLVER, press, small_solver, status, until

pytest.importorskip("ipywidgets")

from brew.widgets import TrainingMonitor, driver


@pytest.fixture
def solver():
    return small_solver()


def test_start_trains_to_the_end(solver):
    async def scene():
        monitor = TrainingMonitor(solver, 300, test_every=100)
        press(monitor, "Start")
        await until(lambda: monitor._buttons["Start"].disabled)
        await until(lambda: "done" in status(monitor))
        return monitor

    monitor = asyncio.run(scene())
    assert solver.iter == 300
    assert monitor._bar.value == 300
    assert monitor.history.test_iters == [0, 100, 200, 300]
    assert "<svg" in monitor._picture.value
    assert not monitor.is_running
    assert all(button.disabled for button in monitor._buttons.values())


def test_pause_stops_and_start_goes_on(solver):
    async def scene():
        monitor = TrainingMonitor(solver, 10**6)
        press(monitor, "Start")
        await until(lambda: solver.iter > 20)
        press(monitor, "Pause")
        await until(lambda: "paused" in status(monitor))
        paused_at = solver.iter
        await asyncio.sleep(0.05)
        assert solver.iter == paused_at
        press(monitor, "Start")
        await until(lambda: solver.iter > paused_at)
        press(monitor, "Stop")
        await until(lambda: not monitor.is_running)
        return monitor

    monitor = asyncio.run(scene())
    assert monitor.history.iters == list(range(1, solver.iter + 1))


def test_stop_is_for_good_and_within_half_a_second(solver):
    async def scene():
        monitor = TrainingMonitor(solver, 10**6)
        press(monitor, "Start")
        await until(lambda: solver.iter > 5)
        asked = time.perf_counter()
        press(monitor, "Stop")
        await until(monitor._task.done)
        took, stopped_at = time.perf_counter() - asked, solver.iter
        press(monitor, "Start")
        await asyncio.sleep(0.05)
        assert solver.iter == stopped_at
        return took

    assert asyncio.run(scene()) < 0.5


def test_other_tasks_get_their_turn_while_it_trains(solver):
    async def scene():
        monitor = TrainingMonitor(solver, 10**6)
        monitor.start()
        turns = 0
        for _ in range(5):
            await asyncio.sleep(0)
            turns += 1
        await until(lambda: solver.iter > 10)
        monitor.stop()
        return turns

    assert asyncio.run(scene()) == 5


def test_a_long_test_lets_others_have_their_turn(solver):
    solver.param.test_iter[0] = 20
    slow_down(solver.test_nets[0], 0.02)

    async def scene():
        monitor = TrainingMonitor(solver, 10, test_every=5)
        monitor.start()
        await asyncio.sleep(0.05)
        assert monitor.is_running
        monitor.stop()
        await until(monitor._task.done)
        return monitor

    assert asyncio.run(scene()).history.test_iters == []


def slow_down(net, seconds, also=lambda: None):
    forward = net.layers[1].forward

    def slow_forward(bottom, top):
        also()
        time.sleep(seconds)
        forward(bottom, top)

    net.layers[1].forward = slow_forward


def test_start_right_after_pause_trains_once(solver):
    async def scene():
        monitor = TrainingMonitor(solver, 10**6)
        press(monitor, "Start")
        await until(lambda: solver.iter > 5)
        press(monitor, "Pause")
        press(monitor, "Start")
        iteration = solver.iter
        await until(lambda: solver.iter > iteration)  # after the loop has obeyed
        assert len(asyncio.all_tasks()) == 2  # this scene, and one training
        press(monitor, "Stop")
        await until(lambda: len(asyncio.all_tasks()) == 1)
        return monitor

    monitor = asyncio.run(scene())
    assert monitor.history.iters == list(range(1, solver.iter + 1))


def test_what_the_status_tells_is_in_the_picture_already(solver):
    monitor = TrainingMonitor(solver, 50, test_every=10)
    seen = []

    def compare(change):
        is_new = monitor._picture.value == str(monitor.snapshot())
        seen.append(is_new and monitor._bar.value == solver.iter)

    monitor._status.observe(compare, "value")
    monitor.run()
    assert len(seen) > 1
    assert all(seen)


def test_a_test_that_a_pause_cut_is_gone_on_with(solver):
    slow_down(solver.test_nets[0], 0.03)

    async def scene():
        monitor = TrainingMonitor(solver, 4, test_every=2)
        monitor.start()
        await asyncio.sleep(0.01)
        monitor.pause()
        await until(monitor._task.done)
        assert monitor.history.test_iters == []
        monitor.start()
        await until(lambda: monitor.state == "done")
        return monitor

    assert asyncio.run(scene()).history.test_iters == [0, 2, 4]


def test_an_error_while_training_is_shown_and_start_tries_again(solver):
    forward = solver.net.layers[1].forward

    async def scene():
        monitor = TrainingMonitor(solver, 10)
        solver.net.layers[1].forward = lambda bottom, top: {}["<a key>"]
        monitor.start()
        await until(lambda: "failed" in status(monitor))
        assert "KeyError: &#x27;&lt;a key&gt;&#x27;" in monitor._error.value
        solver.net.layers[1].forward = forward
        slow_down(solver.net, 0.02)
        monitor.start()
        await until(lambda: solver.iter > 2)
        assert (monitor.state, monitor._error.value) == ("training", "")
        await until(lambda: monitor.state == "done")
        return monitor

    monitor = asyncio.run(scene())
    assert "done: iteration 10 of 10" in status(monitor)
    assert monitor._error.value == ""


def test_run_trains_without_an_event_loop(solver):
    monitor = TrainingMonitor(solver, 20, test_every=10)
    seen = []
    monitor._status.observe(lambda change: seen.append(change.new), "value")
    monitor.run()
    assert solver.iter == 20
    assert "training" in seen[0]
    assert "done" in seen[-1]
    assert "<svg" in str(monitor.snapshot())


@pytest.mark.parametrize("name", ["Start", "Pause", "Stop"])
def test_run_trains_what_is_left_whatever_was_pressed(solver, name):
    async def scene():
        monitor = TrainingMonitor(solver, 2000)
        press(monitor, "Start")
        await until(lambda: solver.iter > 5)
        press(monitor, name)
        monitor.run()
        assert solver.iter == 2000
        await until(monitor._task.done)
        return monitor

    monitor = asyncio.run(scene())
    assert monitor.history.iters == list(range(1, 2001))
    assert "done" in status(monitor)


def test_buttons_may_be_handled_in_another_thread(solver):
    threads = set()
    slow_down(solver.net, 0.001, also=lambda: threads.add(threading.get_ident()))

    async def scene():
        monitor = TrainingMonitor(solver, 10**6)
        await asyncio.to_thread(press, monitor, "Start")
        await until(lambda: solver.iter > 5)
        await asyncio.to_thread(press, monitor, "Pause")
        await until(lambda: "paused" in status(monitor))
        threading.Thread(target=stop_as_soon_as_it_runs, args=[monitor]).start()
        monitor.run()
        assert "stopped" in status(monitor)
        return monitor

    monitor = asyncio.run(scene())
    assert threads == {threading.get_ident()}
    assert monitor.history.iters == list(range(1, solver.iter + 1))


def stop_as_soon_as_it_runs(monitor):
    while not monitor.is_running:
        time.sleep(0.01)
    press(monitor, "Stop")


def test_start_without_an_event_loop_says_so_and_run_trains(solver):
    monitor = TrainingMonitor(solver, 20)
    with pytest.raises(SolverError, match="event loop nothing can train in between"):
        monitor.start()
    assert monitor.state == "ready"
    monitor.run()
    assert monitor.state == "done"


def test_buttons_work_after_the_event_loop_has_ended(solver):
    async def scene():
        return TrainingMonitor(solver, 20)

    monitor = asyncio.run(scene())
    press(monitor, "Stop")
    assert "stopped" in status(monitor)
    monitor = asyncio.run(scene())

    async def another_scene():
        press(monitor, "Start")
        await until(lambda: monitor.state == "done")

    asyncio.run(another_scene())
    assert solver.iter == 20


def test_a_task_that_is_cancelled_leaves_a_pause(solver):
    async def scene():
        monitor = TrainingMonitor(solver, 10**6)
        press(monitor, "Start")
        await until(lambda: solver.iter > 5)
        monitor._task.cancel()
        await until(lambda: "paused" in status(monitor))
        iteration = solver.iter
        press(monitor, "Start")
        await until(lambda: solver.iter > iteration)
        monitor.stop()
        await until(monitor._task.done)

    asyncio.run(scene())


def test_a_closed_monitor_trains_no_more_and_is_forgotten():
    async def scene():
        solver = small_solver()
        monitor = TrainingMonitor(solver, 10**6)
        monitor.start()
        await until(lambda: solver.iter > 5)
        monitor.close()
        await until(monitor._task.done)
        assert monitor.state == "stopped"
        return weakref.ref(monitor), weakref.ref(solver)

    forgotten = asyncio.run(scene())
    gc.collect()
    assert [reference() for reference in forgotten] == [None, None]


def test_drawing_takes_a_small_share_of_the_time(solver, monkeypatch):
    now = 0.0
    num_pictures = 0

    def clock():
        nonlocal now
        now += 0.001
        return now

    def draw(history, last_iter):
        nonlocal now, num_pictures
        now, num_pictures = now + 0.05, num_pictures + 1
        return ""

    monkeypatch.setattr(driver, "perf_counter", clock)
    monkeypatch.setattr(TrainingHistory, "draw", draw)
    TrainingMonitor(solver, 10_000).run()
    assert num_pictures > 5
    assert 0.05 * num_pictures < 2 * driver.MOST * now


def test_a_picture_that_fails_is_explained_and_training_goes_on(solver, monkeypatch):
    def fails(history, last_iter):
        raise ValueError("no <picture>")

    async def scene():
        monitor = TrainingMonitor(solver, 10)
        monkeypatch.setattr(TrainingHistory, "draw", fails)
        monitor.start()
        await until(lambda: monitor.state == "done")
        return monitor

    monitor = asyncio.run(scene())
    assert "ValueError: no &lt;picture&gt;" in monitor._picture.value
    assert solver.iter == 10


@pytest.mark.parametrize("num_iters", [-1, 2.5, "5", None])
def test_a_number_of_iterations_is_needed(solver, num_iters):
    with pytest.raises(SolverError, match="num_iters is the number of iterations to"):
        TrainingMonitor(solver, num_iters)


def test_run_can_be_interrupted_and_gone_on_with(solver):
    monitor = TrainingMonitor(solver, 100)
    forward = solver.net.layers[1].forward

    def interrupted(bottom, top):
        if solver.iter == 30:
            signal.raise_signal(signal.SIGINT)
            time.sleep(0.05)  # the monitor looks up a few times in a second
        forward(bottom, top)

    solver.net.layers[1].forward = interrupted
    with pytest.raises(KeyboardInterrupt):
        monitor.run()
    assert "paused" in status(monitor)
    assert monitor.history.iters[-1] == solver.iter > 30  # that one was finished
    solver.net.layers[1].forward = forward
    monitor.run()
    assert monitor.history.iters == list(range(1, 101))


def test_what_is_no_solver_does_not_train(solver):
    with pytest.raises(SolverError, match="a solver trains, as brew.get_solver makes"):
        TrainingMonitor(solver.net, 10)


def test_testing_without_a_test_net_is_refused():
    param = parse_text(SOLVER, caffe_pb2.SolverParameter())
    del param.test_iter[:]
    param.ClearField("test_interval")
    with pytest.raises(SolverError, match="has no test net; give test_net"):
        TrainingMonitor(brew.get_solver(param), 10, test_every=5)
