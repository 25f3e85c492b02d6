"""Everything public explains itself, and the tables of the layers tell the truth."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import brew.layer_types  # noqa: F401  (fills the registry)
from brew.docstrings import fields_in_table
from brew.layer import layer_class, layer_type_list
from brew.proto import caffe_pb2
from brew.proto.text import format_scalar

ROOT = Path(__file__).parent.parent
LAYER_FIELDS = caffe_pb2.LayerParameter.DESCRIPTOR.fields_by_name

# Defaults that caffe.proto does not know, since Caffe's code has them.
DEFAULTS_IN_CODE = {("SigmoidCrossEntropyLoss", "normalization"): "BATCH_SIZE"}


def test_every_public_name_has_a_docstring():
    assert list(undocumented(ROOT / "brew")) == []


@pytest.mark.parametrize("type_name", layer_type_list())
def test_the_docstring_of_every_layer_is_complete_and_true(type_name):
    assert list(faults(type_name, layer_class(type_name))) == []


def undocumented(package):
    """Yield where a public module, class or function says nothing about itself."""
    for path in sorted(package.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        # The methods of a layer are explained once, in brew.layer.Layer.
        inner = () if path.parent.name == "layer_types" else ast.FunctionDef
        for name in silent(tree, inner):
            yield f"{path.relative_to(package.parent)}: {name}"


def silent(node, functions, name="module"):
    """Yield the public names in this part of a file that have no docstring."""
    if not ast.get_docstring(node):
        yield name
    for child in node.body if not isinstance(node, ast.FunctionDef) else ():
        if isinstance(child, (ast.ClassDef, functions)) and child.name[0] != "_":
            yield from silent(child, functions, child.name)


def faults(type_name, layer):
    """Yield a sentence for everything wrong with the docstring of a layer class."""
    text = inspect.getdoc(layer) if layer.__doc__ else ""
    if not text.partition("\n")[0].endswith("."):
        yield "the first line is no sentence"
    for part in parts_needed(layer):
        if part not in text:
            yield f"no {part!r}"
    named = dict(fields_in_table(text))
    for message in read_by(layer) - {message for message, _ in named}:
        yield f"{message} is read, but the proto row does not name it"
    for (message, field), default in named.items():
        yield from faults_of_field(type_name, message, field, default)
    for message in {message for message, _ in named}.intersection(LAYER_FIELDS):
        known = LAYER_FIELDS[message].message_type.fields_by_name
        for field in set(known) - {field for owner, field in named if owner == message}:
            yield f"the proto row does not name {message}.{field}"


def parts_needed(layer):
    """Return what must stand in the docstring of this layer."""
    parts = ["\ntop ", "\nproto ", "\nSource: ", "\nExample::\n"]
    if layer.bottoms != 0:
        parts += ["\nbottom "]
    if layer.gradient_to != () and layer.bottoms != 0:
        parts += [".. math:: ", "\nBackward: "]
    return parts


def read_by(layer):
    """Return the messages of LayerParameter that the code of this layer reads."""
    return set(re.findall(r"self\.param\.(\w+_param)\b", inspect.getsource(layer)))


def faults_of_field(type_name, message, field, default):
    """Yield what is wrong with one field that a table names, and with its default."""
    if message not in LAYER_FIELDS:
        yield f"caffe.proto has no {message}"
        return
    known = LAYER_FIELDS[message].message_type.fields_by_name
    if field in known and known[field].has_default_value:
        schema = format_scalar(known[field], known[field].default_value)
        wanted = DEFAULTS_IN_CODE.get((type_name, field), schema)
        if not same(default, wanted):
            yield f"the default of {message}.{field} is [{wanted}], not [{default}]"
    elif field and field not in known and not in_a_part(field, known.values()):
        yield f"caffe.proto has no {message}.{field}"


def in_a_part(name, fields):
    """Tell whether a field's own message has the name, as reshape_param.shape.dim."""
    parts = (field.message_type for field in fields if field.message_type)
    return any(name in part.fields_by_name for part in parts)


def same(text, wanted):
    """Tell whether a default in a docstring means the wanted one."""
    try:
        return float(text) == pytest.approx(float(wanted))
    except ValueError:
        return text == wanted


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("``negative_slope``", "``slope``", "caffe.proto has no relu_param.slope"),
        ("``relu_param``", "``relu_params``", "relu_param is read, but the proto row"),
        ("``engine``", "engine", "the proto row does not name relu_param.engine"),
        ("``negative_slope`` [0]", "``negative_slope`` [1]", "is [0], not [1]"),
        ("``engine`` [DEFAULT]", "``engine`` [CAFFE]", "is [DEFAULT], not [CAFFE]"),
        ("Backward:", "Back:", "no '\\nBackward: '"),
        ("Source:", "From:", "no '\\nSource: '"),
        (".. math::", ".. maths::", "no '.. math:: '"),
        ("Example::", "For example:", "no '\\nExample::\\n'"),
        ("bottom  x", "in      x", "no '\\nbottom '"),
        ("negative ones.", "negative ones", "the first line is no sentence"),
    ],
)
def test_a_fault_in_a_docstring_is_found(old, new, fault, monkeypatch):
    relu = layer_class("ReLU")
    monkeypatch.setattr(relu, "__doc__", relu.__doc__.replace(old, new))
    assert any(fault in sentence for sentence in faults("ReLU", relu))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("x = 1", "module"),
        ('"""M."""\ndef f(): ...', "f"),
        ('"""M."""\nclass A:\n    """A."""\n    def g(self): ...', "g"),
    ],
)
def test_a_missing_docstring_is_found(source, name, tmp_path):
    (tmp_path / "brew").mkdir()
    (tmp_path / "brew" / "silent.py").write_text(source)
    assert list(undocumented(tmp_path / "brew")) == [f"brew/silent.py: {name}"]
