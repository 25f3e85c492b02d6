"""The benchmarks build what they time, and compare like with like."""

import asyncio
import sys
from contextlib import contextmanager

import numpy as np
import pytest

import brew
from benchmarks import contest, convolutions, layers, memory, nets, overhead
from brew import zoo

NUM_ITEMS = dict.fromkeys(("caffenet", "googlenet"), 2)  # large nets


def test_what_is_timed_is_in_the_zoo():
    assert set(nets.TABLE) <= set(zoo.list_models())


@pytest.mark.parametrize("name", nets.TABLE)
def test_a_model_trains_without_its_data(name):
    num_items = NUM_ITEMS.get(name)
    solver = nets.solver_without_data(name, num_items)
    assert not any(layer.type.endswith("Data") for layer in solver.net.layers)
    for inputs in solver.net.inputs:
        assert solver.net.blobs[inputs].shape[0] == (num_items or nets.TABLE[name][0])
    solver.step(1)
    assert np.isfinite(solver.net.run_forward())


@pytest.mark.parametrize("row", layers.TABLE.values(), ids=layers.TABLE)
def test_a_row_is_a_layer_on_an_input(row):
    inputs, layer = layers.net_of(row).layer
    assert tuple(inputs.input_param.shape[0].dim) == row.shape
    assert layer.type == row.type


def test_every_convolution_of_the_nets_is_there_once():
    rows = convolutions.table()
    assert len(set(rows.values())) == len(rows)
    first = rows["CaffeNet conv1"]
    assert first == layers.TABLE["CaffeNet conv1"]
    assert {row.type for row in rows.values()} == {"Convolution"}
    inside = rows["ResNet-50 3a branch2b"]
    assert layers.net_of(inside).layer[1].convolution_param.num_output == 128
    assert inside.shape == (8, 128, 28, 28)
    same = [row for row in layers.TABLE.values() if row.type == "Convolution"]
    assert set(same) <= set(rows.values())


def test_the_least_of_each_net_is_printed(capsys):
    speeds = [("A 1", 0.5, 0.7), ("B 1", 0.9, 0.8), ("A 2", 0.6, 0.4)]
    convolutions.print_least([convolutions.Speed(*speed) for speed in speeds])
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "| A | 2 | 0.50, 0.55 | 0.40, 0.55 |",
        "| B | 1 | 0.90, 0.90 | 0.80, 0.80 |",
    ]


@pytest.mark.parametrize("row", overhead.TABLE.values(), ids=overhead.TABLE)
def test_the_smallest_layers_run(row):
    net = brew.Net(layers.net_of(row), brew.TRAIN)
    for part in layers.parts(net, wants_dx=True):
        part()


def test_a_contest_gives_each_its_turns():
    calls = []

    @contextmanager
    def within():
        calls.append("in")
        yield
        calls.append("out")

    result = contest.contest(
        lambda: calls.append("we"), lambda: calls.append("they"), 2, 0, within
    )
    turns = [name for i, name in enumerate(calls) if calls[i - 1 : i] != [name]]
    assert turns == ["in", "we", "out", "they"] * 2
    assert result.low <= result.ratio <= result.high


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_peak_of_a_training_is_measured_in_a_process_of_its_own():
    pytest.importorskip("torch")
    ((name, ours, theirs),) = memory.run(["logreg"])
    assert name == "logreg"
    assert 10 < ours < theirs < 2000  # the libraries alone


@pytest.mark.parametrize("name", nets.TABLE)
def test_the_twin_in_pytorch_computes_the_same(name):
    pytest.importorskip("torch")
    from benchmarks.twin import Twin

    net = nets.solver_without_data(name, num_items=NUM_ITEMS.get(name)).net
    loss = net.run_forward()
    net.clear_param_diffs()
    net.run_backward()
    twin = Twin(net)
    same, _ = twin.forward(as_brew=True)
    same.backward()
    assert loss == pytest.approx(same.item(), rel=1e-4)
    for blob, tensor in zip(net.learnable_params, twin.params, strict=True):
        # a rounding error may choose another maximum, so single numbers may differ
        error = np.linalg.norm(blob.diff - tensor.grad.numpy())
        assert error < 1e-2 * np.linalg.norm(blob.diff) + 1e-10


def test_a_widget_is_timed_beside_a_plain_loop(monkeypatch, capsys):
    pytest.importorskip("nbclient")
    pytest.importorskip("ipywidgets")
    from benchmarks import widgets

    monkeypatch.setattr(widgets, "SECONDS", 0.02)
    monkeypatch.setattr(widgets, "TURNS", 1)
    monkeypatch.setattr(widgets, "NETS", {"one": widgets.LOGREG})
    asyncio.run(widgets.measure())
    _, _, *rows = capsys.readouterr().out.splitlines()
    cells = [row.replace("%", "").split("|")[1:-1] for row in rows]
    assert {net.strip() for net, *_ in cells} == {"one"}
    assert {"TrainingMonitor", "SolverShowdown"} <= {row[1].strip() for row in cells}
    for *_, bare, watched, more in cells:
        assert min(float(bare), float(watched)) > 0
        assert float(more) > -100
