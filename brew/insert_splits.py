"""Insert Split layers where one blob feeds several layers.

With them every blob has exactly one reader, so that a layer may replace the diff
of its bottom: where paths join, the Split adds up their gradients.
"""

from brew.errors import UnknownBottom, did_you_mean
from brew.proto import caffe_pb2


def insert_splits(net_param):
    """Return a copy of `net_param` with a Split behind each shared blob.

    The Split of blob ``ip1``, top 0 of layer ``relu1``, is the layer
    ``ip1_relu1_0_split`` with tops ``ip1_relu1_0_split_0``, ``..._1``, ... in
    the order of use. A top with an explicit loss weight counts as used by the
    loss, which is moved to the first top of the Split.

    Parameters
    ----------
    net_param : NetParameter
        Already filtered: only the layers that will be built.

    Raises
    ------
    UnknownBottom
        If a layer reads a blob that no earlier layer produces.
    """
    producers, num_uses = _count_uses(net_param)
    result = caffe_pb2.NetParameter()
    result.CopyFrom(net_param)
    del result.layer[:]
    next_use = {}
    for index, layer in enumerate(net_param.layer):
        copy = result.layer.add()
        copy.CopyFrom(layer)
        for b, blob in enumerate(layer.bottom):
            top = producers[index, b]
            if num_uses[top] > 1:
                use = next_use[top]
                next_use[top] += 1
                producer = net_param.layer[top[0]].name
                copy.bottom[b] = f"{_split_name(blob, producer, top[1])}_{use}"
        for t in range(len(layer.top)):
            if num_uses.get((index, t), 0) > 1:
                weight = _move_loss_weight(copy, t)
                next_use[index, t] = 1 if weight else 0
                _add_split(result, layer, t, num_uses[index, t], weight)
    return result


def _count_uses(net_param):
    """Find the producer of each bottom and count the readers of each top.

    Returns ``{(layer, bottom): (layer, top)}`` and ``{(layer, top): uses}``.
    """
    latest, producers, num_uses = {}, {}, {}
    for index, layer in enumerate(net_param.layer):
        for b, blob in enumerate(layer.bottom):
            if blob not in latest:
                raise UnknownBottom(_unknown(layer, b, latest))
            producers[index, b] = latest[blob]
            num_uses[latest[blob]] += 1
        for t, blob in enumerate(layer.top):
            latest[blob] = (index, t)
            has_weight = t < len(layer.loss_weight) and layer.loss_weight[t] != 0
            num_uses[index, t] = int(has_weight)
    return producers, num_uses


def _move_loss_weight(layer, top):
    """Take the loss weight off `layer`; written zeros keep a default away."""
    if top >= len(layer.loss_weight):
        return 0.0
    weight = layer.loss_weight[top]
    layer.loss_weight[top] = 0
    return weight


def _add_split(net_param, producer, top, num_uses, weight):
    blob = producer.top[top]
    split = net_param.layer.add()
    split.name = _split_name(blob, producer.name, top)
    split.type = "Split"
    split.bottom.append(blob)
    split.top.extend(f"{split.name}_{use}" for use in range(num_uses))
    if weight:
        split.loss_weight.extend([weight] + [0.0] * (num_uses - 1))


def _split_name(blob, layer, top):
    return f"{blob}_{layer}_{top}_split"


def _unknown(layer, index, known):
    blob = layer.bottom[index]
    return (
        f"layer {layer.name!r} ({layer.type}): bottom[{index}] is {blob!r}, which no "
        f"earlier layer produces.{did_you_mean(blob, known)} A layer must come after "
        "the layers whose tops it reads"
    )
