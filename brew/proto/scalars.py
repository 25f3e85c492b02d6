"""Single values of prototxt: numbers, true and false, words, and quoted text."""

import re

from google.protobuf.descriptor import FieldDescriptor

from brew.errors import did_you_mean

_FLOATS = (FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE)
# Lowest and highest value of the whole-number fields.
_BOUNDS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
_WORDS = {
    FieldDescriptor.CPPTYPE_UINT32: "takes a whole number from 0 on",
    FieldDescriptor.CPPTYPE_UINT64: "takes a whole number from 0 on",
    FieldDescriptor.CPPTYPE_FLOAT: "takes a number",
    FieldDescriptor.CPPTYPE_DOUBLE: "takes a number",
    FieldDescriptor.CPPTYPE_BOOL: "takes true or false",
    FieldDescriptor.CPPTYPE_STRING: "takes a text in quotes",
}
_DECIMAL = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?", re.ASCII)
_TRUTH = {"true": True, "True": True, "t": True, "1": True}
_TRUTH |= {"false": False, "False": False, "f": False, "0": False}
_LETTERS = dict(zip("abfnrtv\\'\"?", "\a\b\f\n\r\t\v\\'\"?", strict=True))
_PIECE = re.compile(
    r"([^\\]+)|\\([0-7]{1,3}|[xX][0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)"
)


def takes(field):
    """Return what `field` takes, in words: ``takes a whole number``."""
    if field.enum_type:
        words = [value.name for value in field.enum_type.values]
        more = ", ..." if len(words) > 8 else ""
        return f"takes one of {', '.join(words[:8])}{more}"
    return _WORDS.get(field.cpp_type, "takes a whole number")


def to_value(field, token, negative=False):
    """Return the value of `token` as `field` wants it; not for quoted text.

    Raises
    ------
    ValueError
        If the field wants something else; the message says what.
    """
    text = "-" + token.text if negative else token.text
    value = None
    if field.enum_type:
        value = _enum_number(field.enum_type, token.kind, text)
    elif field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        value = _TRUTH.get(text)
    elif field.cpp_type in (
        FieldDescriptor.CPPTYPE_FLOAT,
        FieldDescriptor.CPPTYPE_DOUBLE,
    ):
        value = _number(text)
    elif field.cpp_type in _BOUNDS and token.kind == "number":
        value = _whole_number(field, text)
    if value is None:
        raise ValueError(f"{field.name!r} {takes(field)}, {_not(field, token, text)}")
    return value


def to_bytes(text):
    r"""Return what stands between quotes as bytes, where ``\n`` is a newline.

    Raises
    ------
    ValueError
        If an escape means nothing; its arguments are the escape and its place.
    """
    content = bytearray()
    for piece in _PIECE.finditer(text):
        plain, escape = piece.groups()
        # a lone surrogate is no text, which shows when the bytes are decoded
        code = _unescaped(escape) if escape else plain.encode("utf-8", "surrogatepass")
        if code is None:
            raise ValueError(piece.group(), piece.start())
        content += code
    return bytes(content)


def _unescaped(escape):
    if escape in _LETTERS:
        return _LETTERS[escape].encode()
    if escape[0] in "01234567":
        return bytes([int(escape, 8) & 0xFF])
    if escape[0] in "xX" and len(escape) > 1:
        return bytes([int(escape[1:], 16)])
    if escape[0] in "uU" and len(escape) > 1 and int(escape[1:], 16) < 0x110000:
        return chr(int(escape[1:], 16)).encode("utf-8", "surrogatepass")
    return None


def _enum_number(enum, kind, text):
    if kind == "name" and text in enum.values_by_name:
        return enum.values_by_name[text].number
    number = _integer(text) if kind == "number" else None
    return number if number in enum.values_by_number else None


def _number(text):
    digits = text.removeprefix("-")
    if _DECIMAL.fullmatch(digits):
        return float(text.rstrip("fF"))
    if digits.lower() in ("inf", "infinity", "nan"):
        return float(text)
    return None


def _whole_number(field, text):
    number = _integer(text)
    low, high = _BOUNDS[field.cpp_type]
    if number is not None and not low <= number <= high:
        bounds = f"a whole number from {low} to {high}"
        raise ValueError(f"{field.name!r} takes {bounds}, not {text}")
    return number


def _integer(text):
    digits = text.removeprefix("-")
    octal = len(digits) > 1 and digits[0] == "0" and digits.isdigit()
    try:
        number = int(digits, 8 if octal else 0)
    except ValueError:
        return None
    return -number if text.startswith("-") else number


def _not(field, token, text):
    if token.kind == "end":
        return "but the text ends here"
    if token.kind == "string" and field.cpp_type != FieldDescriptor.CPPTYPE_STRING:
        return f"not {text}: leave out the quotes"
    if field.enum_type:
        return f"not {text!r}.{did_you_mean(text, field.enum_type.values_by_name)}"
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING and token.kind == "name":
        return f'not {text!r}: write "{text}"'
    return f"not {text!r}"
