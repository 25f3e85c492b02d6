"""What a solver does around its updates: order, display, tests, interrupts."""

import os
import signal

import numpy as np
import pytest

import brew
from brew.errors import BrewError, FileError, NetError, SolverError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

NET = """
name: "line"
layer { name: "x" type: "DummyData" top: "x" top: "t"
  dummy_data_param { shape { dim: 4 dim: 3 } shape { dim: 4 dim: 2 }
    data_filler { type: "gaussian" } data_filler { type: "constant" value: 1 } } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "y" bottom: "t" top: "loss" }
"""
BASE = 'base_lr: 0.1 lr_policy: "fixed" max_iter: 6 snapshot_prefix: "line" '


def make(settings="", net=NET, base=BASE):
    text = f"{base} {settings} net_param {{ {net} }}"
    return brew.get_solver(parse_text(text, caffe_pb2.SolverParameter()))


def lines_of(caplog, solver, work=None):
    with caplog.at_level("INFO", logger="brew"):
        (work or solver.solve)()
    return [record.getMessage() for record in caplog.records]


def test_training_lowers_the_loss():
    losses = list(make().steps(200))
    assert losses[-1] < 0.3 * losses[0]


def test_step_counts_iterations():
    solver = make()
    solver.step(3)
    solver.step()
    assert solver.iter == 4


def test_steps_yields_the_smoothed_loss_after_each_iteration():
    plain, smooth = make("random_seed: 3"), make("random_seed: 3 average_loss: 2")
    losses = list(plain.steps(3))
    assert list(smooth.steps(3)) == pytest.approx(
        [losses[0], sum(losses[:2]) / 2, sum(losses[1:]) / 2], rel=0.2
    )
    assert len(smooth._losses) == 2


def test_iter_size_averages_gradients():
    one = make("random_seed: 3 iter_size: 2 weight_decay: 0.1")
    start = one.net.params["ip"][0].data.copy()
    seen = []
    one.net.after_backward(
        lambda i: i == 0 and seen.append(one.net.params["ip"][0].diff.copy())
    )
    one.step(1)
    step = start - one.net.params["ip"][0].data
    assert np.allclose(step, 0.1 * (seen[1] / 2 + 0.1 * start), rtol=1e-5)


def test_gradients_are_clipped_as_a_whole():
    solver = make("clip_gradients: 0.01")
    solver.net.clear_param_diffs()
    for blob in solver.net.learnable_params:
        blob.diff[...] = 1
    solver.apply_update()
    norm = sum((blob.diff**2).sum() for blob in solver.net.learnable_params) ** 0.5
    assert norm == pytest.approx(0.1 * 0.01, rel=1e-5)


def test_apply_update_uses_the_present_gradients():
    solver = make()
    blob = solver.net.params["ip"][0]
    blob.data[...], blob.diff[...] = 0, 1
    solver.apply_update()
    assert np.allclose(blob.data, -0.1)
    assert solver.iter == 1


@pytest.mark.parametrize("large", [1, 10**9], ids=["on all threads", "on one"])
def test_large_parameters_are_updated_in_blocks_as_small_ones(large, monkeypatch):
    monkeypatch.setattr("brew.solver.LARGE", large)
    net = NET.replace("num_output: 2", "num_output: 50000").replace(
        "shape { dim: 4 dim: 2 }", "shape { dim: 4 dim: 50000 }"
    )
    solver = make("momentum: 0.9 weight_decay: 0.1", net)
    w = solver.net.params["ip"][0]
    before = w.data.copy()
    w.diff[...] = gradient = np.arange(150000).reshape(w.shape) / 1e5
    solver.apply_update()
    by_hand = before - 0.1 * (gradient + 0.1 * before)
    assert np.allclose(w.data, by_hand, atol=1e-6)


def test_callbacks_come_before_the_pass_and_before_the_update():
    solver, seen = make(), []
    solver.add_callback(
        lambda: seen.append(
            ("start", solver.iter, float(solver.net.blobs["loss"].data))
        ),
        lambda: seen.append(("ready", solver.iter)),
    )
    solver.step(2)
    assert [entry[:2] for entry in seen] == [
        ("start", 0),
        ("ready", 0),
        ("start", 1),
        ("ready", 1),
    ]
    assert seen[0][2] == 0  # nothing has been computed yet


def test_log_lines_are_caffes(caplog, in_tmp_path):
    solver = make("display: 2 test_iter: 3 test_interval: 4 test_compute_loss: true")
    lines = lines_of(caplog, solver)
    assert lines[:3] == [
        "Solving line",
        "Learning Rate Policy: fixed",
        "Iteration 0, Testing net (#0)",
    ]
    assert lines[3].startswith("Test loss: ")
    assert lines[4].startswith("    Test net output #0: loss = ")
    assert lines[4].endswith(" loss)")
    assert "(* 1 = " in lines[4]
    assert lines[5].startswith("Iteration 0 (")
    assert "iter/s, " in lines[5]
    assert "s/2 iters), loss = " in lines[5]
    assert lines[6].startswith("    Train net output #0: loss = ")
    assert lines[7] == "Iteration 0, lr = 0.1"
    assert "Iteration 4, Testing net (#0)" in lines
    assert "Snapshotting to binary proto file line_iter_6.caffemodel" in lines
    assert lines[-2].startswith("Iteration 6, loss = ")
    assert lines[-1] == "Optimization Done."


def test_the_first_test_can_be_left_out(caplog):
    solver = make("test_iter: 1 test_interval: 3 test_initialization: false")
    lines = lines_of(caplog, solver, lambda: solver.step(4))
    assert [line for line in lines if "Testing" in line] == [
        "Iteration 3, Testing net (#0)"
    ]


