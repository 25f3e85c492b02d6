"""How the Python layer finds the user's class, and what it says if it does not."""

import sys

import pytest

import brew
from brew.errors import LayerError
from brew.layer import TEST, create_layer
from brew.proto import caffe_pb2

SOURCE = """
import brew as caffe

class Doubling(caffe.Layer):
    pass

Settings = dict
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder on sys.path with modules that other tests do not see."""
    (tmp_path / "shapes_of_mine.py").write_text(SOURCE)
    (tmp_path / "broken_of_mine.py").write_text("import surely_not_installed")
    monkeypatch.syspath_prepend(tmp_path)
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        del sys.modules[name]


def python_layer(module, layer, param_str="", phase=0):
    param = caffe_pb2.LayerParameter(name="mine", type="Python", phase=phase)
    param.python_param.module = module
    param.python_param.layer = layer
    param.python_param.param_str = param_str
    return create_layer(param)


def test_layer_is_an_object_of_the_users_own_class(folder):
    layer = python_layer("shapes_of_mine", "Doubling", "{'by': 2}", TEST)
    assert type(layer) is sys.modules["shapes_of_mine"].Doubling
    assert isinstance(layer, brew.Layer)
    assert (layer.name, layer.type) == ("mine", "Python")
    assert (layer.param_str, layer.phase) == ("{'by': 2}", TEST)
    assert layer.host_only is None  # a user layer works where the arrays are NumPy


@pytest.mark.parametrize(
    ("module", "layer", "message"),
    [
        ("", "Doubling", "names the module ''; write its name as in an import"),
        ("shapes of mine", "Doubling", "names the module 'shapes of mine'"),
        ("shapes_of_yours", "Doubling", "No module named.*add it to PYTHONPATH"),
        ("shapes_of_mine.deep", "Doubling", "'shapes_of_mine.deep' cannot be imported"),
        (
            "broken_of_mine",
            "Doubling",
            "surely_not_installed.*mend what that module imports",
        ),
        (
            "shapes_of_mine",
            "Dubling",
            "'shapes_of_mine' .*has no class 'Dubling'. Did you mean 'Doubling'?",
        ),
        ("shapes_of_mine", "Settings", r"is no layer; write: class Settings\(brew.Lay"),
        ("shapes_of_mine", "__name__", "is no layer"),
    ],
)
def test_errors_name_layer_module_class_and_remedy(folder, module, layer, message):
    with pytest.raises(LayerError, match=rf"layer 'mine' \(Python\): .*{message}"):
        python_layer(module, layer)


def test_an_error_inside_the_users_module_passes_through(folder):
    (folder / "failing_of_mine.py").write_text("1 / 0")
    with pytest.raises(ZeroDivisionError):
        python_layer("failing_of_mine", "Doubling")
