"""Nets and solvers on CuPy do what they do on NumPy, and keep their data there."""

import numpy as np
import pytest

import brew
from brew import zoo
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.proto.upgrade import read_net

pytestmark = pytest.mark.device

NET = """
layer { name: "data" type: "DummyData" top: "data" top: "label"
  dummy_data_param { shape { dim: 8 dim: 5 } shape { dim: 8 }
    data_filler { type: "gaussian" } data_filler { type: "constant" value: 2 } } }
layer { name: "ip1" type: "InnerProduct" bottom: "data" top: "ip1"
  inner_product_param { num_output: 7 weight_filler { type: "xavier" } } }
layer { name: "relu1" type: "ReLU" bottom: "ip1" top: "ip1" }
layer { name: "drop1" type: "Dropout" bottom: "ip1" top: "ip1" }
layer { name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2"
  inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip2" bottom: "label" top: "loss" }
"""
SETTINGS = """
base_lr: 0.1 lr_policy: "step" gamma: 0.5 stepsize: 2 max_iter: 6 random_seed: 3
snapshot_prefix: "net"
"""
SOLVERS = {
    "SGD": "momentum: 0.9 weight_decay: 0.01",
    "Nesterov": "momentum: 0.9 regularization_type: 'L1' weight_decay: 0.01",
    "AdaGrad": "clip_gradients: 0.5",
    "RMSProp": "rms_decay: 0.9 iter_size: 2",
    "AdaDelta": "momentum: 0.9 delta: 1e-3",
    "Adam": "momentum: 0.9",
}
SOLVER = f'{SETTINGS} type: "SGD" {SOLVERS["SGD"]}'


def make(settings=SOLVER, net=NET):
    text = f"{settings} net_param {{ {net} }}"
    return brew.get_solver(parse_text(text, caffe_pb2.SolverParameter()))


def train(num_iters=4, **options):
    """Return the losses and the parameters after some iterations."""
    solver = make(**options)
    losses = list(solver.steps(num_iters))
    return losses, params_of(solver)


def params_of(solver):
    return [blob.data.copy() for blob in solver.net.learnable_params]


def assert_close(got, want, rtol=1e-4):
    assert got[0] == pytest.approx(want[0], rel=rtol)
    for mine, right in zip(got[1], want[1], strict=True):
        np.testing.assert_allclose(mine, right, rtol=rtol, atol=1e-6)


@pytest.mark.parametrize("kind", SOLVERS)
def test_a_solver_trains_to_the_same_parameters(kind):
    settings = f'{SETTINGS} type: "{kind}" {SOLVERS[kind]}'
    on_host = train(settings=settings)
    brew.set_mode_gpu()
    assert_close(train(settings=settings), on_host)


def test_a_net_may_change_sides_between_iterations():
    on_host = train(num_iters=3)
    solver = make()
    losses = []
    for set_mode in brew.set_mode_gpu, brew.set_mode_cpu, brew.set_mode_gpu:
        set_mode()
        losses += solver.steps(1)
    assert_close((losses, params_of(solver)), on_host)


def test_training_goes_on_from_a_snapshot(in_tmp_path, gpu_mode):
    solver = make()
    solver.step(2)
    solver.snapshot()
    solver.step(2)
    again = make()
    again.restore("net_iter_2.solverstate")
    again.step(2)
    for mine, right in zip(params_of(again), params_of(solver), strict=True):
        np.testing.assert_array_equal(mine, right)


def test_callbacks_see_numpy_arrays(gpu_mode):
    solver = make()
    seen = set()

    def look(layer):
        seen.update(type(blob.data) for blob in solver.net.blobs.values())

    solver.net.after_forward(look)
    solver.net.before_backward(look)
    solver.add_callback(lambda: look(0), lambda: look(0))
    solver.step(1)
    assert seen == {np.ndarray}


def test_a_python_layer_sees_numpy_arrays_amid_the_others(gpu_mode):
    half = """
    layer { name: "half" type: "Python" bottom: "ip1" top: "half"
      python_param { module: "tests.test_gpu_training" layer: "Half" } }
    layer { name: "ip2" type: "InnerProduct" bottom: "half" top: "ip2\""""
    net = NET.replace(
        'layer { name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2"', half
    )
    assert net != NET
    on_device = train(net=net)
    brew.set_mode_cpu()
    assert_close(on_device, train(net=net))


class Half(brew.Layer):
    """A layer as pycaffe's users write it."""

    def setup(self, bottom, top):
        """Nothing to set up."""

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].data.shape)

    def forward(self, bottom, top):
        assert isinstance(bottom[0].data, np.ndarray)
        top[0].data[...] = np.asarray(bottom[0].data) / 2

    def backward(self, top, propagate_down, bottom):
        assert isinstance(top[0].diff, np.ndarray)
        bottom[0].diff[...] = np.asarray(top[0].diff) / 2


def test_debug_info_says_the_same(caplog):
    logs = []
    for set_mode in brew.set_mode_cpu, brew.set_mode_gpu:
        set_mode()
        caplog.clear()
        with caplog.at_level("INFO", logger="brew"):
            make(f"{SOLVER} debug_info: true").step(1)
        logs.append([r.msg for r in caplog.records if "ward]" in r.msg])
    assert logs[0] == logs[1] != []


DIGITS = """
layer { name: "digits" type: "Input" top: "data" top: "label"
  input_param { shape { dim: 8 dim: 1 dim: 28 dim: 28 } shape { dim: 8 } } }
"""


def test_lenet_trains_to_the_same_parameters():
    on_host = train_lenet(5)
    brew.set_mode_gpu()
    on_device = train_lenet(5)
    assert on_host[0][4] < on_host[0][0]
    assert_close(on_device, on_host)


def train_lenet(num_iters):
    """Train the LeNet of the zoo on one small batch of noise."""
    net = read_net(zoo.path("lenet") / "train_test.prototxt")
    layers = [layer for layer in net.layer if layer.type != "Data"]
    param = parse_text(SOLVER, caffe_pb2.SolverParameter())
    param.base_lr = 0.01
    param.net_param.MergeFrom(parse_text(DIGITS, caffe_pb2.NetParameter()))
    param.net_param.layer.extend(layers)
    solver = brew.get_solver(param)
    rng = np.random.default_rng(5)
    solver.net.blobs["data"].data[...] = rng.random((8, 1, 28, 28))
    solver.net.blobs["label"].data[...] = rng.integers(0, 10, 8)
    return list(solver.steps(num_iters)), params_of(solver)


@pytest.mark.emulated
def test_an_iteration_moves_its_data_and_a_few_numbers(gpu_mode):
    from tests.cuda_emulation.emulation import copied_bytes

    solver = make()
    solver.step(2)
    copied_bytes.clear()
    solver.step(1)
    data, mask = 8 * 5 * 4, 8 * 7  # the labels are constant
    assert copied_bytes["to_device"] == data + mask
    # the loss and some checks; and the old data, before they are written anew
    assert copied_bytes["to_host"] <= data + 8 * 4