def test_test_nets_follow_the_train_net():
    solver = make("test_iter: 2 test_interval: 100")
    solver.step(3)
    assert np.array_equal(
        solver.test_nets[0].params["ip"][0].data, solver.net.params["ip"][0].data
    )
    assert set(solver.test(0)) == {"loss"}


def test_an_action_stops_the_training_and_leaves_a_snapshot(caplog, in_tmp_path):
    solver = make()
    solver.action = lambda: "stop" if solver.iter >= 2 else "none"
    assert lines_of(caplog, solver)[-1] == "Optimization stopped early."
    assert solver.iter == 2
    assert (in_tmp_path / "line_iter_2.solverstate").exists()


def test_an_action_can_ask_for_a_snapshot(in_tmp_path):
    solver = make()
    solver.action = lambda: "snapshot" if solver.iter == 1 else "none"
    solver.step(3)
    assert sorted(path.name for path in in_tmp_path.iterdir()) == [
        "line_iter_1.caffemodel",
        "line_iter_1.solverstate",
    ]


def test_an_interrupt_finishes_the_iteration_first(in_tmp_path):
    solver = make()
    solver.add_callback(
        lambda: solver.iter == 2 and os.kill(os.getpid(), signal.SIGINT), lambda: None
    )
    with pytest.raises(KeyboardInterrupt):
        solver.step(5)
    assert solver.iter == 3
    with pytest.raises(KeyboardInterrupt):
        make_interrupted_solve()
    assert (in_tmp_path / "line_iter_3.caffemodel").exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def make_interrupted_solve():
    solver = make()
    solver.add_callback(
        lambda: solver.iter == 2 and os.kill(os.getpid(), signal.SIGINT), lambda: None
    )
    solver.solve()


def test_param_can_be_changed_while_training():
    solver = make()
    solver.step(1)
    solver.param.base_lr = 0.05
    assert solver.lr == pytest.approx(0.05)


BAD = [
    ("", "", "exactly one train net"),
    ('net: "a" ', NET, "net and net_param is set"),
    ("test_iter: 1", NET, "test_interval > 0"),
    ("test_iter: 1 test_interval: 1 test_state {} test_state {}", NET, "test_state is"),
    (
        'test_net: "a" test_net: "b" test_iter: 1 test_interval: 1',
        NET,
        "test_iter is given 1 times for 2 test nets; give it at least once for each",
    ),
    ("average_loss: 0", NET, "average_loss must be >= 1"),
    ("warmup_iter: -1", NET, "warmup_iter must be >= 0"),
    ("iter_size: 0", NET, "iter_size must be >= 1"),
    ('regularization_type: "L3"', NET, "'L3' is unknown"),
    ('type: "Adom"', NET, "Did you mean 'Adam'"),
    ('type: "AdaGrad" momentum: 0.9', NET, "AdaGrad solver takes no momentum, not"),
    ('type: "RMSProp" momentum: 0.9', NET, "RMSProp solver takes no momentum, not"),
    ('type: "RMSProp" rms_decay: 1', NET, "0 <= rms_decay < 1"),
    ('snapshot: 5 snapshot_prefix: "no/folder/x"', NET, "make it, or change"),
]


@pytest.mark.parametrize(("settings", "net", "message"), BAD)
def test_bad_configuration_is_told(settings, net, message):
    text = f'base_lr: 0.1 lr_policy: "fixed" {settings} '
    text += f"net_param {{ {net} }}" if net else ""
    with pytest.raises(BrewError, match=message) as caught:
        brew.get_solver(parse_text(text, caffe_pb2.SolverParameter()))
    assert isinstance(caught.value, (SolverError, NetError, FileError))


def test_a_missing_policy_is_told_at_the_first_update():
    with pytest.raises(SolverError, match="lr_policy '' is unknown"):
        make(base="base_lr: 1").step(1)


def test_train_and_test_state_choose_layers():
    net = NET + (
        'layer { name: "extra" type: "Silence" bottom: "x" '
        'include { phase: TEST stage: "watch" } }'
    )
    settings = (
        'test_iter: 1 test_iter: 1 test_interval: 9 test_state { stage: "watch" }'
    )
    solver = make(settings + " test_state { }", net)
    assert "extra" not in solver.net.layer_dict
    assert "extra" in solver.test_nets[0].layer_dict
    assert "extra" not in solver.test_nets[1].layer_dict


def test_train_and_test_nets_may_be_different_files(in_tmp_path):
    (in_tmp_path / "train.prototxt").write_text(NET)
    (in_tmp_path / "test.prototxt").write_text(NET.replace('"line"', '"other"'))
    (in_tmp_path / "solver.prototxt").write_text(
        BASE
        + 'train_net: "train.prototxt" test_net: "test.prototxt" '
        + "test_iter: 1 test_interval: 5"
    )
    solver = brew.get_solver("solver.prototxt")
    assert (solver.net.name, solver.test_nets[0].name) == ("line", "other")


def test_weights_are_loaded_into_all_nets(in_tmp_path):
    make("random_seed: 1").net.save("w.caffemodel")
    solver = make(
        'random_seed: 2 weights: "w.caffemodel" test_iter: 1 test_interval: 1'
    )
    stored = make("random_seed: 1").net.params["ip"][0].data
    assert np.array_equal(solver.net.params["ip"][0].data, stored)


def test_a_net_file_is_found_beside_its_solver(in_tmp_path, monkeypatch):
    folder = in_tmp_path / "model"
    folder.mkdir()
    (folder / "net.prototxt").write_text(NET)
    (folder / "solver.prototxt").write_text(BASE + 'net: "net.prototxt"')
    assert brew.get_solver("model/solver.prototxt").net.name == "line"
    assert brew.SGDSolver(folder / "solver.prototxt").net.name == "line"
