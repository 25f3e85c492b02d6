"""The forecast of memory is what a net then takes; multiply-adds as by hand."""

from dataclasses import asdict

import pytest

from brew import zoo
from brew.blob import Blob
from brew.layer import TEST, TRAIN
from brew.net import Net
from brew.net_cost import count_macs, forecast_memory
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.proto.upgrade import read_net
from brew.solvers import SOLVERS, get_solver
from brew.synced_mem import UNINITIALIZED

BRANCHES = """
layer { name: "d" type: "DummyData" top: "x" top: "t"
  dummy_data_param { shape { dim: 3 dim: 4 dim: 6 dim: 6 } shape { dim: 3 dim: 5 } } }
layer { name: "a" type: "Convolution" bottom: "x" top: "a" param { name: "w" }
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 group: 2
  weight_filler { type: "xavier" } } }
layer { name: "b" type: "Convolution" bottom: "x" top: "b" param { name: "w" }
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 group: 2
  weight_filler { type: "xavier" } } }
layer { name: "r" type: "ReLU" bottom: "a" top: "a" }
layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" }
layer { name: "n" type: "LRN" bottom: "sum" top: "n" }
layer { name: "drop" type: "Dropout" bottom: "n" top: "drop"
  include { phase: TRAIN } }
layer { name: "flat" type: "Flatten" bottom: "n" top: "flat" }
layer { name: "p" type: "InnerProduct" bottom: "flat" top: "p"
  inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
layer { name: "l" type: "EuclideanLoss" bottom: "p" bottom: "t" top: "l"
  loss_weight: 0.5 }
layer { name: "lost" type: "Silence" bottom: "drop" include { phase: TRAIN } }
"""
IN_PLACE = """
layer { name: "d" type: "DummyData" top: "x" top: "t"
  dummy_data_param { shape { dim: 3 dim: 4 dim: 6 dim: 5 } shape { dim: 3 dim: 5 } } }
layer { name: "a" type: "Convolution" bottom: "x" top: "a" convolution_param {
  num_output: 4 kernel_size: 1 weight_filler { type: "xavier" } } }
layer { name: "b" type: "BatchNorm" bottom: "a" top: "a" }
layer { name: "c" type: "Scale" bottom: "a" top: "a"
  scale_param { bias_term: true } }
layer { name: "e" type: "PReLU" bottom: "a" top: "a" }
layer { name: "f" type: "MVN" bottom: "a" top: "a" }
layer { name: "g" type: "LayerNorm" bottom: "a" top: "a" }
layer { name: "p" type: "InnerProduct" bottom: "a" top: "p"
  inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
layer { name: "l" type: "EuclideanLoss" bottom: "p" bottom: "t" top: "l" }
"""


def made_up(name, batch=4):
    """Return a net of the zoo that trains on made-up data."""
    param = read_net(zoo.path(name) / "train_test.prototxt")
    for layer in param.layer:
        if layer.type == "Data":
            size = (batch, 3, 32, 32) if "cifar" in name else (batch, 1, 28, 28)
            layer.type = "DummyData"
            for shape in size, (batch,):
                layer.dummy_data_param.shape.add().dim.extend(shape)
    return param


NETS = {
    "lenet": made_up("lenet"),
    "cifar10_quick": made_up("cifar10_quick"),
    "cifar10_full": made_up("cifar10_full"),
    "branches": parse_text(BRANCHES, caffe_pb2.NetParameter()),
    "in place": parse_text(IN_PLACE, caffe_pb2.NetParameter()),
}


def measured(net, history=()):
    """Return how many bytes are allocated: as Memory, by kind."""
    seen = set()

    def count(mems):
        new = {id(m): m for m in mems if m.state != UNINITIALIZED}
        new = {key: mem for key, mem in new.items() if key not in seen}
        seen.update(new)
        return sum(mem._cpu.nbytes for mem in new.values())

    params = [blob for layer in net.layers for blob in layer.blobs]
    kept = [
        blob
        for layer in net.layers
        for value in vars(layer).values()
        for blob in (value if isinstance(value, list) else [value])
        if isinstance(blob, Blob)
    ]
    return {
        "params": count(blob.data_mem for blob in params),
        "param_diffs": count(blob.diff_mem for blob in params),
        "data": count(blob.data_mem for blob in net.blobs.values()),
        "diffs": count(blob.diff_mem for blob in net.blobs.values()),
        "inside": count(m for b in kept for m in (b.data_mem, b.diff_mem)),
        "history": count(blob.data_mem for blob in history),
    }


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("name", NETS)
def test_the_forecast_is_what_training_takes(name, kind):
    num_histories = SOLVERS[kind].num_histories
    net = Net(NETS[name], TRAIN, fill=False)
    forecast = asdict(forecast_memory(net, num_histories))
    param = caffe_pb2.SolverParameter(base_lr=1e-4, lr_policy="fixed", type=kind)
    param.net_param.CopyFrom(NETS[name])
    solver = get_solver(param)
    solver.step(1)
    assert forecast == measured(solver.net, solver.history)
    assert forecast["data"] > 0 < forecast["history"]


