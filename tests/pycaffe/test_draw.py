"""caffe.draw draws nets from their prototxt, without Graphviz."""

import re
from pathlib import Path

import pytest
from google.protobuf import text_format

from brew import draw
from brew.errors import BrewError, NetError
from brew.proto import caffe_pb2
from tests.net.helpers import net_param

ZOO = Path(draw.__file__).parent / "zoo"
NETS = [p for p in sorted(ZOO.glob("*/*.prototxt")) if "solver" not in p.name]
NET = """
name: "Small"
layer { name: "train" type: "Data" top: "data" top: "label"
  include { phase: TRAIN } data_param { source: "x" batch_size: 64 } }
layer { name: "test" type: "Data" top: "data" top: "label"
  include { phase: TEST stage: "deploy" } data_param { source: "x" batch_size: 7 } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  param { lr_mult: 3 } convolution_param { num_output: 20 kernel_size: 5 stride: 2 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool"
  pooling_param { pool: AVE kernel_h: 3 kernel_w: 2 stride: 2 pad: 1 } }
layer { name: "ip" type: "InnerProduct" bottom: "pool" top: "ip"
  param { lr_mult: 0 } param { lr_mult: 0 } inner_product_param { num_output: 10 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss"
  exclude { phase: TEST } }
"""


@pytest.fixture
def net():
    return net_param(NET)


