"""Onlooker: a copy of a net that looks at single images while the original trains.

What the original has is not touched: no batch is taken from its data, no random number
is drawn, no gradient is added.
"""

from contextlib import closing

from brew.errors import BrewError, NetError
from brew.layer import TEST
from brew.net import Net
from brew.proto import caffe_pb2
from brew.saliency import backward_from, last_writer


class Onlooker:
    """A copy of a net, in phase TEST, whose data come from outside.

    Parameters
    ----------
    net : Net
        Any net, also with layers of your own. Its layers without bottoms, which bring
        the data, are replaced by inputs; where the other layers allow it, for batches
        of one.

    Attributes
    ----------
    net : Net
        The copy.
    sources : list of str
        The blobs that bring the data; the first is the image, others such as labels
        follow.
    """

    def __init__(self, net):
        _require_net(net)
        tops = [top for layer in _data_layers(net) for top in net.top_names[layer.name]]
        if not tops:
            raise NetError(f"net {net.name!r} has no layer that brings images")
        self.sources = sorted(tops, key=lambda top: net.blobs[top].ndim < 2)
        self.net = _copy_for_one(net, self.sources)
        self._reached = _limit_gradients(self.net, self.sources[0])

    def take(self, params):
        """Copy parameters: for each layer name a list of arrays."""
        for name, arrays in params.items():
            for blob, values in zip(self.net.params[name], arrays, strict=True):
                blob.data[...] = values

    def look(self, item, blob=None):
        """Run the layers on an item.

        Parameters
        ----------
        item : dict of str to array
            For each source its numbers, without the axis of the batch.
        blob : str, optional
            Run no further than needed for this blob.
        """
        for name, values in item.items():
            self.net.blobs[name].data[...] = values
        self.net.run_forward(0, None if blob is None else last_writer(self.net, blob))

    def differentiate(self, of_loss):
        """Compute the gradients of the item that was looked at.

        Parameters
        ----------
        of_loss : bool
            Of the loss, if the net has one; else of the greatest of its scores.

        Returns
        -------
        str
            Of what: "the loss" or, for instance, "score[3], the greatest".
        """
        self.net.clear_param_diffs()
        if of_loss and any(self.net.blob_loss_weights.values()):
            self._differentiate_loss()
            return "the loss"
        name = self._scores()
        number = int(self.net.blobs[name].data[0].argmax())
        backward_from(self.net, name, number)
        return f"{name}[{number}], the greatest"

    def _differentiate_loss(self):
        weights = self.net.blob_loss_weights
        for name, blob in self.net.blobs.items():
            if not weights[name]:  # where there is a weight, it stands in the diff
                blob.clear_diff()
        self.net.run_backward()

    def _scores(self):
        """Return the last blob that depends on the image, and is no loss."""
        names = [
            name
            for name, blob in self.net.blobs.items()
            if name in self._reached and blob.ndim > 1 and "_split_" not in name
        ]
        return names[-1]


def batch_of(net):
    """Return the batch that a net has, or else the first that it would have.

    Returns
    -------
    dict of str to array
        By the name of the blob, copied. Inputs that nobody has filled are zero.
    """
    layers = _data_layers(net)
    tops = [top for layer in layers for top in net.top_names[layer.name]]
    batch = {top: net.blobs[top].data.copy() for top in tops}
    if any(values.any() for values in batch.values()):
        return batch
    param = caffe_pb2.NetParameter(layer=[layer.param for layer in layers])
    param.state.CopyFrom(net.param.state)
    try:
        with closing(Net(param, seed=net.seed)) as reader:
            reader.forward()
            return {top: reader.blobs[top].data.copy() for top in tops}
    except BrewError:  # as of MemoryData, which nobody has given anything
        return batch


def _require_net(net):
    if not isinstance(net, Net):
        raise NetError(f"a Net is needed to look into, not {net!r}")


def _data_layers(net):
    return [layer for layer in net.layers if not layer.param.bottom and not layer.blobs]


def _copy_for_one(net, sources):
    """Return a copy for batches of one, or else for batches as the net has them."""
    if len({net.blobs[name].shape[:1] for name in sources}) == 1:
        try:
            return _copy(net, batch_size=1)
        except Exception:  # whatever a layer says that wants its batch
            pass
    return _copy(net, batch_size=None)


def _copy(net, batch_size):
    """Return the net with inputs in place of its data layers, for phase TEST."""
    param = caffe_pb2.NetParameter()
    param.CopyFrom(net.param)
    param.state.phase, param.debug_info = TEST, False
    brought = {layer.name for layer in _data_layers(net)}
    del param.layer[:]
    for layer in net.layers:
        copy = param.layer.add()
        copy.CopyFrom(layer.param)
        for field in "phase", "include", "exclude", "blobs":
            copy.ClearField(field)
        if layer.name in brought:
            _make_input(copy, net, batch_size)
    return Net(param, seed=net.seed)


def _make_input(param, net, batch_size):
    name, tops = param.name, list(param.top)
    param.Clear()
    param.name, param.type = name, "Input"
    param.top.extend(tops)
    for top in tops:
        num, *rest = net.blobs[top].shape or (1,)
        param.input_param.shape.add(dim=[batch_size or num, *rest])


def _limit_gradients(net, image):
    """Let gradients flow from all layers down to the image, and to no label.

    Returns the names of the blobs that depend on the image.
    """
    reached = {image}
    for i, layer in enumerate(net.layers):
        wanted = [
            name in reached and (layer.gradient_to is None or b in layer.gradient_to)
            for b, name in enumerate(net.bottom_names[layer.name])
        ]
        net.bottom_need_backward[i] = wanted
        net.layer_need_backward[i] = any(wanted)
        if any(wanted):
            reached.update(net.top_names[layer.name])
    return reached
