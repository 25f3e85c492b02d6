"""Choices for each layer, and two trainings side by side."""

import time

import numpy as np
import pytest

import brew
from brew.errors import FileError, NetError, SolverError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.views.fine_tuning import SCRATCH, TUNED, FineTuning

SOLVER = """
base_lr: 0.05 lr_policy: "fixed" momentum: 0.9 test_iter: 2 test_interval: 1
test_initialization: true random_seed: 1
net_param {
  layer { name: "x" type: "DummyData" top: "x" top: "t"
    dummy_data_param { shape { dim: 4 dim: 3 } shape { dim: 4 dim: 2 }
      data_filler { type: "gaussian" } data_filler { type: "constant" value: 1 } } }
  layer { name: "one" type: "InnerProduct" bottom: "x" top: "h"
    param { lr_mult: 3 }
    inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
  layer { name: "relu" type: "ReLU" bottom: "h" top: "h" }
  layer { name: "two" type: "InnerProduct" bottom: "h" top: "g"
    inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
  layer { name: "last" type: "InnerProduct" bottom: "g" top: "y"
    inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
  layer { name: "loss" type: "EuclideanLoss" bottom: "y" bottom: "t" top: "loss" }
}
"""


def solver_param():
    return parse_text(SOLVER, caffe_pb2.SolverParameter())


@pytest.fixture(scope="module")
def donor():
    """A net that is trained, with another last layer."""
    param = solver_param()
    param.net_param.layer[4].inner_product_param.num_output = 7
    param.net_param.layer[0].dummy_data_param.shape[1].dim[1] = 7
    param.random_seed = 2
    param.test_interval = 1000
    solver = brew.get_solver(param)
    solver.step(5)
    return solver.net


@pytest.fixture
def tuning(donor):
    return FineTuning(solver_param(), donor, test_every=2)


def finish(tuning, last_iter=4):
    for _ in tuning.until(last_iter):
        pass
    return tuning


def values(net, name):
    return [blob.data.copy() for blob in net.params[name]]


def test_what_fits_is_copied_and_frozen_at_first_and_the_rest_is_new(tuning):
    choices = {name: layer.choice for name, layer in tuning.layers.items()}
    assert choices == {"one": "freeze", "two": "freeze", "last": "new"}
    assert tuning.layers["last"].choices == ["new"]
    assert tuning.layers["last"].problem == "the shapes differ"
    assert tuning.layers["one"].shapes == [(5, 3), (5,)]


def test_frozen_layers_keep_the_values_of_the_trained_net(tuning, donor):
    finish(tuning)
    net = tuning.solvers[TUNED].net
    for name in "one", "two":
        for mine, theirs in zip(values(net, name), values(donor, name), strict=True):
            assert np.array_equal(mine, theirs)
    assert tuning.report.count("copied") == 4
    assert "last" not in str(tuning.report)


def test_the_net_from_scratch_copies_nothing(tuning, donor):
    steps = tuning.until(4)
    next(steps)
    fresh = tuning.solvers[SCRATCH].net
    expected = brew.get_solver(solver_param()).net
    for name in fresh.params:
        for mine, theirs in zip(
            values(fresh, name), values(expected, name), strict=True
        ):
            assert np.array_equal(mine, theirs)


def test_a_new_layer_is_the_same_in_both(tuning):
    next(tuning.until(4))
    one, other = (values(s.net, "last") for s in tuning.solvers.values())
    assert np.array_equal(one[0], other[0])


def test_both_learn_from_the_same_batches(tuning):
    finish(tuning, 2)
    one, other = (s.net.blobs["x"].data for s in tuning.solvers.values())
    assert np.array_equal(one, other)


@pytest.mark.parametrize(
    ("choice", "rates"), [("freeze", [0, 0]), ("tenth", [0.3, 0.1]), ("learn", [3, 1])]
)
def test_a_choice_multiplies_the_rates_of_the_layer(tuning, choice, rates):
    tuning.choose("one", choice)
    next(tuning.until(1))
    solver = tuning.solvers[TUNED]
    assert np.allclose(solver.net.params_lr_mult[:2], rates)
    assert tuning.solvers[SCRATCH].net.params_lr_mult[:2] == [3, 1]


