"""Stop, store, restore: training goes on with the same bits."""

import os

import numpy as np
import pytest

import brew
from brew.errors import FileError, ProtoError, SolverError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.solvers import SOLVERS

NET = """
layer { name: "x" type: "DummyData" top: "x" top: "t"
  dummy_data_param { shape { dim: 4 dim: 3 } shape { dim: 4 dim: 2 }
    data_filler { type: "gaussian" } data_filler { type: "uniform" } } }
layer { name: "drop" type: "Dropout" bottom: "x" top: "d" }
layer { name: "ip" type: "InnerProduct" bottom: "d" top: "y"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "y" bottom: "t" top: "loss" }
"""
FORMATS = ["BINARYPROTO", "HDF5"]


def make(kind="SGD", form="BINARYPROTO", seed=1):
    momentum = 0 if kind in ("AdaGrad", "RMSProp") else 0.9
    text = f"""type: "{kind}" base_lr: 0.1 lr_policy: "multistep" gamma: 0.5
        stepvalue: 2 stepvalue: 5 warmup_iter: 6 max_iter: 8
        momentum: {momentum} weight_decay: 0.01
        snapshot_prefix: "run" snapshot_format: {form} random_seed: {seed}
        test_iter: 1 test_interval: 3 net_param {{ {NET} }}"""
    return brew.get_solver(parse_text(text, caffe_pb2.SolverParameter()))


def values(solver):
    return [
        blob.data.copy() for blob in [*solver.net.learnable_params, *solver.history]
    ]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", SOLVERS)
def test_a_restored_solver_goes_on_with_the_same_bits(kind, form, in_tmp_path):
    if form == "HDF5":
        pytest.importorskip("h5py")
    through = make(kind, form)
    through.step(8)
    stopped = make(kind, form)
    stopped.step(4)
    model, state = stopped.snapshot()
    assert model.startswith("run_iter_4.caffemodel")
    resumed = make(kind, form, seed=2)
    resumed.restore(state)
    assert resumed.iter == 4
    resumed.step(4)
    for mine, theirs in zip(values(resumed), values(through), strict=True):
        assert np.array_equal(mine, theirs)
    assert np.array_equal(
        resumed.test_nets[0].blobs["d"].data, through.test_nets[0].blobs["d"].data
    )


def test_solve_resumes_from_a_file(in_tmp_path):
    make().solve()
    first = make()
    first.step(5)
    _, state = first.snapshot()
    again = make(seed=3)
    again.solve(state)
    assert again.iter == 8
    done = brew.Net(again.net.param, weights="run_iter_8.caffemodel")
    assert np.array_equal(done.params["ip"][0].data, again.net.params["ip"][0].data)


