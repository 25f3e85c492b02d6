"""Single layers, in the shapes that well-known nets have: forward and backward."""

from typing import NamedTuple

import numpy as np

import brew
from benchmarks.contest import contest
from brew import backend
from brew.proto import caffe_pb2
from brew.proto.text import parse_text


class Row(NamedTuple):
    """A layer, and the shape of what it sees."""

    type: str
    proto: str
    shape: tuple
    is_first: bool = False  # nobody needs the gradient of its bottom


def convolution(num_output, kernel, shape, stride=1, pad=0, group=1, is_first=False):
    proto = (
        f"num_output: {num_output} kernel_size: {kernel} stride: {stride} pad: {pad} "
        f"group: {group} weight_filler {{ type: 'msra' }}"
    )
    return Row("Convolution", proto, shape, is_first)


def pooling(proto, shape):
    return Row("Pooling", proto, shape)


TABLE = {
    "LeNet conv1": convolution(20, 5, (64, 1, 28, 28), is_first=True),
    "LeNet conv2": convolution(50, 5, (64, 20, 12, 12)),
    "CIFAR10-full conv1": convolution(32, 5, (100, 3, 32, 32), pad=2, is_first=True),
    "CIFAR10-full conv2": convolution(32, 5, (100, 32, 16, 16), pad=2),
    "CIFAR10-full conv3": convolution(64, 5, (100, 32, 8, 8), pad=2),
    "CaffeNet conv1": convolution(96, 11, (16, 3, 227, 227), 4, is_first=True),
    "CaffeNet conv2": convolution(256, 5, (16, 96, 27, 27), pad=2, group=2),
    "CaffeNet conv3": convolution(384, 3, (16, 256, 13, 13), pad=1),
    "CaffeNet conv4": convolution(384, 3, (16, 384, 13, 13), pad=1, group=2),
    "CaffeNet conv5": convolution(256, 3, (16, 384, 13, 13), pad=1, group=2),
    "GoogLeNet conv1 7x7/2": convolution(64, 7, (8, 3, 224, 224), 2, 3, is_first=True),
    "GoogLeNet conv2 3x3": convolution(192, 3, (8, 64, 56, 56), pad=1),
    "GoogLeNet 3a 1x1": convolution(64, 1, (8, 192, 28, 28)),
    "GoogLeNet 3a 3x3": convolution(128, 3, (8, 96, 28, 28), pad=1),
    "GoogLeNet 3a 5x5": convolution(32, 5, (8, 16, 28, 28), pad=2),
    "GoogLeNet 5b 1x1": convolution(384, 1, (8, 832, 7, 7)),
    "GoogLeNet 5b 3x3": convolution(384, 3, (8, 192, 7, 7), pad=1),
    "VGG-16 conv1_2": convolution(64, 3, (1, 64, 224, 224), pad=1),
    "VGG-16 conv2_2": convolution(128, 3, (1, 128, 112, 112), pad=1),
    "VGG-16 conv3_2": convolution(256, 3, (2, 256, 56, 56), pad=1),
    "VGG-16 conv4_2": convolution(512, 3, (2, 512, 28, 28), pad=1),
    "VGG-16 conv5_1": convolution(512, 3, (2, 512, 14, 14), pad=1),
    "ResNet-50 2a 1x1": convolution(256, 1, (8, 64, 56, 56)),
    "ResNet-50 3a 3x3/2": convolution(128, 3, (8, 128, 56, 56), 2, 1),
    "ResNet-50 3a 1x1/2": convolution(512, 1, (8, 256, 56, 56), 2),
    "ResNet-50 5a 1x1": convolution(2048, 1, (8, 512, 7, 7)),
    "ResNet-50 5a 3x3": convolution(512, 3, (8, 512, 7, 7), pad=1),
    "LeNet pool1": pooling("kernel_size: 2 stride: 2", (64, 20, 24, 24)),
    "CIFAR10-full pool1": pooling("kernel_size: 3 stride: 2", (100, 32, 32, 32)),
    "CIFAR10-full pool2 AVE": pooling(
        "pool: AVE kernel_size: 3 stride: 2", (100, 32, 16, 16)
    ),
    "CaffeNet pool1": pooling("kernel_size: 3 stride: 2", (16, 96, 55, 55)),
    "GoogLeNet 3a pool": pooling("kernel_size: 3 pad: 1", (8, 192, 28, 28)),
    "GoogLeNet pool5 AVE": pooling("pool: AVE kernel_size: 7", (8, 1024, 7, 7)),
    "CaffeNet norm1": Row("LRN", "local_size: 5 alpha: 0.0001", (16, 96, 27, 27)),
    "CIFAR10-full norm1": Row(
        "LRN",
        "local_size: 3 alpha: 0.00005 norm_region: WITHIN_CHANNEL",
        (100, 32, 16, 16),
    ),
    "LeNet ip1": Row(
        "InnerProduct", "num_output: 500 weight_filler { std: 1 }", (64, 800)
    ),
    "CaffeNet fc6": Row(
        "InnerProduct", "num_output: 4096 weight_filler { std: 1 }", (16, 9216)
    ),
    "CaffeNet relu1": Row("ReLU", "", (16, 96, 55, 55)),
}

