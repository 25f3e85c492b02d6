"""A race is fair, notes what happens, and tells who has won."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

import brew
from brew.errors import SolverError
from brew.proto import caffe_pb2
from brew.views.showdown import ALONE, Race, _without_flights
from tests.views.racers import racer, racers


def run(race, last_iter):
    for _ in race.until(last_iter):
        pass
    return race


def spy_on(solver, blob):
    """Return a list that gets the data of a blob after each forward pass."""
    seen = []
    solver.net.after_forward(
        lambda i: (
            i == len(solver.net.layers) - 1
            and seen.append(solver.net.blobs[blob].data.copy())
        )
    )
    return seen


def test_solvers_of_any_seed_start_with_the_same_parameters():
    solvers = racers()
    first, second, third = (s.net.params["score"][0].data for s in solvers.values())
    assert not np.array_equal(first, second)
    Race(solvers)
    assert np.array_equal(first, second)
    assert np.array_equal(first, third)


def test_all_see_the_same_batches_and_drop_the_same_units():
    solvers = racers()
    batches = {name: spy_on(solver, "x") for name, solver in solvers.items()}
    kept = {name: spy_on(solver, "y") for name, solver in solvers.items()}
    race = run(Race(solvers), 3)
    first, *others = batches.values()
    assert len(first) == 3
    assert not np.array_equal(first[0], first[1])
    assert all(np.array_equal(first, other) for other in others)
    first, *others = ([y != 0 for y in ys] for ys in kept.values())
    assert all(np.array_equal(first, other) for other in others)
    assert len({h.losses[0] for h in race.histories.values()}) == 1
    assert len({h.losses[2] for h in race.histories.values()}) == 3


def test_all_are_tested_on_the_same_batches():
    race = run(Race(racers(), test_every=2), 4)
    results = [h.test_results["loss"] for h in race.histories.values()]
    assert len({first for first, *_ in results}) == 1
    assert all(h.test_iters == [0, 2, 4] for h in race.histories.values())


def test_inputs_that_were_filled_by_hand_are_shared():
    text = """
        layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 4 } } }
        layer { name: "y" type: "Input" top: "y" input_param { shape { dim: 4 } } }
        layer { name: "b" type: "Bias" bottom: "x" top: "z" bias_param { axis: 0 } }
        layer { name: "l" type: "EuclideanLoss" bottom: "z" bottom: "y" top: "l" }"""
    param = caffe_pb2.SolverParameter(base_lr=0.1, lr_policy="fixed")
    param.net_param.CopyFrom(brew.proto.text.parse_text(text, caffe_pb2.NetParameter()))
    solvers = {name: brew.get_solver(param) for name in ("one", "other")}
    solvers["one"].net.blobs["y"].data[...] = 5
    race = run(Race(solvers), 1)
    assert race.histories["other"].losses == race.histories["one"].losses
    assert race.histories["one"].losses[0] > 1


def test_all_start_at_the_same_place_in_their_data():
    text = """
        layer { name: "x" type: "MemoryData" top: "x" top: "y"
          memory_data_param { batch_size: 1 channels: 1 height: 1 width: 1 } }
        layer { name: "l" type: "EuclideanLoss" bottom: "x" bottom: "y" top: "l" }"""
    param = caffe_pb2.SolverParameter(base_lr=0.1, lr_policy="fixed")
    param.net_param.CopyFrom(brew.proto.text.parse_text(text, caffe_pb2.NetParameter()))
    solvers = {name: brew.get_solver(param) for name in ("one", "other")}
    numbers = np.arange(5, dtype="f4")
    for solver in solvers.values():
        solver.net.set_input_arrays(numbers.reshape(5, 1, 1, 1), 0 * numbers)
    solvers["one"].net.forward()
    batches = {name: spy_on(solver, "x") for name, solver in solvers.items()}
    run(Race(solvers), 2)
    assert [float(x.item()) for x in batches["other"]] == [1, 2]
    assert batches["one"] == batches["other"]


def test_a_race_is_what_each_would_have_done_alone():
    race = run(Race(racers()), 20)
    alone = racers()["SGD"]
    alone.param.test_interval = 0
    alone.step(20)
    W = alone.net.params["score"][0].data
    assert np.array_equal(race.solvers["SGD"].net.params["score"][0].data, W)


def test_they_take_turns():
    race = Race(racers())
    for _ in race.until(50):
        iters = [solver.iter for solver in race.solvers.values()]
        assert max(iters) - min(iters) <= 1
        assert race.iter == min(iters)


def test_one_whose_loss_is_not_finite_drops_out_and_comes_last():
    solvers = {"wild": racer(7, base_lr=1e6), **racers()}
    race = run(Race(solvers), 30)
    assert race.dropped_out("wild")
    assert solvers["wild"].iter < 15
    assert race.iter == 30
    assert race.ranking()[-1] == "wild"
    assert "wild" not in race.results
    assert race.table().rows[-1][3] == "dropped out"
    left = str(race.draw()).split("</text>")
    assert not any("e+" in text for text in left)
    run(race, 35)
    assert solvers["wild"].iter < 15
    assert race.iter == 35


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_the_last(loss):
    race = Race(racers())
    for history, value in zip(race.histories.values(), (loss, 2.0, 1.0), strict=True):
        history.losses = [value]
    assert race.ranking() == ["AdaGrad", "Adam", "SGD"]


def test_if_all_drop_out_the_race_is_over():
    race = run(Race({"a": racer(1, base_lr=1e9), "b": racer(1, base_lr=1e10)}), 90)
    assert 0 < race.iter < 20
    ElementTree.fromstring(str(race.draw(90)))


def test_the_table_names_the_leader_first_and_all_test_results():
    race = Race(racers())
    assert race.table().rows[0] == ["SGD", "0.01", 0, None]
    run(race, 40)
    table = race.table()
    assert table.heads == ["solver", "base_lr", "iteration", "train loss", "test loss"]
    losses = [row[3] for row in table.rows]
    assert losses == sorted(losses)
    assert {row[0]: row[4] for row in table.rows} == {
        name: pytest.approx(results["test loss"])
        for name, results in race.results.items()
    }
    assert all(solver.test()["loss"] > 0 for solver in race.solvers.values())


def test_test_nets_are_called_by_their_stages():
    solvers = {}
    for name in "a", "b":
        param = racer(1, base_lr=0.01).param
        param.test_iter[:] = [1, 1, 1]
        for stages in ["on-train"], [], ["on-test", "hard"]:
            param.test_state.add(stage=stages)
        solvers[name] = param
    race = run(Race(solvers, test_every=1), 2)
    heads = ["on-train loss", "test 1 loss", "on-test hard loss"]
    assert race.table().heads[4:] == heads
    assert ">On-train loss</text>" in str(race.draw())


def test_the_curves_have_a_key_for_each_solver_and_an_axis_that_fits():
    race = Race(racers(), test_every=5)
    ElementTree.fromstring(str(race.draw(20)))
    svg = str(run(race, 20).draw(20))
    ElementTree.fromstring(svg)
    assert svg.count(">Adam</text>") == svg.count(">AdaGrad</text>") == 2
    assert ">Test loss</text>" in svg
    alone = str(Race(racers()).draw(20))
    assert "Test" not in alone


def test_an_accuracy_is_drawn_rather_than_a_loss():
    race = run(Race(racers(), test_every=5), 5)
    for history in race.histories.values():
        history.test_results = {"loss": [1.0, 0.5], "accuracy": [0.1, 0.9]}
    assert ">Test accuracy</text>" in str(race.draw())


def test_solvers_may_come_as_messages():
    param = racer(1, base_lr=0.01).param
    race = run(Race({"a": param, "b": param}), 2)
    assert race.histories["a"].losses == race.histories["b"].losses


def test_tests_of_the_solvers_own_do_not_slow_the_race():
    solvers = racers()
    for solver in solvers.values():
        solver.test_all = None  # which would fail
    run(Race(solvers), 3)


def test_what_cannot_race_is_refused():
    for nobody in {}, [], racer(1, base_lr=0.01):
        with pytest.raises(SolverError, match="a race needs solvers by their names"):
            Race(nobody)
    one = racer(1, base_lr=0.01)
    with pytest.raises(SolverError, match="one solver comes twice"):
        Race({"a": one, "b": one})
    tired = racer(1, base_lr=0.01)
    tired.step(2)
    with pytest.raises(SolverError, match="'b' has trained 2 iterations"):
        Race({"a": racer(1, base_lr=0.01), "b": tired})
    with pytest.raises(SolverError, match="the nets of 'b' and 'a' differ"):
        Race({"a": racer(1, base_lr=1), "b": racer(1, "ReLU", base_lr=1)})


def test_names_may_be_numbers():
    race = run(Race({rate: racer(1, base_lr=rate) for rate in (0.01, 0.001)}), 5)
    assert {row[0] for row in race.table().rows} == {"0.01", "0.001"}
    assert ">0.001</text>" in str(race.draw())


@pytest.mark.parametrize("losses", [[0.0, 2.0, 1.0], [-2.0, -1.0, -3.0]])
def test_losses_that_do_not_begin_above_zero_are_all_drawn(losses):
    race = Race({"a": racer(1, base_lr=0.01)})
    history = race.histories["a"]
    history.iters, history.losses = [1, 2, 3], losses
    (points,) = re.findall(r"<polyline points='([^']*)'", str(race.draw()))
    assert len(points.split()) == 3


def test_losses_far_above_the_first_ones_are_left_out():
    race = Race({"a": racer(1, base_lr=0.01)})
    history = race.histories["a"]
    history.iters, history.losses = [1, 2, 3], [2.0, 2.9, 3.1]
    (points,) = re.findall(r"<polyline points='([^']*)'", str(race.draw()))
    assert len(points.split()) == 2


def test_a_long_race_is_drawn_to_its_last_iteration():
    race = Race(racers())
    for history in race.histories.values():
        history.iters = list(range(1, 4001))
        history.losses = [5000.0 / i for i in history.iters]
    assert len(str(race.draw())) < 20_000
    losses = {name: (h.iters, h.losses) for name, h in race.histories.items()}
    assert all(len(xs) <= ALONE[0] for xs, _ in _without_flights(losses).values())
    ends = str(race.draw()).split("<circle cx='")[1:]
    assert {end.partition("'")[0] for end in ends} == {"620.0"}
