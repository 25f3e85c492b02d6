"""All convolutions of six well-known nets, each shape once: are some slow?"""

from itertools import groupby
from statistics import median
from typing import NamedTuple

import brew
from benchmarks import layers, nets
from benchmarks.layers import convolution

OF_THE_ZOO = {
    "lenet": "LeNet",
    "cifar10_full": "CIFAR10-full",
    "caffenet": "CaffeNet",
    "googlenet": "GoogLeNet",
}

# name, channels, outputs, images, and their height and width
VGG_16 = [
    ("conv1_1", 3, 64, 1, 224),
    ("conv1_2", 64, 64, 1, 224),
    ("conv2_1", 64, 128, 1, 112),
    ("conv2_2", 128, 128, 1, 112),
    ("conv3_1", 128, 256, 2, 56),
    ("conv3_2", 256, 256, 2, 56),
    ("conv4_1", 256, 512, 2, 28),
    ("conv4_2", 512, 512, 2, 28),
    ("conv5_1", 512, 512, 2, 14),
]

# stage, channels inside, channels outside, height and width within the stage
RESNET_50 = [(2, 64, 256, 56), (3, 128, 512, 28), (4, 256, 1024, 14), (5, 512, 2048, 7)]


class Speed(NamedTuple):
    """How fast a convolution is, relative to PyTorch."""

    name: str
    forward: float
    both: float  # forward and backward together


def run(rows, rounds, seconds):
    """Print how fast each of these convolutions is, and the least for each net."""
    print("| convolution, bottom | forward, ms | relative | both, ms | relative |")
    print("| --- | ---: | ---: | ---: | ---: |")
    speeds = []
    results = (result for _, result in layers.run(rows, rounds, seconds))
    for name, forward, backward in zip(rows, results, results, strict=False):
        seconds_both = forward.seconds + backward.seconds
        theirs = sum(part.seconds * part.ratio for part in (forward, backward))
        speed = Speed(name, forward.ratio, theirs / seconds_both)
        shape = " × ".join(map(str, rows[name].shape))
        print(
            f"| {name}, {shape} | {forward.seconds * 1e3:.2f} | {speed.forward:.2f} "
            f"| {seconds_both * 1e3:.2f} | {speed.both:.2f} |",
            flush=True,
        )
        speeds.append(speed)
    print_least(speeds)


def print_least(speeds):
    """Print for each net how many shapes it has, and the slowest."""
    print("\n| net | shapes | forward: least, median | both: least, median |")
    print("| --- | ---: | ---: | ---: |")
    nets_first = sorted(speeds, key=lambda speed: speed.name.split()[0])
    for net, group in groupby(nets_first, key=lambda speed: speed.name.split()[0]):
        _, *columns = zip(*group, strict=True)
        cells = [f"{min(column):.2f}, {median(column):.2f}" for column in columns]
        print(f"| {net} | {len(columns[0])} |", " | ".join(cells), "|")


def table():
    """Return a Row for each shape; its name begins with that of the net."""
    rows = {}
    for name, row in [*zoo_rows(), *vgg_rows(), *resnet_rows()]:
        if row not in rows.values():
            rows[name] = row
    return rows


def zoo_rows():
    """Yield the convolutions of our own nets, in the batches of `benchmarks nets`."""
    for model, name in OF_THE_ZOO.items():
        net = brew.Net(nets.solver_param_without_data(model).net_param, brew.TRAIN)
        first = net.inputs[0]
        for layer in net.layers:
            if layer.type == "Convolution":
                bottom, param = layer.param.bottom[0], layer.param.convolution_param
                row = convolution(
                    param.num_output,
                    param.kernel_size[0],
                    tuple(net.blobs[bottom].shape),
                    next(iter(param.stride), 1),
                    next(iter(param.pad), 0),
                    param.group,
                    is_first=bottom == first,
                )
                yield f"{name} {layer.param.name}", row


def vgg_rows():
    for name, channels, num_output, num_images, size in VGG_16:
        shape = num_images, channels, size, size
        first = channels == 3
        yield f"VGG-16 {name}", convolution(num_output, 3, shape, 1, 1, is_first=first)


def resnet_rows():
    """Yield those of ResNet-50 as in Caffe, where the first 1 x 1 has the stride."""
    yield "ResNet-50 conv1", convolution(64, 7, (8, 3, 224, 224), 2, 3, is_first=True)
    before, size_before = 64, 56
    for stage, inside, outside, size in RESNET_50:
        stride = size_before // size
        x = 8, before, size_before, size_before
        yield f"ResNet-50 {stage}a branch1", convolution(outside, 1, x, stride)
        yield f"ResNet-50 {stage}a branch2a", convolution(inside, 1, x, stride)
        x = 8, inside, size, size
        yield f"ResNet-50 {stage}a branch2b", convolution(inside, 3, x, 1, 1)
        yield f"ResNet-50 {stage}a branch2c", convolution(outside, 1, x)
        x = 8, outside, size, size
        yield f"ResNet-50 {stage}b branch2a", convolution(inside, 1, x)
        if stride > 1:  # as in PyTorch, where the 3 x 3 has it
            x = 8, inside, size_before, size_before
            yield f"ResNet-50 {stage}a 3x3/2", convolution(inside, 3, x, stride, 1)
        before, size_before = outside, size
