import itertools
from itertools import pairwise
from xml.etree import ElementTree

import pytest

import brew
from brew import zoo
from brew.errors import NetError
from brew.views.layered import Layout
from brew.views.net_graph import (
    FAMILIES,
    RANKDIRS,
    colour_of,
    draw_net,
    shape_text,
)
from brew.views.net_nodes import read_graph
from brew.views.straight import straighten
from tests.views.nets import FORKS, PHASES, param, resnet

DAG = [(0, 1), (0, 2), (1, 3), (2, 4), (4, 5), (3, 6), (5, 6), (0, 6)]


def test_edges_lead_to_higher_rows():
    layout = Layout(7, DAG, 10, 2)
    for start, end in DAG:
        assert layout.rank[start] < layout.rank[end]


def test_nodes_of_a_row_stand_apart():
    layout = Layout(7, DAG, 10, 2)
    for row in layout.rows:
        xs = sorted(layout.x[n] for n in row if n < 7)
        assert all(b - a >= 10 - 1e-9 for a, b in pairwise(xs))


def test_a_long_edge_passes_every_row():
    route = Layout(7, DAG, 10, 2).routes[0, 6]
    assert [rank for _, rank in route] == list(range(5))


def test_a_source_stands_just_below_its_reader():
    assert Layout(4, [(0, 1), (1, 3), (2, 3)], 10, 2).rank == [0, 1, 1, 2]


def test_the_graph_has_no_crossing_where_none_is_needed():
    layout = Layout(6, [(0, 2), (0, 3), (1, 4), (1, 5)], 10, 2)
    order = [n for n in layout.rows[1]]
    assert {order.index(2), order.index(3)} in ({0, 1}, {2, 3})


def test_a_chain_is_straight_though_an_edge_passes_it():
    chain = [(i, i + 1) for i in range(9)]
    layout = Layout(10, [*chain, (0, 9)], 10, 2)
    assert len(set(layout.x[1:9])) == 1


def test_a_long_edge_stays_straight_where_another_crosses_it():
    rows, above, below = [[0, 10], [11, 1]], {0: [1], 10: [11]}, {1: [0], 11: [10]}
    x = straighten(rows, below, above, lambda n: n >= 10, lambda a, b: 10)
    assert x[10] == x[11]
    assert x[10] - x[0] >= 10
    assert x[1] - x[11] >= 10


def test_edges_of_one_start_share_their_way():
    layout = Layout(6, [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4), (0, 3), (4, 5)], 10, 2)
    assert layout.routes[0, 4][:3] == layout.routes[0, 3][:3]


def texts(svg):
    root = ElementTree.fromstring(str(svg))
    return [e.text for e in root.iter() if e.tag.endswith("text")]


def boxes(svg):
    """Return the boxes of layers: (x, y, width, height) by tooltip."""
    found = {}
    for rect in ElementTree.fromstring(str(svg)).iter(
        "{http://www.w3.org/2000/svg}rect"
    ):
        tip = rect.find("{http://www.w3.org/2000/svg}title")
        place = [
            float(rect.get(k, 0))
            for k in ("x", "y", "width", "height")
            if tip is not None
        ]
        if place and place[2] > 9:
            found[tip.text] = place
    return found


def overlap(a, b):
    return all(
        a[k] < b[k] + b[k + 2] - 0.2 and b[k] < a[k] + a[k + 2] - 0.2 for k in (0, 1)
    )


DRAWN = {
    "lenet": zoo.path("lenet") / "train_test.prototxt",
    "lenet_deploy": zoo.path("lenet") / "deploy.prototxt",
    "autoencoder": zoo.path("mnist_autoencoder") / "train_test.prototxt",
    "googlenet": zoo.path("googlenet") / "deploy.prototxt",
    "googlenet_train": zoo.path("googlenet") / "train_val.prototxt",
    "squeezenet": zoo.path("squeezenet") / "deploy.prototxt",
    "resnet": resnet(num_blocks=50),
}


@pytest.mark.parametrize("rankdir", RANKDIRS)
@pytest.mark.parametrize("name", DRAWN)
def test_every_layer_is_drawn_within_the_picture_and_none_overlap(name, rankdir):
    svg = draw_net(DRAWN[name], rankdir=rankdir)
    found = boxes(svg)
    graph = read_graph(DRAWN[name])
    assert len(found) == len(graph.all_nodes)
    assert "_split" not in str(svg)
    assert not any(overlap(a, b) for a, b in itertools.combinations(found.values(), 2))
    for x, y, width, height in found.values():
        assert 0 <= x <= x + width <= svg.width
        assert 50 <= y <= y + height <= svg.height


def test_data_come_in_where_rankdir_says():
    places = {}
    for rankdir in RANKDIRS:
        found = boxes(draw_net(DRAWN["lenet_deploy"], rankdir=rankdir))
        (data,) = (p for tip, p in found.items() if tip.startswith("data"))
        (prob,) = (p for tip, p in found.items() if tip.startswith("prob"))
        places[rankdir] = (data[0] < prob[0], data[1] < prob[1])
    assert places["LR"] == (True, False)
    assert places["RL"] == (False, False)
    assert places["TB"] == (False, True)
    assert places["BT"] == (False, False)
    with pytest.raises(NetError, match="rankdir is one of BT, TB, LR, RL, not 'UP'"):
        draw_net(DRAWN["lenet"], rankdir="UP")


