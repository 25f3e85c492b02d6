"""Nets that are drawn in the tests."""

import brew
from brew import layers as L
from brew import params as P
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

FORKS = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "a" type: "InnerProduct" bottom: "data" top: "a" param { name: "w" }
  inner_product_param { num_output: 3 bias_term: false } }
layer { name: "relu" type: "ReLU" bottom: "a" top: "a" }
layer { name: "b" type: "InnerProduct" bottom: "data" top: "b" param { name: "w" }
  inner_product_param { num_output: 3 bias_term: false } }
layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" bottom: "data" top: "sum" }
layer { name: "drop" type: "Dropout" bottom: "sum" top: "sum" }
layer { name: "prob" type: "Softmax" bottom: "sum" top: "prob" }
"""
PHASES = """
layer { name: "data" type: "DummyData" top: "x" top: "t" include { phase: TRAIN }
  dummy_data_param { shape { dim: 2 dim: 3 } shape { dim: 2 dim: 4 } } }
layer { name: "data" type: "Input" top: "x" include { phase: TEST }
  input_param { shape { dim: 2 dim: 3 } } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip"
  inner_product_param { num_output: 4 } }
layer { name: "loss" type: "EuclideanLoss" bottom: "ip" bottom: "t" top: "loss"
  include { phase: TRAIN } }
layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" include { phase: TEST } }
"""


def param(text):
    """Return the NetParameter of a prototxt."""
    return parse_text(text, caffe_pb2.NetParameter())


def resnet(num_blocks):
    """Return a residual net; a block has about seven layers."""
    net = brew.NetSpec()
    net.data = L.Input(shape={"dim": [1, 3, 16, 16]})
    x = _unit(net.data, 4)
    for block in range(num_blocks):
        y = _unit(_unit(x, 4 + block // 10), 4 + block // 10)
        short = _unit(x, 4 + block // 10) if block % 10 == 0 else x
        x = L.Eltwise(short, y)
    net.pool = L.Pooling(x, pool=P.Pooling.AVE, global_pooling=True)
    return net.to_proto()


def _unit(x, num_output):
    convolved = L.Convolution(x, num_output=num_output, kernel_size=3, pad=1)
    normalized = L.BatchNorm(convolved, in_place=True)
    return L.ReLU(normalized, in_place=True)
