"""find: where a layer type is, what it does, what can be set, and how it is used."""

import inspect
import re
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from google.protobuf.descriptor import FieldDescriptor

from brew import layer_types  # noqa: F401  fills the registry
from brew.docstrings import (
    fields_in_table,
    fields_in_text,
    read_docstring,
    split_example,
    to_markdown,
)
from brew.errors import LayerError, MissingExtra, did_you_mean
from brew.fillers import FILLERS
from brew.layer import TRAIN, layer_class, layer_type_list
from brew.net import Net
from brew.proto import caffe_pb2
from brew.proto.fields import is_message, is_repeated
from brew.proto.text import format_scalar, parse_text
from brew.solvers import SOLVERS
from brew.views.effects import RECIPES

HOME = Path(__file__).parents[1]

_LAYER_FIELDS = caffe_pb2.LayerParameter.DESCRIPTOR.fields_by_name
_TYPES = {
    getattr(FieldDescriptor, name): name.removeprefix("TYPE_").lower()
    for name in dir(FieldDescriptor)
    if name.startswith("TYPE_")
}
_BOTTOM = re.compile(r'bottom: "(\w+)"\s*# \(([\d, ]*)\)')


class Field(NamedTuple):
    """A field of a prototxt: its name, what it takes, and its default, or ``""``."""

    name: str
    type: str
    default: str


@dataclass(frozen=True, repr=False)
class Page:
    """What :func:`find` has found; it shows itself as text, in Jupyter as Markdown.

    Attributes
    ----------
    name, kind : str
        ``"LRN"``, ``"layer type"``.
    place : str
        File and line: ``"brew/layer_types/lrn.py:11"``.
    doc : str
        The docstring, without the example.
    fields : dict of list of Field
        By message: those of ``lrn_param``; then those of the messages in it.
    example : str
        A complete prototxt: Input layers, and the layer itself. Empty for what is
        no layer, and for a layer whose docstring has none.
    """

    name: str
    kind: str
    place: str
    doc: str
    fields: dict = field(default_factory=dict)
    example: str = ""

    @property
    def summary(self):
        """The first line of the docstring."""
        return self.doc.partition("\n")[0]

    def net(self):
        """Return the net of the example, in phase TRAIN; its inputs hold zeros.

        Raises
        ------
        LayerError
            If there is no example; and whatever a net raises, such as for a data
            layer whose files are not there.
        """
        if not self.example:
            raise LayerError(f"{self.name} ({self.kind}) comes without an example")
        source = f"the example of {self.name}"
        return Net(parse_text(self.example, caffe_pb2.NetParameter(), source), TRAIN)

    def __repr__(self):
        parts = [f"{self.name}, a {self.kind}\n{self.place}", self.doc]
        for message, fields in self.fields.items():
            parts.append("\n".join([f"Fields of {message}:", *_columns(fields)]))
        if self.example:
            parts += [f"Example:\n\n{self.example.rstrip()}", self._how_to_run()]
        return "\n\n".join(part for part in parts if part)

    def _repr_markdown_(self):
        parts = [f"### {self.name}", f"{self.kind} · `{self.place}`"]
        summary, _, rest = to_markdown(self.doc).partition("\n\n")
        parts += [summary, *self._picture(), rest]
        for message, fields in self.fields.items():
            rows = "\n".join(f"| `{f.name}` | {f.type} | {f.default} |" for f in fields)
            head = f"| `{message}` | takes | default |\n|---|---|---|"
            parts.append(f"{head}\n{rows}")
        if self.example:
            parts.append(f"**Example**\n\n```\n{self.example.rstrip()}\n```")
            parts.append(f"```python\n{self._how_to_run()}\n```")
        return "\n\n".join(part for part in parts if part)

    def _picture(self):
        """Yield what the layer does to a photograph, and the caption, as Markdown."""
        if self.name not in RECIPES or not self.place.startswith("brew/layer_types/"):
            return
        try:
            from brew.views.layer_pictures import draw_layer
        except MissingExtra:  # without matplotlib, the words must do
            return
        png = b64encode(draw_layer(self.name).to_png()).decode()
        yield f"![{self.name} and a photograph](data:image/png;base64,{png})"
        yield RECIPES[self.name].caption

    def _how_to_run(self):
        bottom = _BOTTOM.search(self.example)
        fill = [f'net.blobs["{bottom[1]}"].data[...] = 1'] if bottom else []
        return "\n".join(
            [f'net = brew.find("{self.name}").net()', *fill, "net.forward()"]
        )


