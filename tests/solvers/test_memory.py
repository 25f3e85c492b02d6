"""A long training takes no more memory than a short one."""

import gc
import tracemalloc

import pytest

from brew import backend, get_solver
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

NET = """
layer { name: "x" type: "DummyData" top: "x" top: "t" dummy_data_param {
  shape { dim: 8 dim: 3 dim: 24 dim: 24 } shape { dim: 8 }
  data_filler { type: "gaussian" } data_filler { type: "constant" value: 1 } } }
layer { name: "conv" type: "Convolution" bottom: "x" top: "conv" convolution_param {
  num_output: 16 kernel_size: 3 pad: 1 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "norm" type: "LRN" bottom: "conv" top: "norm" }
layer { name: "pool" type: "Pooling" bottom: "norm" top: "pool"
  pooling_param { kernel_size: 3 stride: 2 } }
layer { name: "ave" type: "Pooling" bottom: "norm" top: "ave"
  pooling_param { pool: AVE kernel_size: 3 stride: 2 } }
layer { name: "both" type: "Concat" bottom: "pool" bottom: "ave" top: "both" }
layer { name: "bn" type: "BatchNorm" bottom: "both" top: "bn" }
layer { name: "ip" type: "InnerProduct" bottom: "bn" top: "ip" inner_product_param {
  num_output: 32 weight_filler { type: "xavier" } } }
layer { name: "drop" type: "Dropout" bottom: "ip" top: "ip" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "t" top: "loss" }
"""
FEW, MANY = 5, 40  # iterations
SLACK = 100_000  # bytes: one array of 2.5 KB that is kept in each iteration is more


@pytest.fixture
def _threads(request):
    backend.set_num_threads(request.param)
    yield
    backend.set_num_threads(None)


def make():
    text = f'base_lr: 0.001 lr_policy: "fixed" momentum: 0.9 net_param {{ {NET} }}'
    return get_solver(parse_text(text, caffe_pb2.SolverParameter()))


@pytest.mark.parametrize("_threads", [1, 2], indirect=True)
def test_nothing_grows_with_the_number_of_iterations(_threads):
    tracemalloc.start()
    try:
        solver = make()
        solver.step(FEW)
        gc.collect()
        before = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        solver.step(MANY)
        gc.collect()
        after = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    for number, early in zip(after, before, strict=True):
        assert number < early + SLACK


def test_a_net_that_is_given_up_gives_its_memory_back():
    make().step(1)  # caches and scratch memory
    tracemalloc.start()
    try:
        for _ in range(3):
            make().step(1)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(5):
            make().step(1)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    blob_size = 8 * 16 * 24 * 24 * 4
    assert after < before + blob_size
