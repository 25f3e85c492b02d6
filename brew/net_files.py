"""Copy, share and save the parameters of a net (methods of ``Net``).

Parameters are matched by layer name: a layer of the file that the net does not
have is passed over, a layer of the net that the file does not have keeps its
values. So a new name means new parameters, which is all that fine-tuning needs.
"""

from brew.errors import NetError, WeightMismatch
from brew.files import read_bytes
from brew.log import logger
from brew.proto import caffe_pb2
from brew.proto.binary import write_message
from brew.proto.stored import layers_in_file, layers_in_message

_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"


def copy_from(net, weights):
    """Copy parameters from a model file into this net.

    Parameters
    ----------
    weights : str, Path, NetParameter or Net
        A .caffemodel, a .caffemodel.h5 (told apart by content), the message, or
        another net.

    Raises
    ------
    WeightMismatch
        If a layer of the same name has other parameters. Nothing is copied then.
    FileError, ProtoError
        If the file is missing or damaged.
    """
    if hasattr(weights, "to_proto"):  # a net
        weights = weights.to_proto()
    if isinstance(weights, caffe_pb2.NetParameter):
        _copy(net, layers_in_message(weights))
    elif is_hdf5(weights):
        net.load_hdf5(weights)
    else:
        try:
            _copy(net, layers_in_file(weights))
        except WeightMismatch as error:
            raise WeightMismatch(f"{weights}: {error}") from None


def share_with(net, other):
    """Use the data of `other`'s parameters in the layers of the same name.

    Raises
    ------
    WeightMismatch
        If two such layers differ in the number or shape of parameters.
    """
    if not hasattr(other, "layers"):
        raise NetError(f"parameters are shared with another Net, not with {other!r}")
    for layer in other.layers:
        target = _first_layer(net, layer.name)
        if target is None:
            continue
        _check_number(target, len(layer.blobs))
        for i, (mine, theirs) in enumerate(zip(target.blobs, layer.blobs, strict=True)):
            _check_shape(target, i, mine.shape, theirs.shape)
            mine.share_data(theirs)


def to_proto(net, write_diff=False):
    """Return this net as a NetParameter with all parameters in it."""
    param = caffe_pb2.NetParameter(name=net.name)
    for layer in net.layers:
        copy = param.layer.add()
        copy.CopyFrom(layer.param)
        del copy.blobs[:]
        copy.blobs.extend(blob.to_proto(write_diff) for blob in layer.blobs)
    return param


def save(net, path, write_diff=False):
    """Write the net and its parameters as a binary .caffemodel.

    Parameters
    ----------
    path : str or Path
        The file is replaced as a whole or not at all.
    write_diff : bool, default False
        Store gradients, too.
    """
    write_message(net.to_proto(write_diff), path)


def is_hdf5(path):
    """Tell whether the file at `path` starts as HDF5 files do."""
    return read_bytes(path, len(_HDF5_MAGIC)) == _HDF5_MAGIC


def _copy(net, layers):
    copies = []
    for name, stored in layers:
        target = _first_layer(net, name)
        if target is None:
            logger.info("Ignoring source layer %s", name)
            continue
        _check_number(target, len(stored))
        for i, (values, is_legacy) in enumerate(stored):
            blob = target.blobs[i]
            _check_shape(target, i, blob.shape, values.shape, is_legacy)
            copies.append((blob, values))
    for blob, values in copies:  # only now: a mismatch must not leave half a copy
        blob.mutable_cpu_data()[...] = values.reshape(blob.shape)


def _first_layer(net, name):
    return next((layer for layer in net.layers if layer.name == name), None)


def _check_number(layer, num_stored):
    if num_stored != len(layer.blobs):
        raise WeightMismatch(
            f"layer {layer.name!r} ({layer.type}): {num_stored} parameters are stored, "
            f"but the layer has {len(layer.blobs)}; rename the layer to learn it anew"
        )


def _check_shape(layer, index, shape, stored, legacy=False):
    # four legacy dims: (64, 20) was stored as (1, 1, 64, 20)
    wanted = (1,) * (4 - len(shape)) + shape if legacy else shape
    if stored != wanted:
        raise WeightMismatch(
            f"layer {layer.name!r} ({layer.type}): stored parameter {index} has shape "
            f"{stored}, but the layer needs {shape}; rename the layer to learn it anew"
        )
