"""Build the layers of a net and name its parts: the middle of ``Net.__init__``."""

from collections import OrderedDict

from brew import (
    layer_types,  # noqa: F401  fills the registry of layer types
    trust,
)
from brew.errors import LayerError, NetError, UnknownName, did_you_mean
from brew.layer import TEST, TRAIN, create_layer
from brew.net_filter import filter_net
from brew.net_wiring import Wiring, check_propagate_down
from brew.proto import caffe_pb2
from brew.proto.upgrade import read_net, upgrade_net


def read_param(network, phase, level, stages):
    """Return the NetParameter of a file or message, with the state asked for.

    Parameters
    ----------
    network : str, Path or NetParameter
    phase : int or None
        None leaves the message's own state as it is.
    level : int
        Replaces the level of the message.
    stages : list of str or None
        Are added to the stages of the message.

    Raises
    ------
    NetError
        If the phase is none, or level or stages cannot be.
    """
    if phase not in (None, TRAIN, TEST):
        raise NetError(f"a phase is brew.TRAIN (0) or brew.TEST (1), not {phase!r}")
    if isinstance(stages, str):
        raise NetError(f"stages is a list of names, such as [{stages!r}]")
    if isinstance(network, caffe_pb2.NetParameter):
        param = caffe_pb2.NetParameter()
        param.CopyFrom(network)
        upgrade_net(param)
    else:
        param = read_net(network)
    if phase is not None:
        _set_state(param.state, phase, level, stages)
    if not isinstance(network, caffe_pb2.NetParameter):
        # without a phase the caller may choose one later, and so other layers
        trust.check_net(param if phase is None else filter_net(param), network)
    return param


def _set_state(state, phase, level, stages):
    try:
        state.phase, state.level = phase, level
        state.stage.extend(stages or [])
    except (TypeError, ValueError) as error:
        raise NetError(
            f"level {level!r} and stages {stages!r} cannot be; give a whole number and "
            "a list of names"
        ) from error


def build_layers(net, fill=True):
    """Create, connect and set up the layers of ``net.param``, in file order.

    Unless `fill`, parameters get their shapes only.
    """
    wiring = Wiring()
    net.layers, net._bottoms, net._tops = [], [], []
    for layer_param in net.param.layer:
        if not layer_param.HasField("phase"):
            layer_param.phase = net.param.state.phase
        check_propagate_down(layer_param)
        layer = create_layer(layer_param, net.seed)
        layer.fills = fill
        bottom, top = wiring.connect(layer_param, layer)
        try:
            layer.connect(bottom, top)
        except MemoryError as error:
            raise out_of_memory(layer) from error
        except Exception as error:
            error.add_note(f"in setup of layer {layer.name!r} ({layer.type})")
            raise
        net.layers.append(layer)
        net._bottoms.append(bottom)
        net._tops.append(top)
    net._blobs = wiring.blobs
    net.bottom_ids, net.top_ids = wiring.bottom_ids, wiring.top_ids
    net.outputs = wiring.outputs()


def out_of_memory(layer):
    """Return the error of a layer that cannot get the memory it needs."""
    return LayerError(
        f"layer {layer.name!r} ({layer.type}): there is not enough memory for it; make "
        "it or the batch smaller (brew.summarize tells what a net takes)"
    )


class ByName(OrderedDict):
    """What a net has of one kind, by name; an unknown name is told as a NetError."""

    def __init__(self, pairs=(), *, kind="entry", of=""):
        super().__init__(pairs)
        self.kind, self.of = kind, of

    def __missing__(self, name):
        known = ", ".join(self) or "none"
        raise UnknownName(
            f"net {self.of!r} has no {self.kind} {name!r}."
            f"{did_you_mean(name, self)} It has: {known}"
        )


def name_things(net):
    """Make the dictionaries by name that pycaffe has."""
    net._layer_names = [layer.name for layer in net.layers]
    net._blob_names = [blob.name for blob in net._blobs]
    layers = [(layer.name, layer) for layer in net.layers]
    params = [(layer.name, layer.blobs) for layer in net.layers if layer.blobs]
    net.blobs = ByName(
        zip(net._blob_names, net._blobs, strict=True), kind="blob", of=net.name
    )
    net.layer_dict = ByName(layers, kind="layer", of=net.name)
    net.params = ByName(params, kind="layer with parameters", of=net.name)
    net.bottom_names = _names(net, net._bottoms)
    net.top_names = _names(net, net._tops)
    net.inputs = [
        blob.name
        for layer, tops in zip(net.layers, net._tops, strict=True)
        if layer.type == "Input"
        for blob in tops
    ]


def _names(net, blobs):
    names = [[blob.name for blob in some] for some in blobs]
    return ByName(zip(net._layer_names, names, strict=True), kind="layer", of=net.name)
