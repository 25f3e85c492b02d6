"""The buttons of TrainingMonitor, without a browser."""

import asyncio
import time

import pytest

import brew
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.views.training import TrainingHistory

pytest.importorskip("ipywidgets")

from brew.widgets import TrainingMonitor

SOLVER = """
base_lr: 0.1 lr_policy: "fixed" test_iter: 2 test_interval: 1000
test_initialization: false random_seed: 1
net_param {
  layer { name: "x" type: "DummyData" top: "x" top: "t"
    dummy_data_param { shape { dim: 4 dim: 3 } shape { dim: 4 dim: 2 }
      data_filler { type: "gaussian" } data_filler { type: "constant" value: 1 } } }
  layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y"
    inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
  layer { name: "loss" type: "EuclideanLoss" bottom: "y" bottom: "t" top: "loss" }
}
"""


@pytest.fixture
def solver():
    return brew.get_solver(parse_text(SOLVER, caffe_pb2.SolverParameter()))


def status(monitor):
    return monitor._status.value


def press(monitor, name):
    monitor._buttons[name].click()


async def until(condition):
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never happened")


def test_start_trains_to_the_end(solver):
    async def scene():
        monitor = TrainingMonitor(solver, 300, test_every=100)
        press(monitor, "Start")
        assert monitor._buttons["Start"].disabled
        await until(lambda: "done" in status(monitor))
        return monitor

    monitor = asyncio.run(scene())
    assert solver.iter == 300
    assert monitor._bar.value == 300
    assert monitor.history.test_iters == [100, 200, 300]
    assert "<svg" in monitor._picture.value
    assert not monitor.is_running


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
        await until(lambda: not monitor.is_running and monitor._task.done())
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


def test_an_error_while_training_is_shown(solver):
    async def scene():
        monitor = TrainingMonitor(solver, 10)
        solver.net.layers[1].forward = lambda bottom, top: 1 / 0
        task = monitor.start()
        with pytest.raises(ZeroDivisionError):
            await task
        return monitor

    assert "failed: division by zero" in status(asyncio.run(scene()))


def test_run_trains_without_an_event_loop(solver):
    monitor = TrainingMonitor(solver, 20, test_every=10)
    monitor.run()
    assert solver.iter == 20
    assert "done" in status(monitor)
    assert "<svg" in str(monitor.snapshot())


def test_the_history_draws_losses_and_scores_apart(solver):
    history = TrainingHistory(solver, test_every=2)
    losses = list(history.steps(4))
    assert history.losses == losses
    assert list(history.test_results) == ["loss"]
    assert str(history.draw()).count("<svg") == 1
