"""The grammar of prototxt: ``name: value`` and ``name { fields }``, checked as read.

What Caffe's own parser tolerates is tolerated: ``name: { }``, ``< >`` for braces,
``,`` or ``;`` behind a field, lists in brackets, quotes of both kinds, adjacent
texts that are one, ``#`` comments, octal and hexadecimal numbers.
"""

from google.protobuf.descriptor import FieldDescriptor

from brew.errors import did_you_mean
from brew.proto.fields import is_message, is_repeated
from brew.proto.scalars import takes, to_bytes, to_value

_CLOSERS = {"{": "}", "<": ">"}
_ROOTS = {"NetParameter": "net", "SolverParameter": "solver"}


class Parser:
    """Fills a message from tokens; see :func:`brew.proto.text.parse_text`."""

    def __init__(self, tokens):
        self.tokens = tokens
        self.blocks = []  # the open ones: (token of its name, descriptor)

    def parse(self, message):
        """Read fields into `message` until the text ends."""
        self.blocks.append((None, message.DESCRIPTOR))
        seen: set[str] = set()
        while self.tokens.token.kind != "end":
            if self.tokens.token.text in _CLOSERS.values():
                problem = "this closes nothing: every block is closed already"
                raise self.tokens.error(self.tokens.token, problem)
            self._field(message, seen)

    def _field(self, message, seen):
        name = self.tokens.take()
        if name.kind != "name":
            problem = f"a field name was expected, not {_shown(name)}"
            raise self.tokens.error(name, problem)
        field = message.DESCRIPTOR.fields_by_name.get(name.text)
        if field is None:
            raise self.tokens.error(name, self._unknown(name, message))
        if not self.tokens.accept(":") and not is_message(field):
            problem = f"':' is missing behind {name.text!r}, which {takes(field)}"
            raise self.tokens.error(self.tokens.token, problem)
        self._values(name, field, message, seen)
        if not self.tokens.accept(","):
            self.tokens.accept(";")

    def _values(self, name, field, message, seen):
        if not is_repeated(field) and name.text in seen:
            problem = f"{name.text!r} may stand only once here, and does already"
            raise self.tokens.error(name, problem)
        seen.add(name.text)
        if not (is_repeated(field) and self.tokens.accept("[")):
            self._value(name, field, message)
        elif not self.tokens.accept("]"):
            self._value(name, field, message)
            while not self.tokens.accept("]"):
                if not self.tokens.accept(","):
                    problem = f"',' or ']' is missing in the list of {name.text!r}"
                    raise self.tokens.error(self.tokens.token, problem)
                self._value(name, field, message)

    def _value(self, name, field, message):
        if is_message(field):
            inner = getattr(message, field.name)
            self._block(name, inner.add() if is_repeated(field) else inner)
        elif is_repeated(field):
            getattr(message, field.name).append(self._scalar(field))
        else:
            setattr(message, field.name, self._scalar(field))

    def _block(self, name, message):
        brace = self.tokens.take()
        if brace.kind != "symbol" or brace.text not in _CLOSERS:
            problem = f"{name.text!r} opens a block: write {name.text} {{ ... }}"
            raise self.tokens.error(brace, problem)
        message.SetInParent()
        self.blocks.append((name, message.DESCRIPTOR))
        seen: set[str] = set()
        while not self.tokens.accept(_CLOSERS[brace.text]):
            if self.tokens.token.kind == "end":
                problem = f"the block {name.text!r} is never closed: add a '}}'"
                raise self.tokens.error(name, problem)
            self._field(message, seen)
        self.blocks.pop()
        if not message.IsInitialized():
            missing = " and ".join(message.FindInitializationErrors())
            raise self.tokens.error(name, f"{name.text!r} must also state {missing}")

    def _scalar(self, field):
        first = self.tokens.token
        minus = self.tokens.accept("-")
        token = self.tokens.take()
        is_text = field.cpp_type == FieldDescriptor.CPPTYPE_STRING and not minus
        if is_text and token.kind == "string":
            return self._text(field, token)
        try:
            return to_value(field, token, minus)
        except ValueError as error:
            text = self.tokens.text[first.start : token.start + len(token.text)]
            raise self.tokens.error(first._replace(text=text), str(error)) from None

    def _text(self, field, token):
        pieces = [token]
        while self.tokens.token.kind == "string":
            pieces.append(self.tokens.take())
        content = b"".join(self._unescaped(piece) for piece in pieces)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return content
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            raise self.tokens.error(token, "this text is not UTF-8") from None

    def _unescaped(self, token):
        try:
            return to_bytes(token.text[1:-1])
        except ValueError as error:
            escape, start = error.args
            place = token._replace(text=escape, start=token.start + 1 + start)
            problem = f"{escape} means nothing in a text; write \\\\ for a backslash"
            raise self.tokens.error(place, problem + ", and / in paths") from None

    def _unknown(self, name, message):
        block, descriptor = self.blocks[-1]
        where = f"{block.text!r} ({descriptor.name})" if block else descriptor.name
        return f"{name.text!r} is not a field of {where}." + (
            self._belongs_outside(name.text)
            or did_you_mean(name.text, descriptor.fields_by_name)
            or _belongs_inside(name.text, message)
            or _belongs_elsewhere(name.text, descriptor)
        )

    def _belongs_outside(self, name):
        for depth in range(len(self.blocks) - 2, -1, -1):
            if name in self.blocks[depth][1].fields_by_name:
                unclosed, _ = self.blocks[depth + 1]
                line = self.tokens.line_of(unclosed)
                return (
                    " It stands outside of this block: is a '}' missing, "
                    f"to close the {unclosed.text!r} of line {line}?"
                )
        return ""


def _belongs_inside(name, message):
    inside = [
        field
        for field in message.DESCRIPTOR.fields
        if is_message(field) and name in field.message_type.fields_by_name
    ]
    own = f"{getattr(message, 'type', '')}Parameter"
    fitting = [f.name for f in inside if f.message_type.name == own]
    names = fitting or [field.name for field in inside]
    if not names:
        return ""
    more = ", ..." if len(names) > 4 else ""
    return f" It belongs inside {', '.join(names[:4])}{more} {{ }}."


def _belongs_elsewhere(name, descriptor):
    for root, word in _ROOTS.items():
        other = descriptor.file.message_types_by_name.get(root, descriptor)
        if name in other.fields_by_name:
            return f" It is a field of a {word}: is this the right file?"
    return ""


def _shown(token):
    return "the end of the text" if token.kind == "end" else repr(token.text)
