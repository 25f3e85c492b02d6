"""How long nets of very many layers take to be read and built."""

from time import perf_counter

import brew
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

NUM_LAYERS = (100, 1000)
HEAD = """
layer { name: "x" type: "Input" top: "b0"
  input_param { shape { dim: 1 dim: 4 dim: 8 dim: 8 } } }
"""
PAIR = """
layer {{ name: "conv{0}" type: "Convolution" bottom: "b{0}" top: "b{1}"
  convolution_param {{ num_output: 4 kernel_size: 3 pad: 1
    weight_filler {{ type: "xavier" }} }} }}
layer {{ name: "relu{0}" type: "ReLU" bottom: "b{1}" top: "b{1}" }}
"""


def run():
    """Print the table."""
    print("| layers | to parse, ms | to build, ms |")
    print("| ---: | ---: | ---: |")
    for num_layers in NUM_LAYERS:
        parse, build = map(
            min, zip(*(times(num_layers) for _ in range(5)), strict=True)
        )
        print(f"| {num_layers} | {parse * 1e3:.0f} | {build * 1e3:.0f} |")


def times(num_layers):
    """Return the seconds to parse and to build a net."""
    start = perf_counter()
    param = deep_net(num_layers)
    parsed = perf_counter()
    brew.Net(param, brew.TRAIN)
    return parsed - start, perf_counter() - parsed


def deep_net(num_layers):
    """Return a NetParameter of convolutions and ReLUs in turn, behind an Input."""
    pairs = (PAIR.format(i, i + 1) for i in range(num_layers // 2))
    return parse_text(HEAD + "".join(pairs), caffe_pb2.NetParameter())
