"""Prototxt: reading it with errors that teach, and writing it.

A prototxt is a message in protobuf's text format: ``name: value`` lines and
``name { ... }`` blocks. An error shows the file, the line, the column, the line
itself with carets under what is wrong, and the nearest valid name::

    lenet.prototxt:7:5: 'kernal_size' is not a field of 'convolution_param'
    (ConvolutionParameter). Did you mean 'kernel_size'?
            kernal_size: 5
            ^^^^^^^^^^^
"""

import re

import numpy
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.text_encoding import CEscape

from brew.errors import ProtoError
from brew.files import read_bytes, write_atomically
from brew.proto.fields import is_message, is_repeated
from brew.proto.parser import Parser
from brew.proto.tokens import Tokens

_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


def parse_text(text, message, source="<string>"):
    """Read prototxt `text` into `message`.

    Parameters
    ----------
    text : str
        The prototxt. An empty one sets nothing.
    message : protobuf message
        Where the fields go, such as ``NetParameter()``.
    source : str, default "<string>"
        The name of the file, for messages.

    Returns
    -------
    protobuf message
        `message`.

    Raises
    ------
    ProtoError
        If the text is not a valid message of that kind.
    """
    Parser(Tokens(text, source)).parse(message)
    return message


def read_prototxt(path, message):
    """Read the prototxt file at `path` into `message` and return it.

    Raises
    ------
    FileError
        If the file is missing or unreadable.
    ProtoError
        If it is not text, is empty, or is not a valid message of that kind.
    """
    return parse_content(read_bytes(path), message, str(path))


def parse_content(content, message, source):
    """Read a prototxt file's `content` (bytes) as :func:`read_prototxt` does."""
    if is_binary(content):
        raise ProtoError(
            f"{source}: this is a binary file, not prototxt; "
            "a .caffemodel goes where weights are asked for"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProtoError(
            f"{source}:{line}: the byte {content[error.start]:#x} is not UTF-8; "
            "save the file in that encoding"
        ) from None
    parse_text(text, message, source)
    if not message.ListFields():
        raise ProtoError(f"{source}: nothing is in this file")
    return message


def is_binary(content):
    """Say whether these bytes hold control characters, which no text has."""
    return _CONTROL_BYTE.search(content) is not None


def format_prototxt(message):
    """Return `message` as prototxt, a field a line, floats as short as they go."""
    return "".join(f"{line}\n" for line in _lines(message, ""))


def write_prototxt(message, path):
    """Write `message` as prototxt to the file at `path`, whole or not at all."""
    with write_atomically(path) as file:
        file.write(format_prototxt(message).encode("utf-8"))


def format_scalar(field, value):
    """Return a value that is no message, as it stands behind its field's name."""
    if field.enum_type:
        named = field.enum_type.values_by_number.get(value)
        return named.name if named else str(value)
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return f'"{CEscape(value, as_utf8=field.type != FieldDescriptor.TYPE_BYTES)}"'
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return "true" if value else "false"
    if field.cpp_type == FieldDescriptor.CPPTYPE_FLOAT:
        value = numpy.float32(value)
    return str(value).removesuffix(".0")


def _lines(message, indent):
    for field, value in message.ListFields():
        for item in value if is_repeated(field) else [value]:
            if is_message(field):
                yield f"{indent}{field.name} {{"
                yield from _lines(item, indent + "  ")
                yield f"{indent}}}"
            else:
                yield f"{indent}{field.name}: {format_scalar(field, item)}"
