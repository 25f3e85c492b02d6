"""Caffe's log parsers read our logs: its patterns and columns find their numbers."""

import re
from datetime import datetime, timedelta

import pytest

# How Caffe's parse_log.py finds things in a line, and its shell script columns.
ITERATION = re.compile(r"Iteration (\d+)")
TRAIN_OUTPUT = re.compile(r"Train net output #(\d+): (\S+) = ([\.\deE+-]+)")
TEST_OUTPUT = re.compile(r"Test net output #(\d+): (\S+) = ([\.\deE+-]+)")
RATE = re.compile(r"lr = ([-+]?[0-9]*\.?[0-9]+([eE]?[-+]?[0-9]+)?)")
PREFIX = re.compile(
    r"^I(\d{4}) (\d\d:\d\d:\d\d\.\d{6}) +(\d+) ([\w.]+):(\d+)\] (.*)$", re.MULTILINE
)


@pytest.fixture
def log(brew, experiment):
    """Return the log of a short training."""
    started = datetime.now()
    code, _, err = brew("train", "--solver=solver.prototxt")
    assert code == 0
    return started, err


def test_every_line_has_the_prefix_of_glog(log):
    started, text = log
    matches = list(PREFIX.finditer(text))
    assert len(matches) == len(text.splitlines())
    for match in matches:
        text = f"{started.year}{match[1]}{match[2]}"
        moment = datetime.strptime(text, "%Y%m%d%H:%M:%S.%f")
        assert timedelta(0) <= moment - started < timedelta(minutes=1)


def test_the_tables_of_parse_log_come_out(log):
    train, test = parse(log[1])
    assert [row["NumIters"] for row in train] == [0, 10, 20, 30, 40]
    assert [row["NumIters"] for row in test] == [0, 20, 40]
    for row in train:
        rate = 0.01 * (1 + 0.01 * row["NumIters"]) ** -0.5
        assert row["LearningRate"] == pytest.approx(rate, rel=1e-5)
    for row in train + test:
        assert row["loss"] > 0
        assert 0 <= row["Seconds"] < 60


def test_the_time_starts_at_the_line_with_solving(log):
    lines = [line for line in log[1].splitlines() if "Solving" in line]
    assert len(lines) == 1


def test_the_shell_scripts_find_their_columns(log):
    lines = [line.split() for line in log[1].splitlines()]
    test = [words[10] for words in lines if "Test net output #0:" in " ".join(words)]
    rate = [words[8] for words in lines if ", lr = " in " ".join(words)]
    assert len(test) == 3
    assert len(rate) == 5
    assert all(float(word) > 0 for word in test + rate)


def parse(text):
    """Make the train and the test table as Caffe's tool does: a dict a row."""
    lines = text.splitlines()
    start = moment(next(line for line in lines if "Solving" in line))
    train, test, iteration, rate = [], [], -1, float("nan")
    for line in lines:
        if found := ITERATION.search(line):
            iteration = int(found[1])
        if iteration == -1:
            continue
        if found := RATE.search(line):
            rate = float(found[1])
        common = {
            "NumIters": iteration,
            "Seconds": (moment(line) - start).total_seconds(),
            "LearningRate": rate,
        }
        for pattern, table in (TRAIN_OUTPUT, train), (TEST_OUTPUT, test):
            if found := pattern.search(line):
                table.append(common | {found[2]: float(found[3])})
    # the rate follows the outputs it belongs to, so each row has the previous one's
    for row, later in zip(train, [*train[1:], common], strict=True):
        row["LearningRate"] = later["LearningRate"]
    return train, test


def moment(line):
    clock = "".join(line.split()[:2])[1:]
    return datetime.strptime(f"2000{clock}", "%Y%m%d%H:%M:%S.%f")
