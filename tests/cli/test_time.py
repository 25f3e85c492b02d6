"""``python -m brew time``: how long each layer takes."""

import re

import pytest

from brew.cli.time import LayerTimer
from brew.net import Net

from .test_train import messages

MS = r"([\d.e-]+) ms\."


def test_the_report_has_caffes_lines(brew, experiment):
    code, out, err = brew("time", "--model=net.prototxt", "--iterations=3")
    assert (code, out) == (0, "")
    patterns = [
        r"Use CPU\.",
        "Performing Forward",
        r"Initial loss: [\d.]+",
        "Performing Backward",
        r"\*\*\* Benchmark begins \*\*\*",
        r"Testing for 3 iterations\.",
        *[rf"Iteration: {i} forward-backward time: {MS}" for i in (1, 2, 3)],
        "Average time per layer: ",
        *[
            rf"{name:>10}\t{way}: {MS}"
            for name in ("data", "drop", "ip", "loss")
            for way in ("forward", "backward")
        ],
        rf"Average Forward pass: {MS}",
        rf"Average Backward pass: {MS}",
        rf"Average Forward-Backward: {MS}",
        rf"Total Time: {MS}",
        r"\*\*\* Benchmark ends \*\*\*",
    ]
    lines = messages(err)
    assert len(lines) == len(patterns)
    for line, pattern in zip(lines, patterns, strict=True):
        assert re.fullmatch(pattern, line), (line, pattern)


def test_the_layers_add_up_to_the_passes(brew, experiment):
    _, _, err = brew("time", "--model=net.prototxt", "--iterations=4")
    times = dict(re.findall(rf"\] *([^\n\]]+?): {MS}", err))
    layers = [ms for line, ms in times.items() if "\tforward" in line]
    forward, total = times["Average Forward pass"], times["Total Time"]
    both = times["Average Forward-Backward"]
    assert sum(map(float, layers)) == pytest.approx(float(forward), rel=1e-3)
    assert float(total) == pytest.approx(4 * float(both), rel=1e-3)
    assert float(both) >= float(forward) + float(times["Average Backward pass"])


def test_every_layer_is_timed_in_both_directions(experiment):
    net, order = Net("net.prototxt", 0), []
    net.before_forward(order.append)
    net.before_backward(order.append)
    timer = LayerTimer(net)
    timer.run()
    assert order == [0, 1, 2, 3, 3, 2, 1, 0]
    assert len(timer.forward) == len(timer.backward) == len(net.layers)
    assert min(timer.forward + timer.backward) > 0


@pytest.mark.parametrize(
    ("flags", "has_dropout"),
    [([], True), (["--phase=TRAIN"], True), (["--phase=TEST"], False)],
)
def test_the_phase_chooses_the_layers(brew, experiment, flags, has_dropout):
    _, _, err = brew("time", "--model=net.prototxt", "--iterations=1", *flags)
    assert ("      drop\tforward" in err) == has_dropout


def test_weights_are_passed_over(brew, experiment):
    argv = "--model=net.prototxt", "--iterations=1", "--weights=none"
    assert brew("time", *argv)[0] == 0


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        ([], 2, "time: needs --model=FILE"),
        (["--model=nett.prototxt"], 1, "nett.prototxt: no such file"),
        (["--model=net.prototxt", "--phase=BOTH"], 2, "invalid choice: 'BOTH'"),
        (["--model=net.prototxt", "--iterations=-3"], 2, "must be at least 1, not -3"),
    ],
)
def test_a_bad_argument_is_answered_in_one_line(brew, experiment, argv, code, message):
    got, out, err = brew("time", *argv)
    assert (got, out) == (code, "")
    assert message in err.partition("brew: error:")[2]
