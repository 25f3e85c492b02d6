"""The nets of the zoo are Caffe's, and their comments tell the truth."""

import re
from itertools import pairwise

import numpy as np
import pytest

from brew import zoo
from brew.layer import TEST, TRAIN
from brew.net import Net
from brew.net_filter import filter_net
from brew.proto import caffe_pb2
from brew.proto.text import read_prototxt

NUM_DIGITS = {"mnist10k_train_lmdb": 8004, "mnist10k_test_lmdb": 1996}

# The shapes of all learnable parameters, in the solver's order: weights, biases, …
PARAMS = {
    "lenet/train_test": [
        [(20, 1, 5, 5), (20,)],
        [(50, 20, 5, 5), (50,)],
        [(500, 800), (500,)],
        [(10, 500), (10,)],
    ],
    "logreg/train_test": [[(2, 4), (2,)]],
    "logreg/nonlinear_train_test": [[(40, 4), (40,)], [(2, 40), (2,)]],
    "mnist_autoencoder/train_test": [
        [(num_output, num_input), (num_output,)]
        for num_input, num_output in pairwise(
            (784, 1000, 500, 250, 30, 250, 500, 1000, 784)
        )
    ],
    "cifar10_quick/train_test": [
        [(32, 3, 5, 5), (32,)],
        [(32, 32, 5, 5), (32,)],
        [(64, 32, 5, 5), (64,)],
        [(64, 1024), (64,)],
        [(10, 64), (10,)],
    ],
    "cifar10_full/train_test": [
        [(32, 3, 5, 5), (32,)],
        [(32, 32, 5, 5), (32,)],
        [(64, 32, 5, 5), (64,)],
        [(10, 1024), (10,)],
    ],
}
ITEMS = {
    "lenet": (1, 28, 28),
    "logreg": (4,),
    "mnist_autoencoder": (1, 28, 28),
    "cifar10_quick": (3, 32, 32),
    "cifar10_full": (3, 32, 32),
}
# weight_filler of each layer with parameters; every bias_filler is constant 0
FILLERS = {
    "lenet/train_test": ["xavier"] * 4,
    "logreg/train_test": ["xavier"],
    "logreg/nonlinear_train_test": ["xavier"] * 2,
    "mnist_autoencoder/train_test": ["gaussian 1 sparse 15"] * 8,
    "cifar10_quick/train_test": ["gaussian " + std for std in
                                 ("0.0001", "0.01", "0.01", "0.1", "0.1")],
    "cifar10_full/train_test": ["gaussian " + std for std in
                                ("0.0001", "0.01", "0.01", "0.01")],
}  # fmt: skip
DEPLOYED = ("lenet", "cifar10_quick", "cifar10_full")


def read(name):
    model, _, stem = name.partition("/")
    path = zoo.path(model) / f"{stem}.prototxt"
    return read_prototxt(path, caffe_pb2.NetParameter())


def build(name, phase, stage=()):
    """Build a net with Input layers in place of those that read data."""
    model = name.partition("/")[0]
    param = read(name)
    param.state.phase = phase
    param.state.stage.extend(stage)
    for layer in param.layer:
        if layer.type in ("Data", "HDF5Data"):
            put_input(layer, ITEMS[model])
    return Net(param)


def put_input(layer, item):
    batch = max(layer.data_param.batch_size, layer.hdf5_data_param.batch_size)
    layer.type = "Input"
    layer.ClearField("transform_param")
    for _, shape in zip(layer.top, ((batch, *item), (batch,)), strict=False):
        layer.input_param.shape.add(dim=shape)


def param_shapes(net):
    return [[blob.shape for blob in blobs] for blobs in net.params.values()]


def filler_of(layer):
    if layer.type == "Convolution":
        proto = layer.param.convolution_param
    else:
        proto = layer.param.inner_product_param
    assert proto.bias_filler.type == "constant"
    assert proto.bias_filler.value == 0
    filler = proto.weight_filler
    if filler.type != "gaussian":
        return filler.type
    sparse = f" sparse {filler.sparse}" if filler.sparse >= 0 else ""
    return f"gaussian {filler.std:g}{sparse}"


@pytest.mark.parametrize("name", PARAMS)
def test_a_net_has_caffes_parameters(name):
    assert param_shapes(build(name, TRAIN)) == PARAMS[name]


@pytest.mark.parametrize("name", PARAMS)
def test_a_net_starts_from_caffes_fillers(name):
    net = build(name, TRAIN)
    fillers = [filler_of(layer) for layer in net.layers if layer.blobs]
    assert fillers == FILLERS[name]