def test_the_model_is_also_found_beside_the_state(in_tmp_path, monkeypatch):
    solver = make()
    solver.snapshot()
    (in_tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(in_tmp_path / "elsewhere")
    again = make(seed=2)
    again.restore("../run_iter_0.solverstate")
    assert np.array_equal(
        again.net.params["ip"][0].data, solver.net.params["ip"][0].data
    )


def test_a_state_without_layer_states_can_be_restored(in_tmp_path):
    _, path = make().snapshot()
    state = caffe_pb2.SolverState.FromString((in_tmp_path / path).read_bytes())
    assert state.brew_layer_state
    state.ClearField("brew_layer_state")
    with open(path, "wb") as file:
        file.write(state.SerializeToString())
    make().restore(path)


def test_a_state_of_another_solver_is_refused(in_tmp_path):
    _, state = make("Adam").snapshot()
    with pytest.raises(
        SolverError, match="holds 4 history blobs, but the SGD .* needs 2"
    ):
        make("SGD").restore(state)


def test_a_history_of_another_shape_is_refused(in_tmp_path):
    _, path = make().snapshot()
    state = caffe_pb2.SolverState.FromString((in_tmp_path / path).read_bytes())
    state.history[0].shape.dim[:] = [3, 2]
    with open(path, "wb") as file:
        file.write(state.SerializeToString())
    with pytest.raises(
        SolverError, match=r"shape \(3, 2\), but the net needs \(2, 3\)"
    ):
        make().restore(path)


@pytest.mark.parametrize("form", FORMATS)
def test_a_missing_or_damaged_state_is_told(form, in_tmp_path):
    if form == "HDF5":
        pytest.importorskip("h5py")
    solver = make(form=form)
    model, state = solver.snapshot()
    content = (in_tmp_path / state).read_bytes()
    with open(state, "wb") as file:
        file.write(content[: len(content) // 2])
    with pytest.raises((FileError, ProtoError), match="run_iter_0.solverstate"):
        solver.restore(state)
    (in_tmp_path / model).unlink()
    with open(state, "wb") as file:
        file.write(content)
    with pytest.raises(FileError, match="run_iter_0.caffemodel"):
        solver.restore(state)
    with pytest.raises(FileError, match="no such file"):
        solver.restore("nothing.solverstate" + (".h5" if form == "HDF5" else ""))


def test_a_history_of_2014_has_four_axes(in_tmp_path):
    solver = make()
    solver.step(2)
    _, path = solver.snapshot()
    state = caffe_pb2.SolverState.FromString((in_tmp_path / path).read_bytes())
    for blob in state.history:
        num_axes = len(blob.shape.dim)
        dims = [1] * (4 - num_axes) + list(blob.shape.dim)
        blob.ClearField("shape")
        blob.num, blob.channels, blob.height, blob.width = dims
    (in_tmp_path / path).write_bytes(state.SerializeToString())
    again = make(seed=2)
    again.restore(path)
    for mine, theirs in zip(values(again), values(solver), strict=True):
        assert np.array_equal(mine, theirs)


def test_a_snapshot_without_a_name_is_refused():
    solver = make()
    solver.param.ClearField("snapshot_prefix")
    with pytest.raises(SolverError, match="set snapshot_prefix"):
        solver.snapshot()


def test_a_failed_snapshot_keeps_the_last_good_one(in_tmp_path, monkeypatch):
    solver = make()
    model, state = solver.snapshot()
    before = [(in_tmp_path / name).read_bytes() for name in (model, state)]

    def full_disk(*args):
        raise OSError(28, "No space left on device")

    solver.net.params["ip"][0].data[...] = 5
    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(FileError, match="No space left on device"):
        solver.snapshot()
    assert [(in_tmp_path / name).read_bytes() for name in (model, state)] == before
    assert sorted(path.name for path in in_tmp_path.iterdir()) == sorted([model, state])


def test_a_snapshot_that_names_no_model_is_passed_over(in_tmp_path, caplog):
    solver = make()
    _, state = solver.snapshot()
    (in_tmp_path / state).write_bytes(caffe_pb2.SolverState(iter=3).SerializeToString())
    with caplog.at_level("WARNING", logger="brew"):
        assert solver.newest_snapshot() is None
    assert "run_iter_0.solverstate: names no model" in caplog.text


@pytest.mark.parametrize("form", FORMATS)
def test_the_newest_whole_snapshot_is_found(form, in_tmp_path, caplog):
    if form == "HDF5":
        pytest.importorskip("h5py")
    solver = make(form=form)
    assert solver.newest_snapshot() is None
    paths = []
    for _ in range(5):
        solver.step(2)
        paths.append(solver.snapshot())
    assert solver.newest_snapshot() == paths[4][1]
    (in_tmp_path / paths[4][0]).unlink()
    half = (in_tmp_path / paths[3][0]).read_bytes()[:-50]
    (in_tmp_path / paths[3][0]).write_bytes(half)
    half = (in_tmp_path / paths[2][1]).read_bytes()[:-50]
    (in_tmp_path / paths[2][1]).write_bytes(half)
    (in_tmp_path / "run_iter_x.solverstate").touch()
    (in_tmp_path / "other_iter_99.solverstate").touch()
    assert solver.newest_snapshot() == paths[1][1]
    said = [record.getMessage() for record in caplog.records]
    assert [line.split(":")[0] for line in said if line.startswith("Passing")] == [
        f"Passing over the snapshot {state}" for _, state in paths[4:1:-1]
    ]


def test_ten_comes_after_nine(in_tmp_path):
    solver = make()
    for solver.iter in (9, 10, 8):
        solver.snapshot()
    assert solver.newest_snapshot() == "run_iter_10.solverstate"


def test_a_name_with_signs_of_a_pattern_is_found(in_tmp_path):
    solver = make()
    solver.param.snapshot_prefix = "run[1]*"
    _, state = solver.snapshot()
    assert solver.newest_snapshot() == state


def test_the_start_removes_what_killed_trainings_left(in_tmp_path, caplog):
    stale = in_tmp_path / ".run_iter_4.caffemodel.k1ll3d.tmp"
    others = in_tmp_path / ".other_iter_4.caffemodel.k1ll3d.tmp"
    stale.touch(), others.touch()
    param = make().param
    param.snapshot = 2
    with caplog.at_level("INFO", logger="brew"):
        brew.get_solver(param)
    assert not stale.exists()
    assert others.exists()
    assert "Removed .run_iter_4.caffemodel.k1ll3d.tmp" in caplog.text


def test_a_new_model_never_stands_beside_an_old_state(in_tmp_path, monkeypatch):
    solver = make()
    _, state = solver.snapshot()
    seen = []
    replace = os.replace

    def watched(source, target):
        seen.append((str(target), os.path.exists(state)))
        replace(source, target)

    monkeypatch.setattr("os.replace", watched)
    model, _ = solver.snapshot()
    assert seen == [(model, False), (state, False)]
