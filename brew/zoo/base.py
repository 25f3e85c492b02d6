"""A model that stands on another one, its base, and holds only what is new.

A net that was fine-tuned has most of its numbers from the net it began with. So its
file need not hold them: the card names the other model as ``base``, and that one's
checksum as ``base_sha256``. To be used, both are put together again.
"""

from pathlib import Path

import numpy as np

from brew.files import AnyPath
from brew.layer import TEST
from brew.net import Net
from brew.proto import caffe_pb2
from brew.proto.binary import blobproto_to_arrays
from brew.proto.upgrade import read_net


def without_base(net: caffe_pb2.NetParameter, base: AnyPath) -> caffe_pb2.NetParameter:
    """Return what a trained net knows and its base does not.

    Parameters
    ----------
    net : NetParameter
        With its parameters.
    base : str or Path
        The caffemodel that it began with.

    Returns
    -------
    NetParameter
        Name, type and parameters of each layer that has other ones than in the base.
    """
    known = {layer.name: _numbers(layer) for layer in read_net(base).layer}
    new = caffe_pb2.NetParameter(name=net.name)
    for layer in net.layer:
        if layer.blobs and not _same(_numbers(layer), known.get(layer.name, [])):
            new.layer.add(name=layer.name, type=layer.type, blobs=layer.blobs)
    return new


def with_base(folder: Path, new: Path, base: Path) -> Net:
    """Return the net for use in a model's folder, filled from both files.

    Raises
    ------
    WeightMismatch
        If a layer of the net has other shapes in one of them.
    """
    net = Net(folder / "deploy.prototxt", TEST)
    for file in (base, new):
        net.copy_from(file)
    return net


def _numbers(layer: caffe_pb2.LayerParameter) -> list[np.ndarray]:
    return [blobproto_to_arrays(blob)[0] for blob in layer.blobs]


def _same(ours: list[np.ndarray], theirs: list[np.ndarray]) -> bool:
    return len(ours) == len(theirs) and all(map(np.array_equal, ours, theirs))
