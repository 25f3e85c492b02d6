"""Solvers of one small net with everything that makes races unfair."""

import brew
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

# Random batches, and dropout; a layer of a student's own can stand in the middle.
SOLVER = """
lr_policy: "fixed" test_iter: 2 test_interval: 1 random_seed: %d
net_param {
  layer { name: "x" type: "DummyData" top: "x" top: "t"
    dummy_data_param { shape { dim: 8 dim: 3 } shape { dim: 8 dim: 2 }
      data_filler { type: "gaussian" } data_filler { type: "constant" value: 1 } } }
  layer { name: "hidden" type: "InnerProduct" bottom: "x" top: "y"
    inner_product_param { num_output: 20 weight_filler { type: "xavier" } } }
  layer { name: "middle" type: "%s" bottom: "y" top: "y" }
  layer { name: "score" type: "InnerProduct" bottom: "y" top: "z"
    inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
  layer { name: "loss" type: "EuclideanLoss" bottom: "z" bottom: "t" top: "loss" }
}
"""


def racer(seed, middle="Dropout", **settings):
    param = parse_text(SOLVER % (seed, middle), caffe_pb2.SolverParameter())
    for name, value in settings.items():
        setattr(param, name, value)
    return brew.get_solver(param)


def racers(middle="Dropout"):
    return {
        "SGD": racer(1, middle, base_lr=0.01, momentum=0.9),
        "Adam": racer(2, middle, base_lr=0.02, momentum=0.9, type="Adam"),
        "AdaGrad": racer(3, middle, base_lr=0.05, type="AdaGrad"),
    }