def test_a_tooltip_tells_shapes_parameters_and_multiply_adds():
    svg = draw_net(brew.Net(DRAWN["lenet_deploy"], brew.TEST))
    (tip,) = (tip for tip in boxes(svg) if tip.startswith("conv2"))
    assert tip == (
        "conv2 (Convolution 5 × 5)\n"
        "bottom pool1: 64 × 20 × 12 × 12\n"
        "top conv2: 64 × 50 × 8 × 8\n"
        "parameter 0: 50 × 20 × 5 × 5\n"
        "parameter 1: 50\n"
        "25,050 parameters\n"
        "102,400,000 multiply-adds"
    )
    assert "64 × 50 × 8 × 8" in texts(svg)


def test_the_head_tells_the_phase_and_the_totals():
    built = draw_net(brew.Net(DRAWN["lenet_deploy"], brew.TEST))
    total = "9 layers, 431,080 parameters, 146,752,000 multiply-adds"
    assert texts(built)[:2] == ["LeNet", f"TEST, {total}"]
    assert texts(draw_net(DRAWN["lenet_deploy"], "Mine"))[:2] == ["Mine", total]


def test_shared_parameters_count_once():
    graph = read_graph(param(FORKS))
    assert [
        node.num_params for node in graph.all_nodes if node.type == "InnerProduct"
    ] == [9, 0]


def test_a_layer_in_place_stands_on_the_layer_before_it():
    graph = read_graph(DRAWN["lenet"], brew.TEST)
    (ip1,) = (node for node in graph.nodes if node.name == "ip1")
    assert [node.name for node in ip1.in_place] == ["relu1"]
    assert "relu1" not in [node.name for node in graph.nodes]


@pytest.mark.parametrize("built", [True, False])
def test_lines_go_where_blobs_go(built):
    net = param(FORKS)
    graph = read_graph(brew.Net(net, brew.TEST) if built else net)
    names = [node.name for node in graph.nodes]
    edges = {(names[a], names[b]) for a, b in graph.edges}
    assert edges == {
        ("data", "a"), ("data", "b"), ("data", "sum"), ("a", "sum"), ("b", "sum"),
        ("sum", "prob"),
    }  # fmt: skip
    assert [[n.name for n in node.in_place] for node in graph.nodes] == [
        [], ["relu"], [], ["drop"], [],
    ]  # fmt: skip


def test_each_phase_has_its_view_and_both_together_say_who_is_where():
    def seen(phase):
        return [(n.type, n.phase) for n in read_graph(param(PHASES), phase).all_nodes]

    assert seen(brew.TRAIN) == [
        ("DummyData", ""),
        ("InnerProduct", ""),
        ("EuclideanLoss", ""),
    ]
    assert seen(brew.TEST) == [("Input", ""), ("InnerProduct", ""), ("Softmax", "")]
    both = read_graph(param(PHASES))
    assert [(n.type, n.phase) for n in both.all_nodes] == [
        ("DummyData", "TRAIN"), ("Input", "TEST"), ("InnerProduct", ""),
        ("EuclideanLoss", "TRAIN"), ("Softmax", "TEST"),
    ]  # fmt: skip
    assert set(both.edges) == {(0, 2), (1, 2), (0, 3), (2, 3), (2, 4)}
    assert texts(draw_net(param(PHASES))).count("TEST only") == 2


def test_a_net_whose_data_are_not_here_is_drawn_without_shapes():
    svg = draw_net(DRAWN["googlenet_train"])
    assert texts(svg)[1].endswith("shapes unknown: its data are not here")


def test_families_differ_in_colour_and_name_real_types():
    colours = [colour for colour, _ in FAMILIES.values()]
    assert len(set(colours)) == len(colours)
    known = {*brew.layer_type_list(), "Recurrent"}
    assert {t for _, types in FAMILIES.values() for t in types.split()} <= known
    assert colour_of("HingeLoss") == colour_of("Accuracy") != colour_of("Concat")


def test_the_legend_shows_the_families_that_occur():
    svg = draw_net(DRAWN["lenet_deploy"])
    assert set(FAMILIES) & set(texts(svg)) == set(FAMILIES) - {"loss, score", "others"}


def test_a_long_name_is_shortened_in_its_box_but_not_in_its_tip():
    name = "a" * 30 + "middle" + "z" * 30
    svg = draw_net(param(FORKS.replace('name: "sum"', f'name: "{name}"')))
    (short,) = [text for text in texts(svg) if "…" in text]
    assert short.startswith("aaa")
    assert short.endswith("zzz")
    assert f"<title>{name} (Eltwise" in str(svg)


def test_only_a_wide_picture_keeps_its_size_in_a_narrow_page():
    assert "max-width:100%" in str(draw_net(DRAWN["lenet_deploy"]))
    assert "max-width:none" in str(draw_net(DRAWN["googlenet_train"]))


def test_an_empty_net_is_drawn():
    assert texts(draw_net(param('name: "nothing"')))[0] == "nothing"


def test_shapes_read_as_people_write_them():
    assert shape_text((64, 1, 28, 28)) == "64 × 1 × 28 × 28"
    assert shape_text(()) == "scalar"
