"""Small nets for the tests of this folder."""

import brew
from brew.proto import caffe_pb2
from brew.proto.text import parse_text


def net_param(text):
    """Return the NetParameter of a prototxt."""
    return parse_text(text, caffe_pb2.NetParameter())


def build(text, phase=brew.TEST, **options):
    """Return the net of a prototxt."""
    return brew.Net(net_param(text), phase, **options)


def data(name="x", dims="dim: 2 dim: 3"):
    """Return an Input layer."""
    return (
        f'layer {{ name: "in_{name}" type: "Input" top: "{name}" '
        f"input_param {{ shape {{ {dims} }} }} }}\n"
    )


def ip(name, bottom, top=None, num_output=3, more=""):
    """Return an InnerProduct layer."""
    return (
        f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" '
        f'top: "{top or name}" {more} inner_product_param {{ num_output: {num_output} '
        'weight_filler { type: "xavier" } } }\n'
    )


def loss(bottom, target="t", more=""):
    """Return an EuclideanLoss layer."""
    return (
        f'layer {{ name: "loss" type: "EuclideanLoss" bottom: "{bottom}" '
        f'bottom: "{target}" top: "loss" {more} }}\n'
    )
