"""What Python costs: every layer on next to nothing, in microseconds a call."""

import numpy as np

import brew
from benchmarks.contest import calls_until
from benchmarks.layers import Row, net_of, parts
from brew import backend

# The smallest bottom on which a layer does all that it does on a large one.
TABLE = {
    "Convolution 3x3": Row(
        "Convolution", "num_output: 2 kernel_size: 3 pad: 1", (1, 2, 3, 3)
    ),
    "Convolution 5x5": Row("Convolution", "num_output: 2 kernel_size: 5", (1, 2, 6, 6)),
    "Convolution 1x1": Row("Convolution", "num_output: 2 kernel_size: 1", (1, 2, 3, 3)),
    "Pooling MAX 2x2": Row("Pooling", "kernel_size: 2 stride: 2", (1, 2, 4, 4)),
    "Pooling MAX 3x3": Row("Pooling", "kernel_size: 3 stride: 2", (1, 2, 5, 5)),
    "Pooling AVE 3x3": Row("Pooling", "pool: AVE kernel_size: 3", (1, 2, 5, 5)),
    "InnerProduct": Row("InnerProduct", "num_output: 3", (1, 4)),
    "LRN": Row("LRN", "local_size: 5", (1, 6, 2, 2)),
    "ReLU": Row("ReLU", "", (1, 4)),
    "Sigmoid": Row("Sigmoid", "", (1, 4)),
    "TanH": Row("TanH", "", (1, 4)),
    "Dropout": Row("Dropout", "", (1, 4)),
    "Power": Row("Power", "power: 2", (1, 4)),
    "Softmax": Row("Softmax", "", (1, 4)),
    "Flatten": Row("Flatten", "", (1, 2, 2)),
}


def run(names):
    """Print the table."""
    print("| layer | forward, µs | gradient of x, µs | of parameters, µs |")
    print("| --- | ---: | ---: | ---: |")
    for name, row in TABLE.items():
        if not names or any(part in name for part in names):
            cells = (
                f"{seconds * 1e6:.1f}" if seconds else "" for seconds in times(row)
            )
            print(f"| {name} |", " | ".join(cells), "|")


def times(row):
    """Yield the seconds of a forward pass, and of each half of a backward pass."""
    net = brew.Net(net_of(row), brew.TRAIN)
    layer = net.layers[1]
    net.blobs["x"].data[...] = np.random.default_rng(1).random(row.shape) + 0.5
    forward, find_dx = parts(net, wants_dx=True)
    _, find_dW = parts(net, wants_dx=False)
    with backend.device_pass():
        yield best(forward)
        layer.param_propagate_down[:] = [False] * len(layer.blobs)
        yield best(find_dx)
        layer.param_propagate_down[:] = [True] * len(layer.blobs)
        yield best(find_dW) if layer.blobs else None


def best(function):
    """Return the least seconds of a call: what other programs cost is not Python."""
    return min(calls_until(function, seconds=0.2))