def test_a_layer_may_start_anew_though_it_would_fit(tuning, donor):
    tuning.choose("one", "new")
    next(tuning.until(1))
    (one, _), (trained, _) = (
        values(net, "one") for net in (tuning.solvers[TUNED].net, donor)
    )
    assert not np.array_equal(one, trained)
    assert tuning.report.count("copied") == 2


def test_choosing_from_a_layer_upwards_freezes_those_below(tuning):
    tuning.choose("one", "learn")
    tuning.choose_from("two", "tenth")
    choices = [layer.choice for layer in tuning.layers.values()]
    assert choices == ["freeze", "tenth", "new"]


@pytest.mark.parametrize(
    ("name", "choice", "message"),
    [
        ("ona", "learn", r"no layer 'ona' has parameters. Did you mean 'one'\?"),
        ("one", "melt", r"cannot be 'melt': choose \(freeze, tenth, learn, new\)"),
        ("last", "freeze", r"'last' cannot be 'freeze': the shapes differ \(new\)"),
    ],
)
def test_choices_that_cannot_be_are_refused(tuning, name, choice, message):
    with pytest.raises(SolverError, match=message):
        tuning.choose(name, choice)


def test_choosing_from_a_layer_that_is_not_there_is_refused(tuning):
    with pytest.raises(SolverError, match="no layer 'onw'"):
        tuning.choose_from("onw", "learn")


def test_it_is_too_late_to_choose_while_it_trains(tuning):
    finish(tuning, 1)
    with pytest.raises(SolverError, match=r"forget\(\) lets you choose again"):
        tuning.choose("one", "learn")
    tuning.forget()
    tuning.choose("one", "learn")


def test_both_train_in_turns(tuning):
    seen = []
    for _ in tuning.until(4):
        seen.append([solver.iter for solver in tuning.solvers.values()])
    assert seen[-1] == [4, 4]
    assert all(abs(one - other) <= 1 for one, other in seen)
    assert [h.test_iters for h in tuning.histories.values()] == [[0, 2, 4]] * 2


def test_training_can_be_gone_on_with(tuning):
    finish(tuning, 2)
    finish(tuning, 5)
    assert tuning.iter == 5
    assert tuning.histories[TUNED].iters == [1, 2, 3, 4, 5]


def test_the_own_tests_of_the_solvers_are_switched_off(tuning):
    next(tuning.until(1))
    assert [s.param.test_interval for s in tuning.solvers.values()] == [0, 0]


def test_the_table_tells_what_was_copied_and_what_came_of_it(tuning):
    table = finish(tuning).table()
    assert table.heads[3:] == [
        "numbers learned",
        "iteration",
        "train loss",
        "test loss",
        "ms per iteration",
    ]
    tuned, scratch = table.rows
    assert tuned[:5] == [TUNED, 2, 2, 10, 4]
    assert scratch[:5] == [SCRATCH, 0, 0, 54, 4]
    history = tuning.histories[TUNED]
    assert tuned[5:7] == [history.losses[-1], history.test_results["loss"][-1]]


def test_earlier_trainings_stay_in_the_table(tuning):
    finish(tuning).forget()
    assert [row[0] for row in tuning.table().rows] == [TUNED, SCRATCH]
    tuning.choose("two", "learn")
    finish(tuning)
    assert [row[2] for row in tuning.table().rows] == [2, 0, 1, 0]
    tuning.forget()
    tuning.forget()
    assert len(tuning.table().rows) == 4


def test_nothing_to_tell_is_an_empty_table(tuning):
    assert tuning.table().rows == []


