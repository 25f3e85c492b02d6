"""Which layers of a prototxt belong to a net: the include and exclude rules."""

from brew.errors import NetError
from brew.proto import caffe_pb2


def filter_net(net_param):
    """Return a copy of `net_param` with the layers that its state lets in.

    A layer without rules is kept. With ``include`` rules it is kept if one
    matches, with ``exclude`` rules unless one matches.

    Parameters
    ----------
    net_param : NetParameter
        Its ``state`` holds phase, level and stages.

    Raises
    ------
    NetError
        If a layer has both include and exclude rules.
    """
    kept = caffe_pb2.NetParameter()
    kept.CopyFrom(net_param)
    del kept.layer[:]
    kept.layer.extend(
        layer for layer in net_param.layer if _is_kept(layer, net_param.state)
    )
    return kept


def rule_matches(state, rule):
    """Tell whether a NetState meets all set parts of a NetStateRule."""
    stages = set(state.stage)
    return (
        (not rule.HasField("phase") or rule.phase == state.phase)
        and (not rule.HasField("min_level") or state.level >= rule.min_level)
        and (not rule.HasField("max_level") or state.level <= rule.max_level)
        and stages.issuperset(rule.stage)
        and stages.isdisjoint(rule.not_stage)
    )


def _is_kept(layer, state):
    if layer.include and layer.exclude:
        raise NetError(
            f"layer {layer.name!r} ({layer.type}) has include and exclude rules; "
            "use one kind"
        )
    if layer.include:
        return any(rule_matches(state, rule) for rule in layer.include)
    return not any(rule_matches(state, rule) for rule in layer.exclude)
