"""Protobuf's binary encoding, as far as brew looks at it itself.

A message is a row of fields; each starts with a varint, ``number << 3 | type``.
The type says what follows: 0 a varint, 1 eight bytes, 5 four bytes, 2 a varint
with the length and then so many bytes. A packed array is such a run of bytes, so
NumPy can take it as it is, while protobuf would hand it out number by number.
"""

_SIZES = {1: 8, 5: 4}


def iter_fields(content):
    """Yield the fields of a message as tuples (number, start, end).

    `start` and `end` enclose the field's value in `content`.

    Raises
    ------
    ValueError
        If the bytes end too early or cannot be a field; the message says where.
    """
    position = 0
    while position < len(content):
        key, start = _varint(content, position)
        if key & 7 == 0:
            _, end = _varint(content, start)
        elif key & 7 == 2:
            length, start = _varint(content, start)
            end = start + length
        elif key & 7 in _SIZES:
            end = start + _SIZES[key & 7]
        else:
            raise ValueError(f"it is damaged at byte {position}")
        if end > len(content):
            missing = end - len(content)
            raise ValueError(f"bytes missing at its end: {missing}")
        yield key >> 3, start, end
        position = end


def encode_bytes(number, value):
    """Return field `number` with the bytes `value`: its key, length and content."""
    return _encode_varint(number << 3 | 2) + _encode_varint(len(value)) + value


def _varint(content, position):
    value = 0
    for shift in range(0, 64, 7):
        if position == len(content):
            raise ValueError("it ends in the middle of a number")
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError(f"it is damaged at byte {position}")


def _encode_varint(value):
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
