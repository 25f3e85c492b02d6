"""Parameters of a net: which layers share them, and at which rate each learns.

Layers that give a parameter the same name (``param { name: "w" }``) share it:
the first is the owner, later ones use its data and add to its diff.
"""

from dataclasses import dataclass, field

from brew.errors import NetError
from brew.proto import caffe_pb2


@dataclass
class ParamTable:
    """All parameters of a net.

    Attributes
    ----------
    blobs : list of Blob
        Every use, in layer order, then blob order.
    places : list of (int, int)
        The layer and the blob index of every use.
    names : list of str
        The given name of every use, else its blob index as text.
    owners : list of int or None
        For every use the use that owns its memory; None if it owns it itself.
    learnable : list of int
        The uses that own their memory: what a solver updates, in its order.
    lr_mult, decay_mult : list of float
        Multipliers of each learnable parameter.
    """

    blobs: list = field(default_factory=list)
    places: list = field(default_factory=list)
    names: list = field(default_factory=list)
    owners: list = field(default_factory=list)
    learnable: list = field(default_factory=list)
    lr_mult: list = field(default_factory=list)
    decay_mult: list = field(default_factory=list)


def share_params(layers):
    """Tie the parameters of the same name together and list all parameters.

    Parameters
    ----------
    layers : list of Layer
        Set up, in the order of the net.

    Returns
    -------
    ParamTable

    Raises
    ------
    NetError
        If a layer has more ``param`` entries than parameters, or if sharers
        disagree in shape or multipliers.
    """
    table = ParamTable()
    first_use = {}
    specs = []
    for l, layer in enumerate(layers):  # noqa: E741  l is the layer's index
        _check_number(layer)
        for b, blob in enumerate(layer.blobs):
            spec = _spec(layer, b)
            use = len(table.blobs)
            table.blobs.append(blob)
            table.places.append((l, b))
            table.names.append(spec.name or str(b))
            specs.append(spec)
            owner = first_use.setdefault(spec.name, use) if spec.name else use
            if owner == use:
                _add_owner(table, use, spec)
            else:
                _share(table, layers, specs, owner, use)
    return table


def _check_number(layer):
    if len(layer.param.param) > len(layer.blobs):
        raise NetError(
            f"layer {layer.name!r} ({layer.type}): has {len(layer.param.param)} "
            f"'param' entries, but only {len(layer.blobs)} parameters"
        )


def _spec(layer, index):
    given = layer.param.param
    return given[index] if index < len(given) else caffe_pb2.ParamSpec()


def _add_owner(table, use, spec):
    table.owners.append(None)
    table.learnable.append(use)
    table.lr_mult.append(spec.lr_mult)
    table.decay_mult.append(spec.decay_mult)


def _share(table, layers, specs, owner, use):
    mine, theirs = table.blobs[use], table.blobs[owner]
    permissive = specs[use].share_mode == caffe_pb2.ParamSpec.PERMISSIVE
    fits = mine.count == theirs.count if permissive else mine.shape == theirs.shape
    if not fits:
        raise NetError(
            f"{_who(table, layers, use)} of shape {mine.shape} cannot share with "
            f"{_who(table, layers, owner)} of shape {theirs.shape}: the "
            f"{'counts' if permissive else 'shapes'} must be equal"
            + ("" if permissive else " (share_mode: PERMISSIVE compares counts only)")
        )
    mine.share_data(theirs)
    mine.share_diff(theirs)
    table.owners.append(owner)
    _merge_multiplier(table, layers, specs, owner, use, "lr_mult")
    _merge_multiplier(table, layers, specs, owner, use, "decay_mult")


def _merge_multiplier(table, layers, specs, owner, use, name):
    """Let a multiplier that one sharer sets count for all; two must be equal."""
    if not specs[use].HasField(name):
        return
    values = getattr(table, name)
    position = table.learnable.index(owner)
    value = getattr(specs[use], name)
    sharers = [u for u in range(use) if u == owner or table.owners[u] == owner]
    if any(specs[u].HasField(name) for u in sharers) and values[position] != value:
        raise NetError(
            f"{_who(table, layers, use)} has {name} {value:g}, but shares with "
            f"{_who(table, layers, owner)}, whose {name} is {values[position]:g}; "
            "set it once, or equally"
        )
    values[position] = value


def _who(table, layers, use):
    l, b = table.places[use]  # noqa: E741
    layer = layers[l]
    return f"layer {layer.name!r} ({layer.type}): parameter {b} ({table.names[use]!r})"
