"""The solvers of the zoo have the settings of Caffe's examples."""

import pytest

from brew import zoo
from brew.proto import caffe_pb2
from brew.proto.text import read_prototxt
from brew.zoo import cards

LENET = {"base_lr": 0.01, "momentum": 0.9, "weight_decay": 0.0005}
INV = {"lr_policy": "inv", "gamma": 0.0001, "power": 0.75}
TENTH = {"lr_policy": "step", "gamma": 0.1, "stepsize": 10000}
FIXED = {"lr_policy": "fixed"}
CIFAR = {"momentum": 0.9, "weight_decay": 0.004} | FIXED
LOGREG = LENET | TENTH | {"stepsize": 5000}
CAFFENET = LENET | TENTH | {"stepsize": 100000}
GOOGLENET = LENET | {"weight_decay": 0.0002, "average_loss": 40}
GOOGLENET |= {"test_initialization": False}

SETTINGS = {
    "alexnet/solver": CAFFENET,
    "caffenet/solver": CAFFENET,
    "googlenet/solver": GOOGLENET | {"lr_policy": "poly", "power": 0.5},
    "googlenet/solver_step": GOOGLENET
    | {"lr_policy": "step", "gamma": 0.96, "stepsize": 320_000},
    "lenet/solver": LENET | INV,
    "lenet/solver_multistep": LENET
    | {"lr_policy": "multistep", "gamma": 0.9}
    | {"stepvalue": [5000, 7000, 8000, 9000, 9500]},
    "lenet/solver_adam": FIXED
    | {"type": "Adam", "base_lr": 0.001, "momentum": 0.9, "momentum2": 0.999},
    "lenet/solver_rmsprop": INV
    | {"type": "RMSProp", "base_lr": 0.01, "momentum": 0.0}
    | {"rms_decay": 0.98, "weight_decay": 0.0005},
    "lenet/solver_adadelta": FIXED
    | {"type": "AdaDelta", "base_lr": 1.0, "momentum": 0.95}
    | {"delta": 1e-6, "weight_decay": 0.0005},
    "lenet/consolidated_solver": LENET | INV | {"random_seed": 1701},
    "logreg/solver": LOGREG,
    "logreg/solver_nonlinear": LOGREG,
    "mnist_autoencoder/solver": LENET | TENTH,
    "mnist_autoencoder/solver_nesterov": LENET
    | TENTH
    | {"type": "Nesterov", "momentum": 0.95},
    "mnist_autoencoder/solver_adagrad": FIXED
    | {"type": "AdaGrad", "base_lr": 0.01, "weight_decay": 0.0005},
    "mnist_autoencoder/solver_adadelta": FIXED
    | {"type": "AdaDelta", "base_lr": 1.0, "momentum": 0.95}
    | {"delta": 1e-8, "weight_decay": 0.0005},
    "cifar10_quick/solver": CIFAR | {"base_lr": 0.001},
    "cifar10_quick/solver_lr1": CIFAR | {"base_lr": 0.0001},
    "cifar10_full/solver": CIFAR | {"base_lr": 0.001},
    "cifar10_full/solver_lr1": CIFAR | {"base_lr": 0.0001},
    "cifar10_full/solver_lr2": CIFAR | {"base_lr": 0.00001},
}
# Solvers that train the nets which come with brew: no example of Caffe's.
OURS = {"fashion/solver", "lenet/solver_best", "styles/solver"}
OURS |= {f"mnist_autoencoder/solver_{name}" for name in ("adam", "adamw", "rmsprop")}
# max_iter, display, test_interval, snapshot
SCHEDULES = {
    "lenet": (10000, 100, 500, 5000),
    "logreg": (10000, 1000, 1000, 10000),
    "mnist_autoencoder": (65000, 100, 500, 10000),
    "alexnet": (450_000, 20, 1000, 10_000),
    "caffenet": (450_000, 20, 1000, 10_000),
    "googlenet/solver": (2_400_000, 40, 4000, 40_000),
    "googlenet/solver_step": (10_000_000, 40, 4000, 40_000),
    "cifar10_quick/solver": (4000, 100, 500, 4000),
    "cifar10_quick/solver_lr1": (5000, 100, 500, 5000),
    "cifar10_full/solver": (60000, 200, 1000, 10000),
    "cifar10_full/solver_lr1": (65000, 200, 1000, 5000),
    "cifar10_full/solver_lr2": (70000, 200, 1000, 5000),
}
# What each file says by itself, beside how the net learns.
HOUSEKEEPING = {
    "net", "net_param", "max_iter", "display", "test_iter", "test_interval",
    "test_state", "test_compute_loss", "snapshot", "snapshot_prefix",
    "snapshot_format",
}  # fmt: skip


def read(name):
    model, _, stem = name.partition("/")
    path = zoo.path(model) / f"{stem}.prototxt"
    return read_prototxt(path, caffe_pb2.SolverParameter())


def test_every_solver_of_the_zoo_is_checked_here():
    files = cards.ROOT.glob("*/*solver*.prototxt")
    assert {f"{file.parent.name}/{file.stem}" for file in files} == set(SETTINGS) | OURS


@pytest.mark.parametrize("name", SETTINGS)
def test_a_solver_learns_with_caffes_settings(name):
    param = read(name)
    for field in HOUSEKEEPING:
        param.ClearField(field)
    assert param == caffe_pb2.SolverParameter(**SETTINGS[name])


@pytest.mark.parametrize("name", SETTINGS)
def test_a_solver_has_caffes_schedule(name):
    param = read(name)
    wanted = SCHEDULES.get(name) or SCHEDULES[name.partition("/")[0]]
    schedule = (param.max_iter, param.display, param.test_interval, param.snapshot)
    assert schedule == wanted


@pytest.mark.parametrize("name", SETTINGS)
def test_a_solver_leaves_the_choice_of_the_device_to_the_user(name):
    assert not read(name).HasField("solver_mode")


@pytest.mark.parametrize("name", SETTINGS)
def test_snapshots_of_a_solver_go_to_the_current_folder(name):
    assert "/" not in read(name).snapshot_prefix


def test_no_two_solvers_overwrite_each_others_snapshots():
    later_stages = ("_lr1", "_lr2")
    names = [name for name in SETTINGS if not name.endswith(later_stages)]
    prefixes = [read(name).snapshot_prefix for name in names]
    assert len(set(prefixes)) == len(names)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_net_of_a_solver_lies_beside_it(name):
    param = read(name)
    beside = zoo.path(name.partition("/")[0]) / param.net
    assert param.HasField("net_param") or beside.is_file()