FIELDS = {"InnerProduct": "inner_product", "LRN": "lrn", "ReLU": "relu"}


def run(rows, rounds, seconds):
    """Yield a line of the table for forward and backward of each layer."""
    for name, row in rows.items():
        net, twin, x = pair(row)
        forward, backward = parts(net, wants_dx=x.requires_grad)
        forward()
        _, y = twin.forward()
        top = net.blobs["y"]
        if not np.allclose(top.data, y.detach().numpy(), rtol=1e-3, atol=1e-3):
            raise SystemExit(f"{name}: PyTorch computes something else")
        top.diff[...] = np.random.default_rng(2).random(top.shape)
        gradients = backward_of(y, [x, *twin.params], top.diff)
        # as in a net, one pass for all calls
        settings = rounds, seconds, backend.device_pass
        yield f"{name} forward", contest(forward, twin.forward, *settings)
        yield f"{name} backward", contest(backward, gradients, *settings)


def parts(net, wants_dx):
    """Return functions that run forward and backward of the layer of a net."""
    layer, bottom, top = net.layers[1], [net.blobs["x"]], [net.blobs["y"]]

    def forward():
        layer.reshape(bottom, top)
        layer.forward(bottom, top)

    return forward, lambda: layer.backward(top, [wants_dx], bottom)


def pair(row):
    """Return the net of one layer, its twin, and the bottom of the twin."""
    from benchmarks.twin import Twin

    net = brew.Net(net_of(row), brew.TRAIN)
    net.blobs["x"].data[...] = np.random.default_rng(1).random(row.shape) - 0.3
    twin = Twin(net)
    x = twin.inputs["x"].requires_grad_(not row.is_first)
    return net, twin, x


def net_of(row):
    """Return the NetParameter of an input and one layer."""
    param = caffe_pb2.NetParameter(force_backward=not row.is_first)
    param.layer.add(name="input", type="Input", top=["x"])
    param.layer[0].input_param.shape.add(dim=row.shape)
    layer = param.layer.add(name="layer", type=row.type, bottom=["x"], top=["y"])
    field = FIELDS.get(row.type, row.type.lower())
    parse_text(row.proto, getattr(layer, f"{field}_param"))
    return param


def backward_of(y, leaves, dy):
    """Return a function that computes the gradients of all leaves that want one."""
    import torch

    leaves = [leaf for leaf in leaves if leaf.requires_grad]
    dy = torch.from_numpy(dy.copy())
    return lambda: torch.autograd.grad(y, leaves, dy, retain_graph=True)
