"""The same net in PyTorch, with the same numbers, made from a brew net."""

from functools import partial

import torch
from torch.nn import functional as F

from brew.layer import TEST
from brew.proto import caffe_pb2


class Twin:
    """A net of brew, computed by PyTorch as a user of it would: eager, on the CPU.

    Parameters
    ----------
    net : brew.Net
        Its inputs and parameters are copied.
    """

    def __init__(self, net):
        self.inputs, self.params, self.steps = {}, [], []
        for layer in net.layers:
            bottoms, tops = list(layer.param.bottom), list(layer.param.top)
            if layer.type == "Input":
                self.inputs |= {top: tensor(net.blobs[top]) for top in tops}
            elif layer.type not in ("Silence", "Accuracy"):
                params = [tensor(blob).requires_grad_() for blob in layer.blobs]
                self.params += params
                function = MAKERS[layer.type](layer, *params)
                self.steps.append((function, bottoms, tops, layer.loss_weights))

    def forward(self, as_brew=False):
        """Return the loss, and what was computed last.

        Dropout draws anew, or `as_brew`, drops what brew dropped last.
        """
        Dropout.as_brew = as_brew
        blobs, loss, y = dict(self.inputs), 0.0, None
        for function, bottoms, tops, weights in self.steps:
            y = function(*(blobs[bottom] for bottom in bottoms))
            blobs |= dict.fromkeys(tops, y)
            if any(weights):
                loss = loss + weights[0] * y
        return loss, y

    def optimizer(self, param):
        """Return the optimizer for a SolverParameter of type SGD."""
        return torch.optim.SGD(
            self.params, param.base_lr, param.momentum, weight_decay=param.weight_decay
        )


def tensor(blob):
    return torch.from_numpy(blob.data.copy())


def convolution(layer, W, b=None):
    group = layer.param.convolution_param.group
    return lambda x: F.conv2d(x, W, b, *layer.window, group)


def inner_product(layer, W, b=None):
    return lambda x: F.linear(x.flatten(layer.axis), W, b)


def pooling(layer):
    if layer.kernel is None:
        return lambda x: x.mean((2, 3), keepdim=True)
    is_max = layer.method == caffe_pb2.PoolingParameter.MAX
    return partial(
        F.max_pool2d if is_max else F.avg_pool2d,
        kernel_size=layer.kernel,
        stride=layer.stride,
        padding=layer.pad,
        ceil_mode=layer.round_up,
    )


def lrn(layer):
    size, alpha, beta, k = layer.size, layer.alpha, layer.beta, layer.k
    if layer.axes == (1,):
        return lambda x: F.local_response_norm(x, size, alpha, beta, k)
    half = size // 2
    return lambda x: x * (k + alpha * F.avg_pool2d(x * x, size, 1, half)) ** -beta


class Dropout:
    as_brew = False

    def __init__(self, layer):
        self.layer, self.is_trained = layer, layer.phase != TEST
        self.ratio = layer.param.dropout_param.dropout_ratio

    def __call__(self, x):
        if self.as_brew and self.is_trained:
            return x * torch.from_numpy(self.layer.kept) / (1.0 - self.ratio)
        return F.dropout(x, self.ratio, training=self.is_trained)


def concat(layer):
    axis = layer.param.concat_param.axis
    return lambda *xs: torch.cat(xs, axis)


def sigmoid_loss(x, target):
    loss = F.binary_cross_entropy_with_logits(x, target, reduction="sum")
    return loss / len(x)


# For each type of layer a function that takes the layer and its parameters, and
# returns a function that takes the bottoms and returns the top.
MAKERS = {
    "Concat": concat,
    "Convolution": convolution,
    "Dropout": Dropout,
    "EuclideanLoss": lambda _: lambda x, t: ((x - t) ** 2).sum() / (2 * len(x)),
    "Flatten": lambda _: lambda x: x.flatten(1),
    "InnerProduct": inner_product,
    "LRN": lrn,
    "Pooling": pooling,
    "ReLU": lambda _: torch.relu,
    "Sigmoid": lambda _: torch.sigmoid,
    "SigmoidCrossEntropyLoss": lambda _: sigmoid_loss,
    "SoftmaxWithLoss": lambda _: lambda x, t: F.cross_entropy(x, t.long()),
    "Split": lambda _: lambda x: x,
    "TanH": lambda _: torch.tanh,
}