@pytest.mark.parametrize("name", PARAMS)
def test_the_shapes_in_the_comments_are_the_shapes_of_the_net(name):
    model, _, stem = name.partition("/")
    text = (zoo.path(model) / f"{stem}.prototxt").read_text()
    comments = re.findall(r'top: "(\w+)" +# \((\w+),(.*?)\)', text)
    net = build(name, TRAIN)
    assert comments
    for blob, _, rest in comments:
        said = tuple(int(size) for size in rest.split(",") if size.strip())
        assert net.blobs[blob].shape[1:] == said, blob


@pytest.mark.parametrize("name", PARAMS)
def test_a_net_can_be_tested_and_trained(name):
    stage = ["test-on-test"] if name.startswith("mnist_autoencoder") else []
    tested = set(build(name, TEST, stage).outputs)
    trained = set(build(name, TRAIN).outputs)
    watched = {"accuracy"} if "label" in build(name, TRAIN).blobs else set()
    assert tested == trained | watched


@pytest.mark.parametrize("model", DEPLOYED)
def test_a_deployed_net_has_the_same_parameters_and_gives_probabilities(model):
    net = Net(zoo.path(model) / "deploy.prototxt", TEST)
    trained = build(f"{model}/train_test", TEST)
    assert net.name == trained.name
    assert [
        (name, [blob.shape for blob in blobs]) for name, blobs in net.params.items()
    ] == [
        (name, [blob.shape for blob in blobs]) for name, blobs in trained.params.items()
    ]
    assert net.outputs == ["prob"]
    assert net.blobs["prob"].shape[1] == 10


@pytest.mark.parametrize("model", DEPLOYED)
def test_a_deployed_net_computes_what_the_trained_one_does(model):
    net = Net(zoo.path(model) / "deploy.prototxt", TEST)
    trained = build(f"{model}/train_test", TEST)
    scores = trained.bottom_names["loss"][0].partition("_")[0]
    for name, blobs in trained.params.items():
        for mine, theirs in zip(net.params[name], blobs, strict=True):
            mine.data[...] = theirs.data
    images = net.layers[0].rng.random((2, *ITEMS[model]), dtype="float32")
    for each in net, trained:
        each.blobs["data"].reshape(2, *ITEMS[model])
        each.blobs["data"].data[...] = images
    trained.blobs["label"].reshape(2)
    trained.forward()
    net.forward()
    powers = np.exp(trained.blobs[scores].data)
    prob = powers / powers.sum(1, keepdims=True)
    assert net.blobs["prob"].data == pytest.approx(prob)
    assert net.blobs[scores].data == pytest.approx(trained.blobs[scores].data)


def test_the_consolidated_lenet_is_lenet():
    path = zoo.path("lenet") / "consolidated_solver.prototxt"
    inline = read_prototxt(path, caffe_pb2.SolverParameter()).net_param
    parted = read("lenet/train_test")
    learning = [layer for layer in parted.layer if layer.type != "Data"]
    assert [layer for layer in inline.layer if layer.type != "Data"] == learning
    assert list(parted.layer[0].include[0].not_stage) == ["warped"]
    parted.layer[0].include[0].ClearField("not_stage")
    assert inline.layer[0] == parted.layer[0]


def test_a_stage_of_lenet_trains_on_warped_digits():
    net = read("lenet/train_test")
    net.state.phase = TRAIN
    sources = []
    for stages in [], ["warped"]:
        net.state.stage[:] = stages
        data, *others = filter_net(net).layer
        sources.append(data.data_param.source)
        assert not any(layer.type == "Data" for layer in others)
    assert sources == ["mnist10k_train_lmdb", "mnist10k_train_warped_lmdb"]


@pytest.mark.parametrize(
    "solver",
    [
        "lenet/solver",
        "lenet/solver_adam",
        "lenet/consolidated_solver",
        "mnist_autoencoder/solver",
        "mnist_autoencoder/solver_nesterov",
    ],
)
def test_a_test_sees_about_all_digits_once(solver):
    model, _, stem = solver.partition("/")
    path = zoo.path(model) / f"{stem}.prototxt"
    param = read_prototxt(path, caffe_pb2.SolverParameter())
    net = (
        param.net_param if param.HasField("net_param") else read(f"{model}/train_test")
    )
    states = param.test_state or [caffe_pb2.NetState()]
    for num_batches, state in zip(param.test_iter, states, strict=True):
        net.state.CopyFrom(state)
        net.state.phase = TEST
        data = filter_net(net).layer[0].data_param
        seen = num_batches * data.batch_size
        assert abs(seen - NUM_DIGITS[data.source]) < data.batch_size
