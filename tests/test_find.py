"""find shows where a thing is, what it does and how it is used; the examples run."""

import re
import sys
from base64 import b64decode
from pathlib import Path

import numpy
import pytest

import brew
from brew import datasets
from brew.errors import LayerError, SourceError
from brew.fillers import FILLERS
from brew.layer import layer_type_list
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.solvers import SOLVERS
from brew.views.effects import RECIPES

ROOT = Path(__file__).parent.parent
TYPES = layer_type_list()
MY_LAYERS = """
import brew

class Double(brew.Layer):
    def top_shapes(self, x):
        return [x]

    def forward(self, bottom, top):
        top[0].data[...] = 2 * bottom[0].data
"""
# An image of 3 channels and 28 x 28 pixels, with 2 windows: class, overlap, box.
WINDOWS = """\
# 0
photos/{}
3
28
28
2
3 0.9 1 1 20 20
0 0.1 5 5 25 25
"""


@pytest.fixture
def workshop(in_tmp_path, monkeypatch):
    """Make a folder that holds the files that some examples name."""
    monkeypatch.setenv("BREW_DATA", str(in_tmp_path))
    monkeypatch.syspath_prepend(in_tmp_path)
    monkeypatch.delitem(sys.modules, "my_layers", raising=False)
    (in_tmp_path / "my_layers.py").write_text(MY_LAYERS)
    images = numpy.arange(70 * 28 * 28, dtype="uint8").reshape(70, 1, 28, 28)
    labels = numpy.arange(70, dtype="uint8") % 10
    datasets.write_hdf5(in_tmp_path / "mnist10k_train.h5", images, labels)
    datasets.write_image_list(in_tmp_path / "photos", images, labels)
    photos = (in_tmp_path / "photos" / "list.txt").read_text()
    (in_tmp_path / "train.txt").write_text(photos)
    (in_tmp_path / "windows.txt").write_text(WINDOWS.format(photos.split()[0]))


@pytest.mark.parametrize("name", TYPES)
def test_the_example_of_every_layer_type_runs(name, workshop):
    net = brew.find(name).net()
    if name == "MemoryData":
        net.set_input_arrays(
            numpy.ones((2, 3, 6, 6), "float32"), numpy.zeros(2, "float32")
        )
    for value in 0, 1:
        for blob in net.inputs:
            net.blobs[blob].data[...] = value
        net.forward()
        net.backward()
        assert all(numpy.isfinite(blob.data).all() for blob in net.blobs.values())
    net.close()


@pytest.mark.parametrize("name", TYPES)
def test_an_example_is_inputs_and_one_layer_of_the_type(name):
    layers = parse_text(brew.find(name).example, caffe_pb2.NetParameter()).layer
    assert layers[-1].type == name
    assert {layer.type for layer in layers[:-1]} <= {"Input"}
    assert [layer.top[0] for layer in layers[:-1]] == list(layers[-1].bottom)


def test_a_layer_type_is_shown_from_file_to_example():
    page = brew.find("LRN")
    text = repr(page)
    assert text.startswith("LRN, a layer type\nbrew/layer_types/lrn.py:")
    assert "\n\nDivide each value by the energy of the values around it.\n" in text
    assert "\n  local_size   uint32                           [5]\n" in text
    assert "  norm_region  ACROSS_CHANNELS, WITHIN_CHANNEL  [ACROSS_CHANNELS]\n" in text
    assert "input_param { shape { dim: 2 dim: 8 dim: 6 dim: 6 } }\n" in text
    assert text.endswith(
        'net = brew.find("LRN").net()\nnet.blobs["conv1"].data[...] = 1\nnet.forward()'
    )
    assert page.summary == "Divide each value by the energy of the values around it."


def test_the_place_is_the_line_where_the_thing_begins():
    for name, start in ("LRN", '@register("LRN")'), ("adam", "class AdamSolver"):
        file, line = brew.find(name).place.split(":")
        lines = (ROOT / file).read_text().splitlines()
        assert lines[int(line) - 1].startswith(start)


def test_the_example_is_shown_once():
    assert repr(brew.find("LRN")).count('type: "LRN"') == 1
    assert "Example::" not in repr(brew.find("Python"))
    assert "Raises\n------\nLayerError" in repr(brew.find("Python"))


def test_the_lines_that_run_an_example_are_true():
    text = repr(brew.find("Power"))
    code = text[text.index("net = ") :]
    room = {"brew": brew}
    exec(code, room)  # the lines are our own
    assert room["net"].blobs["y"].data == pytest.approx(2.25)


def test_messages_within_a_message_are_told_once():
    fields = brew.find("Convolution").fields
    assert list(fields) == ["convolution_param", "FillerParameter"]
    own = {field.name: field for field in fields["convolution_param"]}
    assert own["kernel_size"][1:] == ("repeated uint32", "")
    assert own["weight_filler"][1:] == ("FillerParameter", "")
    filler = {field.name: field for field in fields["FillerParameter"]}
    assert filler["type"][1:] == ("string", '"constant"')
    assert filler["variance_norm"][1:] == ("FAN_IN, FAN_OUT, AVERAGE", "FAN_IN")


def test_a_default_that_only_the_code_knows_goes_before_that_of_the_schema():
    fields = brew.find("SigmoidCrossEntropyLoss").fields["loss_param"]
    assert ("normalization", "BATCH_SIZE") in {(f.name, f.default) for f in fields}


def test_a_layer_without_fields_has_none():
    assert brew.find("AbsVal").fields == {}
    assert "Fields" not in repr(brew.find("AbsVal"))