@pytest.mark.parametrize(
    "path", NETS, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_every_net_of_the_zoo_becomes_a_graph(path):
    net = text_format.Merge(path.read_text(), caffe_pb2.NetParameter())
    graph = draw.get_pydot_graph(net, "LR")
    assert len(graph.nodes) > 3
    assert {end for edge in graph.edges for end in edge[:2]} == set(graph.nodes)


@pytest.mark.parametrize(
    ("ext", "start"),
    [
        ("png", b"\x89PNG"),
        ("svg", b"<?xml"),
        ("pdf", b"%PDF"),
        ("jpg", b"\xff\xd8"),
        ("dot", b'digraph "Small" {'),
        ("raw", b'digraph "Small" {'),
    ],
)
def test_picture_is_made_in_any_format(net, tmp_path, ext, start):
    pytest.importorskip("matplotlib")
    assert draw.draw_net(net, "LR", ext).startswith(start)
    draw.draw_net_to_file(net, str(tmp_path / f"net.{ext}"))
    assert (tmp_path / f"net.{ext}").read_bytes().startswith(start)


@pytest.mark.parametrize("rankdir", ["LR", "RL", "TB", "BT"])
def test_boxes_follow_the_direction(net, rankdir):
    pytest.importorskip("matplotlib")
    svg = draw.draw_net(net, rankdir, "svg").decode()
    places = {}
    for name in "data", "loss":
        found = re.search(
            rf"<!-- {name} -->.*?translate\((\S+) (\S+)\)", svg, re.DOTALL
        )
        places[name] = [float(number) for number in found.groups()]
    axis = 0 if rankdir in ("LR", "RL") else 1
    is_before = places["data"][axis] < places["loss"][axis]
    assert is_before == (rankdir in ("LR", "TB"))


def test_nodes_are_layers_and_blobs(net):
    graph = draw.get_pydot_graph(net, "LR")
    assert "conv_Convolution" in graph.nodes
    blob = graph.nodes["conv_blob"]
    assert (blob["shape"], blob["fillcolor"]) == ("octagon", "#E0E0E0")
    colours = {
        key: node["fillcolor"]
        for key, node in graph.nodes.items()
        if node["shape"] == "record"
    }
    assert colours == {
        "train_Data": "#6495ED",
        "test_Data": "#6495ED",
        "conv_Convolution": "#FF5050",
        "relu_ReLU": "#90EE90",
        "pool_Pooling": "#FF9900",
        "ip_InnerProduct": "#CC33FF",
        "loss_SoftmaxWithLoss": "#6495ED",
    }


def test_edges_lead_from_bottoms_to_tops_with_numbers_of_outputs(net):
    edges = draw.get_pydot_graph(net, "LR").edges
    assert ("data_blob", "conv_Convolution", "") in edges
    assert ("conv_Convolution", "conv_blob", "20") in edges
    assert ("train_Data", "label_blob", "Batch 64") in edges
    assert ("ip_InnerProduct", "ip_blob", "10") in edges
    assert ("pool_Pooling", "pool_blob", "") in edges
    plain = draw.get_pydot_graph(net, "LR", label_edges=False).edges
    assert {label for _, _, label in plain} == {""}


@pytest.mark.parametrize(
    ("phase", "left_out"),
    [
        (None, set()),
        (caffe_pb2.TRAIN, {"test_Data"}),
        (caffe_pb2.TEST, {"train_Data", "loss_SoftmaxWithLoss"}),
    ],
)
def test_phase_leaves_layers_out(net, phase, left_out):
    everything = draw.get_pydot_graph(net, "LR").nodes
    nodes = draw.get_pydot_graph(net, "LR", phase=phase).nodes
    layers = {key for key in set(everything) - set(nodes) if "_blob" not in key}
    assert layers == left_out


def test_label_tells_name_type_and_window(net):
    conv, pool = net.layer[2], net.layer[4]
    words = ["conv", "(Convolution)", "kernel size: 5", "stride: 2", "pad: 0"]
    assert draw.get_layer_label(conv, "LR") == "\n".join(words)
    assert draw.get_layer_label(conv, "TB") == " ".join(words)
    assert draw.get_layer_label(conv, "BT") == " ".join(words)
    words = ["pool", "(Pooling AVE)", "kernel size: 3 × 2", "stride: 2", "pad: 1"]
    assert draw.get_layer_label(pool, "LR") == "\n".join(words)
    assert draw.get_layer_label(net.layer[3], "TB") == "relu (ReLU)"


def test_label_tells_the_multipliers_on_wish_unless_both_are_zero(net):
    conv, ip = net.layer[2], net.layer[5]
    assert draw.get_layer_label(conv, "TB", True).endswith("lr mult: 3.0, 1.0")
    assert "lr" not in draw.get_layer_label(ip, "TB", True)
    assert "lr" not in draw.get_layer_label(net.layer[3], "TB", True)
    assert (draw.get_layer_lr_mult(conv), draw.get_layer_lr_mult(ip)) == (
        (3.0, 1.0),
        (0.0, 0.0),
    )
    with pytest.raises(ValueError, match="a ReLU layer has no weights and bias"):
        draw.get_layer_lr_mult(net.layer[3])


def test_small_helpers():
    assert draw.get_pooling_types_dict() == {0: "MAX", 1: "AVE", 2: "STOCHASTIC"}
    assert draw.choose_color_by_layertype("Deconvolution") == "#FF5050"
    assert draw.choose_color_by_layertype("Mine") == "#6495ED"


def test_text_is_escaped():
    net = net_param('name: "a \\"b\\"" layer { name: "x" type: "Input" top: "y" }')
    text = draw.get_pydot_graph(net, "LR").to_string()
    assert text.startswith('digraph "a \\"b\\"" {\nrankdir=LR;\n"x_Input" [label="x\\n')
    assert '"x_Input" -> "y_blob";' in text


def test_old_nets_are_drawn_too():
    old = net_param(
        'layers { name: "c" type: CONVOLUTION bottom: "x" top: "y" '
        "convolution_param { num_output: 2 kernel_size: 1 } }"
    )
    assert "c_Convolution" in draw.get_pydot_graph(old, "LR").nodes
    assert old.layers  # the caller's net is as it was


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda net: draw.draw_net(net, "XY"), "rankdir is one of BT, TB, LR, RL"),
        (
            lambda net: draw.draw_net(net, "LR", "bmp"),
            "as 'bmp'; choose one of .*dot, ",
        ),
        (lambda net: draw.draw_net_to_file(net, "net"), "as ''; choose one of"),
    ],
)
def test_what_cannot_be_drawn_is_told(net, call, says):
    pytest.importorskip("matplotlib")
    with pytest.raises(BrewError, match=says):
        call(net)


def test_layer_with_two_kinds_of_rules_is_a_value_error(net):
    net.layer[0].exclude.add().phase = caffe_pb2.TEST
    draw.get_pydot_graph(net, "LR")
    with pytest.raises(ValueError, match="'train' .Data. has both include and exclude"):
        draw.get_pydot_graph(net, "LR", phase=caffe_pb2.TRAIN)
    assert issubclass(NetError, ValueError)


def test_net_without_layers_is_drawn():
    pytest.importorskip("matplotlib")
    assert draw.draw_net(caffe_pb2.NetParameter(), "LR").startswith(b"\x89PNG")


def test_graph_shows_itself_and_is_written(net, tmp_path):
    pytest.importorskip("matplotlib")
    graph = draw.get_pydot_graph(net, "TB")
    assert "<svg" in graph._repr_svg_()
    graph.write(tmp_path / "net.gv")
    assert (tmp_path / "net.gv").read_text() == graph.to_string()