def test_the_picture_has_a_box_for_each_layer_and_both_curves(tuning):
    empty = str(tuning.draw(4))
    assert "one: copy, and freeze" in empty
    assert "last: start anew" in empty
    picture = str(finish(tuning).draw(4))
    assert picture.count("<polyline") > empty.count("<polyline")
    assert "Train loss" in picture
    assert "Test loss" in picture


def test_solvers_may_be_prepared(donor):
    seen = []
    tuning = FineTuning(solver_param(), donor, prepare=seen.append)
    next(tuning.until(1))
    assert seen == list(tuning.solvers.values())


def test_solvers_that_cannot_be_prepared_are_closed(donor):
    seen, closed = [], []

    def prepare(solver):
        solver.close = lambda: closed.append(solver)
        seen.append(solver)
        if len(seen) == 2:
            raise ValueError("no images")

    tuning = FineTuning(solver_param(), donor, prepare=prepare)
    with pytest.raises(ValueError, match="no images"):
        next(tuning.until(1))
    assert len(closed) == 2
    assert set(closed) == set(seen)
    assert tuning.solvers == {}


def test_the_time_of_an_iteration_is_told_without_that_of_tests(donor):
    def prepare(solver):
        net, forward = solver.test_nets[0], solver.test_nets[0].run_forward
        net.run_forward = lambda: (time.sleep(0.03), forward())[1]

    tuning = finish(FineTuning(solver_param(), donor, test_every=1, prepare=prepare))
    tests = 5 * 2 * 30  # milliseconds at least
    assert all(0 < 4 * row[-1] < tests for row in tuning.table().rows)


def test_nets_in_files_will_do(tmp_path, donor):
    param = solver_param()
    (tmp_path / "net.prototxt").write_text(str(param.net_param))
    param.ClearField("net_param")
    param.net = "net.prototxt"
    (tmp_path / "solver.prototxt").write_text(str(param))
    donor.save(tmp_path / "donor.caffemodel")
    weights = tmp_path / "donor.caffemodel"
    tuning = finish(FineTuning(tmp_path / "solver.prototxt", weights, test_every=2))
    same = finish(FineTuning(solver_param(), donor, test_every=2))
    assert tuning.histories[TUNED].losses == same.histories[TUNED].losses


def test_train_and_test_nets_of_their_own_will_do(tmp_path, donor):
    param = solver_param()
    (tmp_path / "test.prototxt").write_text(str(param.net_param))
    param.train_net_param.CopyFrom(param.net_param)
    param.ClearField("net_param")
    param.test_net.append(str(tmp_path / "test.prototxt"))
    tuning = finish(FineTuning(param, donor, test_every=2))
    assert tuning.histories[TUNED].test_iters == [0, 2, 4]
    assert tuning.table().rows[0][2] == 2


def test_without_a_seed_both_have_the_same(donor):
    param = solver_param()
    param.ClearField("random_seed")
    tuning = FineTuning(param, donor)
    next(tuning.until(1))
    one, other = (values(s.net, "last") for s in tuning.solvers.values())
    assert np.array_equal(one[0], other[0])


def test_testing_without_a_test_net_is_refused(donor):
    param = solver_param()
    del param.test_iter[:]
    param.ClearField("test_interval")
    with pytest.raises(SolverError, match="has no test_iter; give test_net"):
        FineTuning(param, donor, test_every=5)


def test_weights_that_are_not_there_are_an_error(tmp_path):
    with pytest.raises(FileError, match="no.caffemodel"):
        FineTuning(solver_param(), tmp_path / "no.caffemodel")


def test_layers_that_share_are_chosen_alike_or_refused():
    param = solver_param()
    for number in 1, 3:
        layer = param.net_param.layer[number]
        layer.inner_product_param.num_output = 3
        del layer.param[:]
        layer.param.add(name="W", lr_mult=1)
    tuning = FineTuning(param, brew.get_solver(param).net)
    tuning.choose("two", "learn")
    with pytest.raises(NetError, match="set it once, or equally"):
        next(tuning.until(1))
