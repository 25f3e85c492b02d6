"""Binary messages in files, and the arrays that BlobProtos hold.

Files: .caffemodel (NetParameter), .binaryproto (BlobProto), .solverstate
(SolverState). Fields that the schema does not know are kept from reading to
writing. Files are written whole or not at all.
"""

from math import prod

import numpy
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, EncodeError

from brew.errors import ProtoError
from brew.files import read_bytes, write_atomically
from brew.proto import caffe_pb2
from brew.proto.fields import is_message, is_repeated
from brew.proto.text import is_binary
from brew.proto.wire import encode_bytes, iter_fields

# What else people have handed over, by its first bytes.
_STRANGERS = {
    b"\x89HDF\r\n": "an HDF5 file; its name should end in .h5",
    b"version https://git-lfs": "a pointer of git-lfs; fetch the file: git lfs pull",
    b"<!DOCTYPE": "a web page; download the file itself",
    b"<html": "a web page; download the file itself",
    b"PK\x03\x04": "a zip archive; unpack it",
    b"\x1f\x8b": "a gzip archive; unpack it",
}
_LEGACY = ("num", "channels", "height", "width")
_FLOAT, _DOUBLE = numpy.dtype("<f4"), numpy.dtype("<f8")


def read_message(path, message):
    """Read the binary file at `path` into `message` and return it.

    Parameters
    ----------
    path : str or Path
        A .caffemodel, .binaryproto or .solverstate.
    message : protobuf message
        An empty one of the kind that the file holds, such as ``NetParameter()``.

    Raises
    ------
    FileError
        If the file is missing or unreadable.
    ProtoError
        If it is empty, cut short, damaged or of another kind.
    """
    return parse_binary(read_bytes(path), message, str(path))


def parse_binary(content, message, source):
    """Read a file's `content` (bytes) as :func:`read_message` does."""
    kind = message.DESCRIPTOR.name
    for start, stranger in _STRANGERS.items():
        if content.startswith(start):
            raise ProtoError(f"{source}: this is not a {kind} but {stranger}")
    try:
        message.ParseFromString(content)
        problem = _problem_with(message)
    except (DecodeError, UnicodeDecodeError):
        problem = _damage(content)
    if problem and _is_text(content):
        problem = "the file is text" if content else "the file is empty"
    if problem:
        raise ProtoError(
            f"{source}: this is not a whole, binary {kind}: {problem}; "
            "check its name, or make or download it again"
        )
    return message


def write_message(message, path):
    """Write `message` in binary form to the file at `path`, whole or not at all.

    Raises
    ------
    FileError
        If the file cannot be written.
    ProtoError
        If the message lacks a required field or is larger than 2 GB.
    """
    content = to_bytes(message, path)
    with write_atomically(path) as file:
        file.write(content)


def to_bytes(message, path):
    """Return `message` in binary form; `path` is where it goes, for the error.

    Raises
    ------
    ProtoError
        If the message lacks a required field or is larger than 2 GB.
    """
    try:
        return message.SerializeToString()
    except (EncodeError, ValueError) as error:
        raise ProtoError(f"{path}: cannot be written: {error}") from None


def blob_shape(proto):
    """Return the shape that a BlobProto states, old or new form, as a tuple.

    Raises
    ------
    ProtoError
        If a size is negative.
    """
    if not hasattr(proto, "HasField"):
        raise ProtoError(f"a BlobProto is needed here, not {proto!r:.60}")
    if has_legacy_shape(proto):
        shape = tuple(getattr(proto, name) for name in _LEGACY)
    else:
        shape = tuple(proto.shape.dim)
    if any(size < 0 for size in shape):
        raise ProtoError(f"the stored shape {shape} has a negative size: damaged file?")
    return shape


def has_legacy_shape(proto):
    """Tell whether a BlobProto states its shape as four numbers, as in 2014."""
    return any(proto.HasField(name) for name in _LEGACY)


def blobproto_to_arrays(proto):
    """Return the data and the diff of a BlobProto as arrays of its shape.

    Parameters
    ----------
    proto : BlobProto
        Legacy (num, channels, height, width) or today's shape; float or double.

    Returns
    -------
    data : ndarray
        float32, or float64 if that is stored.
    diff : ndarray or None
        None if no diff is stored.

    Raises
    ------
    ProtoError
        If the number of values is not what the shape asks for.
    """
    shape, values = blob_shape(proto), _values(proto)
    data = values.get("double_data", values.get("data"))
    diff = values.get("double_diff", values.get("diff"))
    if data is None:
        data = numpy.empty(0, numpy.float32)
    return shaped(data, shape), None if diff is None else shaped(diff, shape)


def blobproto_to_array(proto, return_diff=False):
    """Return the data of a BlobProto, or its diff, as an array of its shape.

    Raises
    ------
    ProtoError
        If the number of values is not what the shape asks for, or if there is no
        diff and it is wanted.
    """
    data, diff = blobproto_to_arrays(proto)
    if return_diff and diff is None:
        raise ProtoError("this BlobProto stores no diff")
    return diff if return_diff else data


def array_to_blobproto(array, diff=None):
    """Return a BlobProto with the shape and values of `array`, and maybe a diff.

    Values of type float64 are stored in double precision, all others as float32.
    """
    array = numpy.asarray(array)
    precise = array.dtype == numpy.float64
    proto = caffe_pb2.BlobProto()
    proto.shape.dim.extend(array.shape)
    for name, values in (("data", array), ("diff", diff)):
        if values is not None:
            field = proto.DESCRIPTOR.fields_by_name["double_" * precise + name]
            content = numpy.asarray(values, _DOUBLE if precise else _FLOAT).tobytes()
            proto.MergeFromString(encode_bytes(field.number, content))
    return proto


def _values(proto):
    """Return the stored arrays, flat, by field name."""
    content = proto.SerializeToString()
    names = proto.DESCRIPTOR.fields_by_number
    values = {}
    for number, start, end in iter_fields(content):
        name = names[number].name if number in names else ""
        if name.endswith(("data", "diff")):
            dtype = _DOUBLE if name.startswith("double") else _FLOAT
            count = (end - start) // dtype.itemsize
            stored = numpy.frombuffer(content, dtype, count, start)
            values[name] = stored.astype(dtype.newbyteorder("="))
    return values


def shaped(values, shape):
    """Return stored values in their shape; ProtoError if their number is wrong."""
    if prod(shape) != values.size:
        raise ProtoError(
            f"the stored shape {shape} asks for {prod(shape)} values, but "
            f"{values.size} are stored: damaged file?"
        )
    return values.reshape(shape)


def _problem_with(message):
    if not message.ListFields():
        return "nothing in it belongs to this kind"
    if not message.IsInitialized():
        return f"it lacks {' and '.join(message.FindInitializationErrors())}"
    return _problem_with_texts(message)


def _problem_with_texts(message):
    """Find names that are not UTF-8: protobuf hands them out as bytes."""
    for field, value in message.ListFields():
        for item in value if is_repeated(field) else [value]:
            if field.type == FieldDescriptor.TYPE_STRING and isinstance(item, bytes):
                return f"its {field.name} {item!r} is not a text"
            # arrays hold no texts, and are long
            if is_message(field) and field.message_type.name != "BlobProto":
                problem = _problem_with_texts(item)
                if problem:
                    return problem
    return None


def _is_text(content):
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not is_binary(content)


def _damage(content):
    try:
        for _ in iter_fields(content):
            pass
    except ValueError as error:
        return str(error)
    return "it is damaged"
