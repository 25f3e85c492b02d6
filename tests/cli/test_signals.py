"""Ctrl-C and SIGHUP while a net trains on the command line."""

import os
import signal
from contextlib import suppress

import pytest

from brew.cli._signals import Signals
from brew.proto import caffe_pb2
from brew.proto.binary import read_message

from .test_train import change_solver

LONG = 1_000_000
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGHUP")


@pytest.fixture
def training(experiment, brew_process):
    """Start a training that never ends by itself, and wait until it runs."""

    def start(*flags):
        change_solver(experiment, "max_iter: 50", f"max_iter: {LONG}")
        process = brew_process("train", "--solver=solver.prototxt", *flags)
        wait_for(process, "Iteration 30 (")
        return process

    return start


def wait_for(process, text):
    for line in process.stderr:
        if text in line:
            return
    raise AssertionError(f"the log ended without {text!r}")


def restart(brew_process, experiment, iteration, last):
    """Train from the snapshot at `iteration` to `last`; return the model's bytes."""
    change_solver(experiment, f"max_iter: {LONG}", f"max_iter: {last}")
    state = f"repeat_iter_{iteration}.solverstate"
    train(brew_process, f"--snapshot={state}")
    return (experiment / f"repeat_iter_{last}.caffemodel").read_bytes()


def train(brew_process, *flags):
    process = brew_process("train", "--solver=solver.prototxt", *flags)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err


def only_state(folder):
    (path,) = folder.glob("*.solverstate")
    return read_message(path, caffe_pb2.SolverState())


def test_ctrl_c_stops_with_a_snapshot_and_training_goes_on_with_the_same_bits(
    training, experiment, brew_process
):
    process = training()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Optimization stopped early." in err
    assert "Traceback" not in err
    stopped_at = only_state(experiment).iter
    last = stopped_at + 500
    resumed = restart(brew_process, experiment, stopped_at, last)
    (experiment / f"repeat_iter_{last}.caffemodel").unlink()
    train(brew_process)
    assert (experiment / f"repeat_iter_{last}.caffemodel").read_bytes() == resumed


def test_a_hangup_takes_a_snapshot_and_training_goes_on(training, experiment):
    process = training()
    process.send_signal(signal.SIGHUP)
    wait_for(process, "Snapshotting solver state")
    wait_for(process, "Iteration ")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(list(experiment.glob("*.solverstate"))) == 2


def test_the_effects_can_be_exchanged(training, experiment):
    process = training("--sigint_effect=snapshot", "--sighup_effect=stop")
    process.send_signal(signal.SIGINT)
    wait_for(process, "Snapshotting solver state")
    wait_for(process, "Iteration ")
    process.send_signal(signal.SIGHUP)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Optimization stopped early." in err


def test_a_signal_without_effect_is_passed_over(training, experiment):
    process = training("--sighup_effect=none")
    process.send_signal(signal.SIGHUP)
    wait_for(process, "Iteration ")
    wait_for(process, "Iteration ")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(list(experiment.glob("*.solverstate"))) == 1


def test_a_stop_during_a_test_is_not_delayed(training, experiment, brew_process):
    change_solver(experiment, "test_iter: 3", f"test_iter: {LONG}")
    change_solver(experiment, "test_interval: 20", "test_interval: 31")
    change_solver(experiment, "display: 10", "test_initialization: false display: 10")
    process = training()
    wait_for(process, "Testing net (#0)")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Test net output" not in err
    assert only_state(experiment).iter == 31


def test_each_signal_asks_once_and_sighup_first():
    with Signals("stop", "snapshot") as signals:
        assert signals() == "none"
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)
        assert [signals(), signals(), signals()] == ["snapshot", "stop", "none"]


def test_the_handlers_from_before_come_back():
    before = handlers()
    with Signals():
        assert set(handlers()).isdisjoint(before)
    assert handlers() == before
    with suppress(ZeroDivisionError), Signals():
        raise ZeroDivisionError
    assert handlers() == before


def handlers():
    return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP)]