@pytest.mark.parametrize("name", ["lrn", "LRN", "Lrn"])
def test_capital_letters_do_not_matter(name):
    assert brew.find(name).name == "LRN"


def test_no_two_names_differ_in_capital_letters_only():
    names = [*TYPES, *SOLVERS, *FILLERS]
    assert len({name.lower() for name in names}) == len(names)


@pytest.mark.parametrize("name", SOLVERS)
def test_every_solver_type_is_found(name):
    page = brew.find(name)
    assert (page.name, page.kind) == (name, "solver type")
    assert page.place.startswith("brew/solvers/")
    assert page.summary.endswith(".")
    known = caffe_pb2.SolverParameter.DESCRIPTOR.fields_by_name
    assert {field.name for field in page.fields.get("SolverParameter", [])} <= set(
        known
    )


@pytest.mark.parametrize("name", FILLERS)
def test_every_filler_is_found(name):
    page = brew.find(name)
    assert (page.name, page.kind) == (name, "filler")
    assert page.place.startswith("brew/fillers.py:")
    assert page.summary


def test_the_fields_of_a_solver_and_a_filler_are_those_that_their_docstrings_name():
    adam = brew.find("adam").fields["SolverParameter"]
    assert [field.name for field in adam] == ["momentum", "momentum2", "delta"]
    (norm,) = brew.find("xavier").fields["FillerParameter"]
    assert norm == ("variance_norm", "FAN_IN, FAN_OUT, AVERAGE", "FAN_IN")


def test_words_of_a_docstring_that_are_no_fields_are_passed_over(monkeypatch):
    def mine(shape, filler, rng):
        """All ``value``, whatever the ``shape``."""

    monkeypatch.setitem(FILLERS, "mine", mine)
    fields = brew.find("mine").fields["FillerParameter"]
    assert [field.name for field in fields] == ["value"]


def test_the_net_of_an_example_is_one_to_train():
    assert brew.find("Dropout").net().layers[-1].phase == brew.TRAIN


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("Relux", " Did you mean 'ReLU'?"), ("xaver", " Did you mean 'xavier'?"), (3, "")],
)
def test_an_unknown_name_gets_the_nearest(name, nearest):
    message = f"no layer type, solver type or filler '{name}'.{nearest} python -m brew"
    with pytest.raises(LayerError, match=re.escape(message)):
        brew.find(name)


def test_what_is_no_layer_has_no_net():
    with pytest.raises(
        LayerError, match=r"^xavier \(filler\) comes without an example"
    ):
        brew.find("xavier").net()


def test_a_file_that_an_example_needs_is_missed_with_its_name(in_tmp_path):
    with pytest.raises(SourceError, match=r"mnist10k_train.txt"):
        brew.find("HDF5Data").net()


@pytest.fixture
def own_layer(monkeypatch):
    """Register a layer of the user's, and forget it afterwards."""
    monkeypatch.setattr("brew.layer._registry", dict(brew.layer._registry))

    def add(**contents):
        return brew.register("Mine")(type("Mine", (brew.Layer,), contents))

    return add


def test_a_layer_of_the_user_is_found_in_its_file(own_layer):
    @brew.register("Mine")
    class Mine(brew.Layer):
        """Do it my way."""

    page = brew.find("mine")
    assert page.place.startswith(f"{__file__}:")
    assert (page.summary, page.fields, page.example) == ("Do it my way.", {}, "")


@pytest.mark.parametrize("module", ["__main__", "gone"])
def test_a_layer_typed_into_a_prompt_is_found_without_a_file(module, own_layer):
    own_layer(__module__=module)
    assert repr(brew.find("Mine")) == "Mine, a layer type\ndefined in this session"
    assert brew.find("Mine").summary == ""


def test_a_message_that_does_not_exist_is_passed_over(own_layer):
    table = "Mine.\n\n===  ===\nproto ``my_param`` ``a`` [1]\n===  ==="
    own_layer(__doc__=table)
    assert brew.find("Mine").fields == {}


def test_help_is_find():
    assert brew.help is brew.find


def test_a_notebook_shows_a_page_with_formula_tables_and_example():
    text = brew.help("LRN")._repr_markdown_()
    assert text.startswith("### LRN\n\nlayer type · `brew/layer_types/lrn.py:")
    assert "\n\n$$\ny_i = x_i s_i^{-\\beta}, \\quad\n" in text
    assert "\n| bottom | x (N, C, h, w) |  |\n" in text
    assert "\n| `local_size` | uint32 | 5 |\n" in text
    assert '```\nlayer {\n  name: "conv1" type: "Input"\n' in text
    assert '```python\nnet = brew.find("LRN").net()\n' in text


def test_a_notebook_shows_what_the_layer_does_to_a_photograph():
    pytest.importorskip("matplotlib")
    text = brew.help("Pooling")._repr_markdown_()
    before, png, after = re.split(r"data:image/png;base64,([\w+/=]+)", text)
    assert before.endswith("channel by channel.\n\n![Pooling and a photograph](")
    assert b64decode(png).startswith(b"\x89PNG")
    assert after.startswith(f")\n\n{RECIPES['Pooling'].caption}\n\n$$")


def test_without_matplotlib_a_notebook_shows_no_picture(monkeypatch):
    monkeypatch.delitem(sys.modules, "brew.views.layer_pictures", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    text = brew.help("Pooling")._repr_markdown_()
    assert "photograph" not in text


def test_a_layer_of_the_user_has_no_picture(own_layer, monkeypatch):
    own_layer(__doc__="Mine.")
    monkeypatch.setitem(RECIPES, "Mine", RECIPES["ReLU"])
    assert "photograph" not in brew.help("Mine")._repr_markdown_()
