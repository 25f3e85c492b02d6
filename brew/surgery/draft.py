"""Draft: a net on the operating table, its layers as parts that can be changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from brew.errors import NetError, did_you_mean
from brew.net import Net
from brew.proto import caffe_pb2
from brew.proto.binary import array_to_blobproto

# Layers that work on every number by itself and have no parameters.
ELEMENTWISE = {
    *("AbsVal", "BNLL", "Clip", "Dropout", "ELU", "Exp", "GELU", "Log", "Power"),
    *("ReLU", "Sigmoid", "Swish", "TanH", "Threshold"),
}


@dataclass(eq=False)
class Part:
    """One layer of a draft.

    Attributes
    ----------
    param : LayerParameter
        A copy without blobs; bottoms and tops carry the names they had before
        splits were inserted.
    blobs : list of ndarray
        Its parameters: read-only views, to be replaced by other arrays.
    bottom_shapes, top_shapes : list of tuple
        The shapes in the net that was given.
    """

    param: caffe_pb2.LayerParameter
    blobs: list
    bottom_shapes: list
    top_shapes: list

    @property
    def name(self):
        """The name of the layer."""
        return self.param.name

    @property
    def type(self):
        """The type of the layer."""
        return self.param.type

    def fail(self, message):
        """Raise a NetError that names the layer."""
        raise NetError(f"layer {self.name!r} ({self.type}): {message}")


class Draft:
    """The layers of a net as parts, without Split layers.

    Parameters
    ----------
    net : Net, NetParameter, str or Path
        Is not changed.

    Attributes
    ----------
    parts : list of Part
        In the order of the net.
    """

    def __init__(self, net):
        self._wants_message = isinstance(net, caffe_pb2.NetParameter)
        is_ours = not isinstance(net, Net)
        self._net: Any = net
        if is_ours:
            self._net = Net(net)
        self.parts = []
        self._aliases = {}
        for i, layer in enumerate(self._net.layers):
            if layer.type == "Split":
                self._undo_split(layer.param)
            else:
                self.parts.append(self._part(i, layer))
        if is_ours:  # what was read from it stays valid
            self._net.close()

    def _part(self, i, layer):
        param = caffe_pb2.LayerParameter()
        param.CopyFrom(layer.param)
        del param.blobs[:]
        bottoms = [self._aliases.get(name, name) for name in param.bottom]
        param.bottom[:] = bottoms
        tops = self._net._tops[i]
        if param.type == "Input":
            del param.input_param.shape[:]
            for blob in tops:
                param.input_param.shape.add(dim=blob.shape)
        return Part(
            param,
            [blob.cpu_data() for blob in layer.blobs],
            [blob.shape for blob in self._net._bottoms[i]],
            [blob.shape for blob in tops],
        )

    def _undo_split(self, param):
        blob = self._aliases.get(param.bottom[0], param.bottom[0])
        self._aliases.update(dict.fromkeys(param.top, blob))
        if param.loss_weight:  # it stood with the producer before
            maker = next(p for p in reversed(self.parts) if blob in p.param.top)
            maker.param.loss_weight[list(maker.param.top).index(blob)] = (
                param.loss_weight[0]
            )

    def find(self, name, types=()):
        """Return the part of that name.

        Raises
        ------
        NetError
            If there is none, or its type is not among `types`.
        """
        for part in self.parts:
            if part.name == name:
                if types and part.type not in types:
                    part.fail(f"a layer of type {' or '.join(types)} is needed here")
                return part
        names = [part.name for part in self.parts]
        raise NetError(
            f"net {self._net.name!r} has no layer {name!r}.{did_you_mean(name, names)}"
        )

    def producers(self):
        """Return ``{(part, bottom index): (part, top index)}``."""
        latest, found = {}, {}
        for part in self.parts:
            for b, blob in enumerate(part.param.bottom):
                found[part, b] = latest[blob]
            for t, blob in enumerate(part.param.top):
                latest[blob] = (part, t)
        return found

    def readers(self, part, top=0):
        """Return the parts that read this top, before anything overwrites it."""
        return [
            reader
            for (reader, _), source in self.producers().items()
            if source == (part, top)
        ]

    def remove(self, part):
        """Take out a part of one bottom and one top: its readers read its bottom."""
        self.parts.remove(part)
        old, new = part.param.top[0], part.param.bottom[0]
        for other in self.parts:
            for names in (other.param.bottom, other.param.top):
                names[:] = [new if name == old else name for name in names]

    def refuse_shared(self, part, what):
        """Raise NetError if other layers share parameters with this part."""
        names = {spec.name for spec in part.param.param if spec.name}
        for other in self.parts:
            common = names & {spec.name for spec in other.param.param}
            if other is not part and common:
                part.fail(
                    f"it shares parameter {min(common)!r} with layer {other.name!r}, "
                    f"so it cannot {what} alone; give its param another name first"
                )

    def finish(self):
        """Build what the parts describe: a new Net, or its NetParameter."""
        param = caffe_pb2.NetParameter()
        param.CopyFrom(self._net.param)
        del param.layer[:]
        for part in self.parts:
            copy = param.layer.add()
            copy.CopyFrom(part.param)
            copy.blobs.extend(
                array_to_blobproto(np.ascontiguousarray(x, "f4")) for x in part.blobs
            )
        if self._wants_message:
            return param
        net: Any = Net(param, seed=self._net.seed)
        for layer in net.layers:  # the layers have their own copies now
            del layer.param.blobs[:]
        return net


def require_net(net, role):
    """Raise NetError unless `net` is a Net, which can be changed in place."""
    if not isinstance(net, Net):
        raise NetError(f"{role} must be a Net, which is changed in place, not {net!r}")


def require_wishes(wishes, example):
    """Raise NetError unless `wishes` has something to say for each layer, by name."""
    if not isinstance(wishes, Mapping):
        raise NetError(f"say it for each layer, such as {example}, not {wishes!r}")


def set_bias(part, values):
    """Give a Convolution or InnerProduct this bias, also if it had none."""
    own = "convolution_param" if part.type == "Convolution" else "inner_product_param"
    getattr(part.param, own).bias_term = True
    part.blobs[1:] = [values]
