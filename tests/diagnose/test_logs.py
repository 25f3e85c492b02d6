"""Logs that Caffe and brew write are read, and judged by their curves."""

import logging
import math

import numpy as np
import pytest

from brew import diagnose
from brew.cli import main
from brew.diagnose.log_record import read_log
from brew.errors import FileError, ProtoError
from brew.log import GlogFormatter, logger
from tests.diagnose.helpers import LOGREG, MLP, SCALE, digits, make_solver

HEAD = "I1122 09:30:00.123456  4242 solver.cpp:"


def line(text):
    return f"{HEAD}228] {text}\n"


def log_of(losses, every=20, rate=0.01, tests=(), name="loss"):
    """Return a log as Caffe writes it."""
    text = line("Solving LeNet")
    for i, loss in enumerate(losses):
        if i < len(tests):
            text += line(f"Iteration {i * every}, Testing net (#0)")
            text += line("    Test net output #0: accuracy = 0.5")
            text += line(f"    Test net output #1: loss = {tests[i]} (* 1 = 0 loss)")
        text += line(f"Iteration {i * every} (5 iter/s, 4s/20 iters), loss = {loss}")
        text += line(f"    Train net output #0: {name} = {loss} (* 1 = {loss} loss)")
        text += line(f"Iteration {i * every}, lr = {rate}")
    return text


@pytest.fixture
def examine(tmp_path):
    """Return a function that writes a log and examines it."""

    def run(text):
        path = tmp_path / "train.log"
        path.write_text(text)
        return diagnose.examine(path)

    return run


FALLING = [2.4 * math.exp(-i / 8) + 0.1 for i in range(30)]


def test_a_healthy_log(examine):
    tests = [x + 0.05 for x in FALLING]
    diagnosis = examine(log_of(FALLING, tests=tests))
    assert diagnosis == []
    assert repr(diagnosis) == "Nothing found: all looked healthy up to iteration 580."


@pytest.mark.parametrize("value", ["nan", "-nan", "inf"])
def test_nan_in_a_log(examine, value):
    diagnosis = examine(log_of([2.3, 5.1, 40.0] + [value] * 5))
    assert diagnosis.names == ["learning rate too high", "loss is not finite"]
    assert "from iteration 60 on; before, it was 40" in diagnosis[1].evidence


def test_87_in_a_log(examine):
    diagnosis = examine(log_of([2.31] + [87.3365] * 12))
    assert diagnosis.names == ["learning rate too high", "loss 87.3365"]
    started = examine(log_of([87.3365] * 12))
    assert started.names == ["loss 87.3365"]


def test_a_plateau_in_a_log(examine):
    near = [math.log(10) + 0.004 * (-1) ** i for i in range(20)]
    assert examine(log_of(near)).names == ["plateau at ln K"]
    assert examine(log_of(near, every=5)) == []  # too early to say
    assert examine(log_of([*near, *FALLING])) == []


LN_10 = math.log(10)


@pytest.mark.parametrize(
    "losses",
    [
        [LN_10] * 5 + [1.5] * 5 + [LN_10] * 30,
        [1.01 * LN_10 - 0.001 * i for i in range(40)],
    ],
)
def test_a_loss_that_was_lower_or_falls_slowly_is_no_plateau(examine, losses):
    assert "plateau at ln K" not in examine(log_of(losses)).names


def test_a_rate_too_low_in_a_log(examine):
    slow = [3.1 - 0.001 * i for i in range(30)]
    assert examine(log_of(slow, rate=1e-8)).names == ["learning rate too low"]
    assert examine(log_of(FALLING, rate=1e-8)) == []


def test_overfitting_in_a_log(examine):
    rising = [2.4, 1.2, 0.8, 0.7, *[0.8 + 0.05 * i for i in range(26)]]
    diagnosis = examine(log_of(FALLING, tests=rising))
    assert diagnosis.names == ["overfitting"]
    assert "the best test was 0.7 at iteration 60" in diagnosis[0].evidence


def test_a_test_loss_that_rises_again_is_overfitting(examine):
    tests = [0.4 + 0.02 * abs(i - 10) for i in range(30)]
    losses = [max(0.3, 1.2 - 0.1 * i) for i in range(30)]
    assert examine(log_of(losses, tests=tests)).names == ["overfitting"]
    assert examine(log_of(losses, tests=tests[:14])).names == []


def test_a_resumed_training_does_not_start(examine):
    slow = [3.1 - 0.001 * i for i in range(30)]
    text = line("Resuming from lenet_iter_500.solverstate") + log_of(slow, rate=1e-8)
    assert examine(text) == []


def test_old_logs_without_speed_and_outputs(examine):
    lines = [line(f"Iteration {i * 20}, loss = {x}") for i, x in enumerate(FALLING)]
    assert examine("".join(lines)) == []
    assert examine("".join(lines) + line("Iteration 600, loss = nan")) != []


@pytest.fixture
def log_file(tmp_path):
    """Let brew's log lines go to a file."""
    path = tmp_path / "brew.log"
    handler = logging.FileHandler(path)
    handler.setFormatter(GlogFormatter())
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield path
    logger.removeHandler(handler)
    logger.setLevel(level)
    handler.close()


def test_brews_own_log_tells_what_the_doctor_saw(log_file):
    x, y = digits()
    test = x[:128] * SCALE, y[:128]
    solver = make_solver(LOGREG, x * SCALE, y, test=test, display=10)
    doctor = diagnose.watch(solver)
    solver.step(100)
    read, seen = read_log(log_file), doctor.record
    assert read.starts
    np.testing.assert_allclose(read.losses["loss"], seen.losses["loss"][::10], 1e-4)
    np.testing.assert_allclose(read.tests["loss"], seen.tests["loss"], 1e-4)
    assert len(read.tests["loss"]) == 3
    np.testing.assert_allclose(read.rates[-1], seen.rates[-1])
    assert diagnose.examine(log_file) == []


def test_a_sick_run_of_brew_is_recognised_from_its_log(log_file):
    x, y = digits()
    make_solver(MLP, x, y, display=10).step(200)
    assert "plateau at ln K" in diagnose.examine(str(log_file)).names


def test_outputs_that_are_no_loss_and_other_test_nets_are_told_apart(tmp_path):
    path = tmp_path / "train.log"
    text = log_of(FALLING, tests=FALLING)
    text += line("    Train net output #1: accuracy = 0.99")
    text += line("Iteration 600, Testing net (#1)")
    text += line("    Test net output #1: loss = 9.9 (* 1 = 9.9 loss)")
    path.write_text(text)
    record = read_log(path)
    assert list(record.losses) == ["loss"]
    assert [value for _, value in record.tests["loss"]] == FALLING


def test_what_is_no_log_is_an_error(tmp_path):
    path = tmp_path / "poem.txt"
    path.write_text("Shall I compare thee\n")
    with pytest.raises(ProtoError, match="no line such as 'Iteration 100, loss"):
        diagnose.examine(path)
    with pytest.raises(FileError):
        diagnose.examine(tmp_path / "missing.log")


def test_the_command_line(tmp_path, capsys):
    path = tmp_path / "train.log"
    path.write_text(log_of([2.31] + [87.3365] * 12))
    assert main(["diagnose", str(path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("1. learning rate too high\n  seen: ")
    assert "2. loss 87.3365" in said
    assert main(["diagnose", str(tmp_path / "missing.log")]) == 1
    assert "missing.log" in capsys.readouterr().err
    assert main(["diagnose"]) == 2