@pytest.mark.parametrize("name", NETS)
def test_the_forecast_is_what_a_test_takes(name):
    forecast = asdict(forecast_memory(Net(NETS[name], TEST, fill=False)))
    net = Net(NETS[name], TEST)
    net.forward()
    assert forecast == measured(net)
    assert forecast["param_diffs"] == forecast["history"] == 0


@pytest.mark.parametrize("phase", [TRAIN, TEST])
@pytest.mark.parametrize("name", NETS)
def test_a_net_that_is_not_filled_takes_no_memory(name, phase):
    net = Net(NETS[name], phase, fill=False)
    assert set(measured(net).values()) == {0}
    assert measured(Net(NETS[name], phase))["params"] > 0


def test_its_shapes_are_those_of_the_filled_net():
    empty, full = Net(NETS["lenet"], TRAIN, fill=False), Net(NETS["lenet"], TRAIN)
    assert repr(empty.blobs) == repr(full.blobs)
    assert repr(empty.params) == repr(full.params)


def test_the_forecast_adds_up():
    memory = forecast_memory(Net(NETS["branches"], TRAIN, fill=False), 2)
    assert memory.history == 2 * memory.params
    assert memory.total == sum(asdict(memory).values())


def macs(layer, *shapes):
    tops = "".join(f'top: "x{i}" ' for i in range(len(shapes)))
    bottoms = tops.replace("top", "bottom")
    dims = "".join(f"shape {{ {dims_of(shape)} }} " for shape in shapes)
    text = f"""layer {{ name: "in" type: "Input" {tops} input_param {{ {dims} }} }}
        layer {{ name: "it" {bottoms} top: "y" {layer} }}"""
    param = parse_text(text, caffe_pb2.NetParameter())
    return count_macs(Net(param, TEST, fill=False), 1)


def dims_of(shape):
    return " ".join(f"dim: {size}" for size in shape)


@pytest.mark.parametrize(
    ("layer", "shapes", "by_hand"),
    [
        (
            'type: "Convolution" convolution_param { num_output: 8 kernel_size: 3 '
            "group: 2 stride: 2 }",
            [(5, 6, 9, 11)],
            5 * 8 * 4 * 5 * (6 // 2) * 3 * 3,
        ),
        (
            'type: "Deconvolution" convolution_param { num_output: 8 kernel_size: 3 '
            "group: 2 stride: 2 }",
            [(5, 6, 9, 11)],
            5 * 6 * 9 * 11 * (8 // 2) * 3 * 3,
        ),
        (
            'type: "InnerProduct" inner_product_param { num_output: 7 axis: 2 }',
            [(5, 6, 2, 3)],
            5 * 6 * 7 * 2 * 3,
        ),
        (
            'type: "LSTM" recurrent_param { num_output: 7 }',
            [(5, 3, 4), (5, 3), (3, 6)],
            5 * 3 * 4 * 7 * (4 + 7) + 3 * 4 * 7 * 6,
        ),
        (
            'type: "RNN" recurrent_param { num_output: 7 }',
            [(5, 3, 4), (5, 3)],
            5 * 3 * 7 * (4 + 7 + 7),
        ),
        (
            'type: "MatMul" matmul_param { transpose_a: true }',
            [(2, 3, 5), (2, 3, 4)],
            2 * 5 * 4 * 3,
        ),
        ('type: "MatMul"', [(2, 5, 3), (2, 3, 4)], 2 * 5 * 4 * 3),
        ('type: "ReLU"', [(2, 5)], 0),
        ('type: "PReLU"', [(2, 5)], 0),
    ],
)
def test_multiply_adds_are_those_of_the_matrix_products(layer, shapes, by_hand):
    assert macs(layer, *shapes) == by_hand
