"""What tests of widgets do: train a little, press buttons, and wait."""

import asyncio

import brew
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

SOLVER = """
base_lr: 0.1 lr_policy: "fixed" test_iter: 2 test_interval: 1000
test_initialization: false random_seed: 1
net_param {
  layer { name: "x" type: "DummyData" top: "x" top: "t"
    dummy_data_param { shape { dim: 4 dim: 3 } shape { dim: 4 dim: 2 }
      data_filler { type: "gaussian" } data_filler { type: "constant" value: 1 } } }
  layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y"
    inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
  layer { name: "loss" type: "EuclideanLoss" bottom: "y" bottom: "t" top: "loss" }
}
"""


def small_solver():
    return brew.get_solver(parse_text(SOLVER, caffe_pb2.SolverParameter()))


def press(widget, name):
    widget._buttons[name].click()


def status(widget):
    return widget._status.value


async def until(condition):
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never happened")