def find(name):
    """Find a layer type, a solver type or a filler.

    Parameters
    ----------
    name : str
        Such as ``"LRN"``, ``"Adam"`` or ``"xavier"``, in capital or small letters.

    Returns
    -------
    Page
        It prints file and line, the docstring, the fields of the prototxt with
        their types and defaults, and an example; ``find("LRN").net()`` builds it.

    Raises
    ------
    LayerError
        If there is nothing of that name; the message gives the nearest.
    """
    known = _everything()
    if str(name).lower() not in known:
        names = [found[0] for found in known.values()]
        raise LayerError(
            f"there is no layer type, solver type or filler {str(name)!r}."
            + did_you_mean(str(name), names)
            + " python -m brew layers lists the layer types"
        )
    name, kind, thing = known[str(name).lower()]
    doc, fragment = split_example(read_docstring(thing))
    fields = _layer_fields(doc) if kind == "layer type" else _fields_told(kind, doc)
    return Page(name, kind, _place(thing), doc, fields, _complete(fragment))


def _everything():
    """Return ``{name in small letters: (name, kind, class or function)}``."""
    layers = {name: layer_class(name) for name in layer_type_list()}
    kinds: dict[str, dict] = {
        "filler": FILLERS,
        "solver type": SOLVERS,
        "layer type": layers,
    }
    return {
        name.lower(): (name, kind, thing)
        for kind, things in kinds.items()
        for name, thing in things.items()
    }


def _place(thing):
    try:
        file = Path(inspect.getsourcefile(thing))
        line = inspect.getsourcelines(thing)[1]
    except (OSError, TypeError):  # typed into a prompt
        return "defined in this session"
    inside = file.is_relative_to(HOME / "brew")
    return f"{file.relative_to(HOME).as_posix() if inside else file}:{line}"


def _layer_fields(doc):
    """Return the fields of the messages that a layer's docstring names."""
    told = dict(fields_in_table(doc))
    messages = {
        name: _LAYER_FIELDS[name].message_type
        for name in dict.fromkeys(message for message, _ in told)
        if name in _LAYER_FIELDS
    }
    inner = {
        part.message_type.name: part.message_type
        for message in messages.values()
        for part in message.fields
        if is_message(part)
    }
    return {
        name: [_field(part, told.get((name, part.name))) for part in message.fields]
        for name, message in (messages | inner).items()
    }


def _fields_told(kind, doc):
    """Return the fields that the docstring of a solver or filler names."""
    parameter = {"filler": "FillerParameter", "solver type": "SolverParameter"}[kind]
    known = getattr(caffe_pb2, parameter).DESCRIPTOR.fields_by_name
    told = {name: default for name, default in fields_in_text(doc) if name in known}
    fields = [_field(known[name], default) for name, default in told.items()]
    return {parameter: fields} if fields else {}


def _field(part, told=None):
    """Return what is known about a field of a message.

    The docstring goes before the schema: it also knows the defaults that stand in
    the code, such as of fillers.
    """
    default = told or ""
    if not default and part.has_default_value:
        default = format_scalar(part, part.default_value)
    if part.enum_type:
        kind = ", ".join(value.name for value in part.enum_type.values)
    else:
        kind = part.message_type.name if is_message(part) else _TYPES[part.type]
    return Field(part.name, f"repeated {kind}" if is_repeated(part) else kind, default)


def _columns(fields):
    widths = [max(map(len, column)) for column in zip(*fields, strict=True)]
    for name, kind, default in fields:
        value = f"[{default}]" if default else ""
        yield f"  {name:{widths[0]}}  {kind:{widths[1]}}  {value}".rstrip()


def _complete(fragment):
    """Return the prototxt of an example with an Input layer for each bottom."""
    inputs = ""
    for name, shape in _BOTTOM.findall(fragment):
        dims = " ".join(f"dim: {size}" for size in re.findall(r"\d+", shape))
        inputs += (
            f'layer {{\n  name: "{name}" type: "Input"\n  top: "{name}"\n'
            f"  input_param {{ shape {{ {dims} }} }}\n}}\n"
        )
    return inputs + fragment
