"""What a net will cost: bytes of memory, and multiply-adds of its matrix products.

Both follow from shapes alone, so ``Net(file, phase, fill=False)`` is enough: it takes
no memory, however large the net is.
"""

from dataclasses import dataclass
from functools import partial
from math import prod

from brew.blob import Blob
from brew.layer import TRAIN


@dataclass(frozen=True)
class Memory:
    """Bytes that a net takes, each piece counted once, however many share it.

    Attributes
    ----------
    params : int
        The parameters.
    param_diffs : int
        Their gradients.
    data : int
        The data of all blobs.
    diffs : int
        The gradients that a pass writes, and the loss weights.
    inside : int
        Blobs that layers keep from forward to backward, such as the probabilities
        of SoftmaxWithLoss.
    history : int
        What a solver remembers of earlier gradients.
    """

    params: int = 0
    param_diffs: int = 0
    data: int = 0
    diffs: int = 0
    inside: int = 0
    history: int = 0

    @property
    def total(self):
        """The sum of all."""
        return sum(vars(self).values())


def forecast_memory(net, num_histories=1):
    """Return the Memory that `net` takes once it works.

    In phase TRAIN the net is trained: forward, backward, update. In TEST it only
    computes forward. Not counted is what is no blob: arrays that layers keep (the mask
    of Dropout), what ``brew/ops`` need for a moment (im2col columns), batches that wait
    in a data layer, the gradients that RNN and LSTM keep inside.

    Parameters
    ----------
    net : Net
        With ``fill=False`` the forecast comes before any memory is taken.
    num_histories : int, default 1
        How many numbers the solver remembers for each parameter: 1 for SGD,
        Nesterov, AdaGrad and RMSProp, 2 for AdaDelta and Adam.

    Returns
    -------
    Memory
    """
    trains = net.param.state.phase == TRAIN
    count = partial(count_bytes, counted=set())
    params = [blob for layer in net.layers for blob in layer.blobs]
    size = count(blob.data_mem for blob in params)
    return Memory(
        params=size,
        param_diffs=count(blob.diff_mem for blob in params) if trains else 0,
        data=count(blob.data_mem for blob in net._blobs),
        diffs=count(blob.diff_mem for blob in _blobs_with_diff(net, trains)),
        inside=count(_mems_inside(net)) + sum(_copies(net)),
        history=size * num_histories if trains else 0,
    )


def count_bytes(mems, counted):
    """Return the bytes of memory that is not in the set `counted`, and put it there."""
    new = {id(mem): mem for mem in mems if id(mem) not in counted}
    counted.update(new)
    return sum(mem.num_bytes for mem in new.values())


def count_macs(net, index):
    """Return the multiply-adds of one forward pass of a layer, for the whole batch.

    Counted are matrix products: weights times the places where they are applied. What
    a layer does once for each number (ReLU, pooling, normalization) is not.

    Parameters
    ----------
    net : Net
    index : int
        Of the layer.
    """
    layer = net.layers[index]
    counter = COUNTERS.get(layer.type)
    return counter(layer, net._bottoms[index], net._tops[index]) if counter else 0


def _convolution_macs(layer, bottom, top):
    num_output, weights = layer.blobs[0].shape[0], layer.blobs[0].count
    return sum(blob.count // num_output * weights for blob in top)


def _deconvolution_macs(layer, bottom, top):
    channels, weights = layer.blobs[0].shape[0], layer.blobs[0].count
    return sum(blob.count // channels * weights for blob in bottom)


def _inner_product_macs(layer, bottom, top):
    rows = prod(bottom[0].shape[: layer.param.inner_product_param.axis])
    return rows * layer.blobs[0].count


def _recurrent_macs(layer, bottom, top):
    T, N = bottom[0].shape[:2]
    weights = sum(blob.count for blob in layer.blobs if blob.ndim > 1)
    static = layer.W_static.count if layer.has_static else 0
    return N * (T * (weights - static) + static)


def _matmul_macs(layer, bottom, top):
    axis = -2 if layer.param.matmul_param.transpose_a else -1
    return top[0].count * bottom[0].shape[axis]


COUNTERS = {
    "Convolution": _convolution_macs,
    "Deconvolution": _deconvolution_macs,
    "InnerProduct": _inner_product_macs,
    "RNN": _recurrent_macs,
    "LSTM": _recurrent_macs,
    "MatMul": _matmul_macs,
}


def _blobs_with_diff(net, trains):
    """Yield the blobs whose diff is written: on the way down, or as loss weight."""
    for i, layer in enumerate(net.layers):
        for blob, weight in zip(net._tops[i], layer.loss_weights, strict=True):
            if weight:
                yield blob
        if not (trains and net.layer_need_backward[i]):
            continue
        yield from net._tops[i]
        for blob, wanted in zip(
            net._bottoms[i], net.bottom_need_backward[i], strict=True
        ):
            if wanted:
                yield blob


def _mems_inside(net):
    """Yield the memory of blobs that layers keep for themselves."""
    for layer in net.layers:
        for value in vars(layer).values():
            some = value if isinstance(value, (list, tuple)) else [value]
            for blob in some:
                if isinstance(blob, Blob) and blob.shape:  # () is not in use
                    yield blob.data_mem


def _copies(net):
    """Yield the bytes of the copy ``x`` that a layer in place makes of its bottom."""
    for layer, bottom, top in zip(net.layers, net._bottoms, net._tops, strict=True):
        copy = getattr(layer, "x", None)
        in_place = bool(bottom and top) and top[0] is bottom[0]
        learned = getattr(layer, "use_global_stats", False)  # no backward needs x then
        if isinstance(copy, Blob) and not copy.shape and in_place and not learned:
            yield bottom[0].data_mem.num_bytes
