"""Small trainings on real digits, healthy and sick."""

from contextlib import suppress
from functools import cache

import numpy as np

import brew
from brew import datasets, diagnose
from brew.errors import NetError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

SCALE = 1 / 256


@cache
def digits(name="mnist10k"):
    """Return train images in 0..255 and labels, shuffled by the data set's maker."""
    splits = datasets.load(name)
    x, y = splits.train_images[:2048].astype("f4"), splits.train_labels[:2048]
    return x, y.astype("f4")


def small(name="mnist10k"):
    """Return the images in 0..1, and labels."""
    x, y = digits(name)
    return x * SCALE, y


def layer(kind, name, bottom, top=None, more=""):
    """Return a layer; without `top` its top has its name."""
    bottoms = " ".join(f'bottom: "{b}"' for b in bottom.split())
    return (
        f'layer {{ name: "{name}" type: "{kind}" {bottoms} top: "{top or name}" '
        f"{more} }}\n"
    )


def ip(name, bottom, num_output, filler='type: "xavier"', more=""):
    """Return an InnerProduct layer."""
    own = f"num_output: {num_output} weight_filler {{ {filler} }}"
    return layer(
        "InnerProduct", name, bottom, None, f"{more} inner_product_param {{ {own} }}"
    )


def conv(name, bottom, num_output, kernel=5, more="", filler='type: "xavier"'):
    """Return a Convolution layer."""
    own = f"num_output: {num_output} kernel_size: {kernel} {more}"
    return layer(
        "Convolution",
        name,
        bottom,
        None,
        f"convolution_param {{ {own} weight_filler {{ {filler} }} }}",
    )


def pool(name, bottom, how="MAX", size=2):
    """Return a Pooling layer of stride 2."""
    own = f"pool: {how} kernel_size: {size} stride: 2"
    return layer("Pooling", name, bottom, None, f"pooling_param {{ {own} }}")


def relu(blob):
    """Return a ReLU in place."""
    return layer("ReLU", f"relu_{blob}", blob, blob)


def softmax(scores):
    """Return the loss, and the accuracy for the test net."""
    more = "include { phase: TEST }"
    return layer("SoftmaxWithLoss", "loss", f"{scores} label", "loss") + layer(
        "Accuracy", "accuracy", f"{scores} label", "accuracy", more
    )


def data(shape, batch):
    """Return a MemoryData layer for images of (C, h, w)."""
    C, h, w = shape
    return (
        'layer { name: "data" type: "MemoryData" top: "data" top: "label" '
        f"memory_data_param {{ batch_size: {batch} channels: {C} height: {h} "
        f"width: {w} }} }}\n"
    )


def make_solver(body, x, y, batch=32, test=None, top="", **fields):
    """Return a solver that trains on arrays, with a test net if `test` is given."""
    options = {"base_lr": 0.01, "momentum": 0.9, "random_seed": 5, **fields}
    text = "".join(
        f'{k}: "{v}" ' if isinstance(v, str) else f"{k}: {v} "
        for k, v in options.items()
    )
    text += 'lr_policy: "fixed" ' if "lr_policy" not in options else ""
    if test:
        text += "test_iter: 4 test_initialization: true "
        text += "" if "test_interval" in options else "test_interval: 40 "
    net = f"{top} {data(x.shape[1:], batch)} {body}"
    message = f"{text} net_param {{ {net} }}"
    solver = brew.get_solver(parse_text(message, caffe_pb2.SolverParameter()))
    serve(solver.net, x, y)
    if test:
        serve(solver.test_nets[0], *test)
    return solver


def serve(net, x, y):
    """Hand arrays to the data layer of a net."""
    net.set_input_arrays(np.ascontiguousarray(x, "f4"), np.ascontiguousarray(y, "f4"))


def train(body, x, y, num_iters=200, **options):
    """Train under the eyes of the doctor; return the diagnosis."""
    solver = make_solver(body, x, y, **options)
    doctor = diagnose.watch(solver)
    with suppress(NetError):  # brew stops at nan
        solver.step(num_iters)
    return doctor.examine()


# The loss of a net of one output, "out".
SQUARED = layer(
    "Reshape", "y", "label", None, "reshape_param { shape { dim: -1 dim: 1 } }"
) + layer("EuclideanLoss", "loss", "out y")
LOGREG = ip("ip", "data", 10) + softmax("ip")
MLP = ip("ip1", "data", 64) + relu("ip1") + ip("ip2", "ip1", 10) + softmax("ip2")
LENET = (
    conv("conv1", "data", 8)
    + pool("pool1", "conv1")
    + conv("conv2", "pool1", 16)
    + pool("pool2", "conv2")
    + ip("ip1", "pool2", 64)
    + relu("ip1")
    + ip("ip2", "ip1", 10)
    + softmax("ip2")
)
