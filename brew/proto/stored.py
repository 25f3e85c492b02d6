"""The parameters in a .caffemodel, taken from where they lie in the file.

A protobuf message of a large model costs as much memory again as its file. So only
the small fields of the file become a message; each array stays a view of its bytes.
"""

import numpy
from google.protobuf.message import DecodeError

from brew.errors import ProtoError
from brew.files import read_bytes
from brew.proto import caffe_pb2
from brew.proto.binary import (
    blob_shape,
    blobproto_to_arrays,
    has_legacy_shape,
    parse_binary,
    shaped,
)
from brew.proto.text import is_binary
from brew.proto.upgrade import read_net
from brew.proto.wire import encode_bytes, iter_fields

_NET = caffe_pb2.NetParameter.DESCRIPTOR.fields_by_name
_LAYER = caffe_pb2.LayerParameter.DESCRIPTOR.fields_by_name
_ARRAYS = {
    caffe_pb2.BlobProto.DESCRIPTOR.fields_by_name[name].number: (name, dtype)
    for name, dtype in (
        *(("data", "<f4"), ("diff", "<f4")),
        *(("double_data", "<f8"), ("double_diff", "<f8")),
    )
}


def layers_in_file(path):
    """Return the layers of a .caffemodel of any age, with their parameters.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    iterable of (str, list of (ndarray, bool))
        The name of each layer and its parameters: the values, which are to be read
        only, and whether their shape was stored as four numbers, as in 2014.

    Raises
    ------
    FileError
        If the file is missing or unreadable.
    ProtoError
        If it is no net, or damaged.
    """
    content = memoryview(read_bytes(path))
    try:
        net, encoded = _split(content, str(path))
    except ValueError:  # old, a text, or damaged: the whole message will tell
        del content
        return layers_in_message(read_net(path))
    blobs = [[_decode(blob, str(path)) for blob in layer] for layer in encoded]
    return zip((layer.name for layer in net.layer), blobs, strict=True)


def layers_in_message(net):
    """Yield the layers of a NetParameter as :func:`layers_in_file` does."""
    for layer in net.layer:
        arrays = [blobproto_to_arrays(blob)[0] for blob in layer.blobs]
        legacy = map(has_legacy_shape, layer.blobs)
        yield layer.name, list(zip(arrays, legacy, strict=True))


def _split(content, source):
    """Return the net without arrays, and for each layer its encoded blobs."""
    if not is_binary(bytes(content[:1000])):
        raise ValueError("a text")
    small, encoded = [], []
    for number, whole, value in _fields(content):
        if number == _NET["layers"].number:
            raise ValueError  # layers of 2014, which nobody reads piece by piece
        if number == _NET["layer"].number:
            parts = list(_fields(value))
            blobs = _LAYER["blobs"].number
            encoded.append([part for number, _, part in parts if number == blobs])
            rest = b"".join(field for number, field, _ in parts if number != blobs)
            whole = encode_bytes(number, rest)
        small.append(whole)
    return parse_binary(b"".join(small), caffe_pb2.NetParameter(), source), encoded


def _fields(content):
    """Yield (number, the field with its key, its value) of each field."""
    position = 0
    for number, start, end in iter_fields(content):
        yield number, content[position:end], content[start:end]
        position = end


def _decode(content, source):
    """Return the values of an encoded BlobProto, and whether its shape is old."""
    pieces, rest = {}, []
    try:
        for number, whole, value in _fields(content):
            if number in _ARRAYS:
                name, dtype = _ARRAYS[number]
                pieces.setdefault(name, []).append(numpy.frombuffer(value, dtype))
            else:
                rest.append(whole)
        proto = caffe_pb2.BlobProto.FromString(b"".join(rest))
    except (ValueError, DecodeError) as error:
        raise ProtoError(f"{source}: a parameter is damaged: {error}") from None
    # in several pieces only if somebody else wrote the file
    values = pieces.get("double_data") or pieces.get("data") or [numpy.zeros(0, "f4")]
    values = values[0] if len(values) == 1 else numpy.concatenate(values)
    return shaped(values, blob_shape(proto)), has_legacy_shape(proto)
