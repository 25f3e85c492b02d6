"""The solvers do what a script written for pycaffe expects of them."""

import numpy as np
import pytest

import brew as caffe

NET = """
layer { name: "data" type: "DummyData" top: "x" top: "t"
  dummy_data_param { shape { dim: 4 dim: 3 } shape { dim: 4 dim: 2 }
    data_filler { type: "constant" value: 1 }
    data_filler { type: "constant" value: 2 } } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip"
  inner_product_param { num_output: 2 } }
layer { name: "loss" type: "EuclideanLoss" bottom: "ip" bottom: "t" top: "loss" }
"""
SOLVER = """
net: "{net}" test_iter: 2 test_interval: 10 base_lr: 0.01 lr_policy: "fixed"
max_iter: 20 display: 5 snapshot_prefix: "{prefix}" snapshot_after_train: false
"""
CLASSES = [
    (caffe.SGDSolver, "SGD"),
    (caffe.NesterovSolver, "Nesterov"),
    (caffe.AdaGradSolver, "AdaGrad"),
    (caffe.RMSPropSolver, "RMSProp"),
    (caffe.AdaDeltaSolver, "AdaDelta"),
    (caffe.AdamSolver, "Adam"),
]


@pytest.fixture
def solver_file(write, tmp_path):
    """Return the path of a solver file; more lines may be added."""

    def solver_file(more=""):
        text = SOLVER.format(net=write(NET), prefix=tmp_path / "model")
        return write(text + more, "solver.prototxt")

    return solver_file


@pytest.fixture
def solver(solver_file):
    return caffe.SGDSolver(solver_file())


def test_solver_has_its_nets_and_counts_its_iterations(solver):
    assert solver.iter == 0
    assert isinstance(solver.net, caffe.Net)
    assert [len(net.layers) for net in solver.test_nets] == [3]
    solver.step(3)
    assert solver.iter == 3
    solver.solve()
    assert solver.iter == 20


@pytest.mark.parametrize(("cls", "type_name"), CLASSES)
def test_get_solver_takes_the_type_of_the_file(solver_file, cls, type_name):
    more = {"RMSProp": "rms_decay: 0.9", "AdaDelta": "momentum: 0.9"}.get(type_name, "")
    solver = caffe.get_solver(solver_file(f'type: "{type_name}" delta: 0.1 {more}'))
    assert type(solver) is cls
    solver.step(1)
    assert solver.net.params["ip"][0].data.any()


def test_old_solver_type_is_understood(solver_file):
    assert isinstance(
        caffe.get_solver(solver_file("solver_type: NESTEROV")), caffe.NesterovSolver
    )


def test_the_class_decides_whatever_the_file_says(solver_file):
    path = solver_file('type: "Adam" momentum: 0.5 momentum2: 0.8 delta: 1')
    solver, adam = caffe.SGDSolver(path), caffe.get_solver(path)
    for one in solver, adam:
        one.net.params["ip"][0].diff[...] = 1
        one.apply_update()
    assert np.allclose(solver.net.params["ip"][0].data, -0.01)
    assert not np.allclose(adam.net.params["ip"][0].data, -0.01)


def test_one_update_subtracts_rate_times_diff(solver):
    W = solver.net.layers[1].blobs[0]
    W.diff[...] = 1
    solver.apply_update()
    assert np.allclose(W.data, -0.01)
    assert solver.iter == 1


def test_parameters_of_the_solver_are_read_and_the_rate_is_set(solver):
    assert (solver.param.max_iter, solver.param.display) == (20, 5)
    assert solver.param.layer_wise_reduce is True
    assert solver.lr == pytest.approx(0.01)
    solver.param.base_lr = 0.5
    assert solver.lr == pytest.approx(0.5)
    solver.net.params["ip"][0].diff[...] = 1
    solver.apply_update()
    assert np.allclose(solver.net.params["ip"][0].data, -0.5)


def test_asking_for_the_rate_takes_a_multistep(solver_file):
    solver = caffe.SGDSolver(solver_file("stepvalue: 1 gamma: 0.1"))
    solver.param.lr_policy = "multistep"
    assert solver.lr == pytest.approx(0.01)
    solver.step(1)
    assert solver.lr == pytest.approx(0.001)


def test_snapshot_at_the_start_is_named_by_iteration_0(solver, tmp_path):
    solver.snapshot()
    for ending in "caffemodel", "solverstate":
        assert (tmp_path / f"model_iter_0.{ending}").exists()


def test_training_is_restored(solver, solver_file, tmp_path):
    solver.step(4)
    solver.snapshot()
    solver.step(3)
    state = str(tmp_path / "model_iter_4.solverstate")
    other = caffe.SGDSolver(solver_file())
    other.restore(state)
    assert other.iter == 4
    other.step(3)
    third = caffe.SGDSolver(solver_file())
    third.param.max_iter = 7
    third.solve(state)
    for one in other, third:
        assert np.array_equal(
            one.net.params["ip"][0].data, solver.net.params["ip"][0].data
        )


def test_nets_outlive_their_solver(solver):
    net, test_net = solver.net, solver.test_nets[0]
    arrays = [blob.data for some in net.params.values() for blob in some]
    del solver
    net.forward()
    test_net.forward()
    assert all(np.isfinite(array).all() for array in arrays)


def test_test_net_sees_what_the_train_net_learns(solver):
    solver.step(1)
    assert np.array_equal(
        solver.test_nets[0].params["ip"][0].data, solver.net.params["ip"][0].data
    )


def test_another_net_takes_the_solvers_weights(solver, write):
    net = caffe.Net(write(NET), caffe.TEST)
    solver.share_weights(net)
    solver.step(1)
    assert np.array_equal(net.params["ip"][0].data, solver.net.params["ip"][0].data)


def test_callbacks_are_called_before_the_iteration_and_before_the_update(solver):
    seen = []
    W = solver.net.params["ip"][0]
    solver.add_callback(
        lambda: seen.append(("start", W.diff.any())),
        lambda: seen.append(("ready", W.diff.any(), W.data.any())),
    )
    solver.step(1)
    assert seen == [("start", False), ("ready", True, False)]


def test_mode_of_the_file_is_ignored(solver_file):
    caffe.SGDSolver(solver_file("solver_mode: GPU"))  # would fail without a GPU
    assert caffe.backend.mode() == "cpu"


def test_training_by_hand_equals_step(solver_file):
    one, other = (caffe.SGDSolver(solver_file()) for _ in range(2))
    one.step(5)
    for _ in range(5):
        other.net.clear_param_diffs()
        other.net.forward()
        other.net.backward()
        other.apply_update()
    assert np.array_equal(one.net.params["ip"][0].data, other.net.params["ip"][0].data)
