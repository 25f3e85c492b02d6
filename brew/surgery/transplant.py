"""transplant: take over the parameters that fit, and say what became of each."""

from math import prod
from typing import Any

import numpy as np

from brew.errors import NetError, did_you_mean
from brew.net import Net
from brew.proto import caffe_pb2
from brew.proto.binary import blobproto_to_arrays
from brew.proto.upgrade import read_net
from brew.surgery.draft import require_net
from brew.surgery.report import Report

COLUMNS = ("parameter", "action", "from", "to", "why")
# The same weights, seen as matrix or as kernels.
INTERCHANGEABLE = {"Convolution", "InnerProduct"}


def transplant(source, target, layers=None, rename=None):
    """Copy parameters into the layers of `target`, as far as they fit.

    Where ``Net.copy_from`` stops at the first layer that does not fit, this takes
    what it can, and tells about the rest.

    Parameters
    ----------
    source : Net, NetParameter, str or Path
        A net, or a .caffemodel. It is not changed.
    target : Net
        Its parameters are overwritten.
    layers : iterable of str, optional
        Only these layers of `target`; default all.
    rename : dict of str to str, optional
        For a layer of `target`, the layer of `source` that it shall learn from;
        default the one of the same name.

    Returns
    -------
    Report
        A row for each parameter of `target`: *copied*; *reshaped*, if it has the same
        numbers in the same order but another shape, as when an InnerProduct becomes
        a Convolution; or *skipped*, and why.

    Raises
    ------
    NetError
        If the target is no Net, or `layers` or `rename` name a layer that is not there.
    FileError, ProtoError
        If the file is missing or damaged.
    """
    require_net(target, "the target")
    donors, rename = _donors(source), rename or {}
    _check_names(layers or (), target.params, "target")
    _check_names(rename, target.params, "target")
    _check_names(rename.values(), donors, "source")
    rows = []
    for name, blobs in target.params.items():
        if layers is not None and name not in layers:
            continue
        donor = donors.get(rename.get(name, name))
        for i, blob in enumerate(blobs):
            action, shape, why = _move(donor, i, target.layer_dict[name], blob)
            rows.append((f"{name}[{i}]", action, shape, blob.shape, why))
    return _report(rows, target)


def _report(rows, target):
    counts = [
        f"{n} {action}"
        for action in ("copied", "reshaped", "skipped")
        if (n := sum(row[1] == action for row in rows))
    ]
    title = f"Transplant into {target.name or 'net'}: {', '.join(counts) or 'nothing'}"
    return Report(title, COLUMNS, rows)


def _donors(source):
    """Return ``{name: (LayerParameter, [arrays])}`` of all layers with parameters."""
    if isinstance(source, Net):
        net: Any = source
        return {
            layer.name: (layer.param, [blob.cpu_data() for blob in layer.blobs])
            for layer in reversed(net.layers)
            if layer.blobs
        }
    param = source if isinstance(source, caffe_pb2.NetParameter) else read_net(source)
    return {
        layer.name: (layer, [blobproto_to_arrays(blob)[0] for blob in layer.blobs])
        for layer in reversed(param.layer)
        if layer.blobs
    }


def _check_names(names, known, whose):
    for name in names:
        if name not in known:
            raise NetError(
                f"the {whose} has no layer {name!r} with parameters."
                + did_you_mean(name, known)
            )


def _move(donor, i, layer, blob):
    """Copy one parameter if it fits; return action, shape of the source, and why."""
    if donor is None:
        return "skipped", "", "the source has no such layer with parameters"
    param, arrays = donor
    if i >= len(arrays):
        return "skipped", "", f"the source has only {len(arrays)} there"
    values = arrays[i]
    problem = _types_differ(param, layer.param) or _shapes_differ(values, blob.shape)
    if problem:
        return "skipped", values.shape, problem
    blob.mutable_cpu_data()[...] = np.reshape(values, blob.shape)
    if values.shape == blob.shape:
        return "copied", values.shape, ""
    return "reshaped", values.shape, "the same numbers in the same order"


def _types_differ(source, target):
    both = {source.type, target.type}
    if len(both) == 2 and both != INTERCHANGEABLE:
        return f"the source is a {source.type}, this a {target.type}"
    if source.inner_product_param.transpose != target.inner_product_param.transpose:
        return "only one of the two stores its W transposed"
    return ""


def _shapes_differ(values, shape):
    if values.shape == shape or _without_ones(values.shape) == _without_ones(shape):
        return ""
    if values.size != prod(shape):
        return "the shapes differ"
    if values.shape[:1] != shape[:1]:
        return "as many numbers, but for another number of outputs"
    return ""


def _without_ones(shape):
    return [size for size in shape if size != 1]
