import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

import brew
from brew import zoo
from brew.views.layered import Layout
from brew.views.net_graph import draw_net, shape_text

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


@pytest.mark.parametrize("name", ["lenet", "mnist_autoencoder", "cifar10_full"])
def test_every_layer_of_a_zoo_net_is_drawn(name):
    deploy = zoo.path(name) / "deploy.prototxt"
    if not deploy.exists():
        pytest.skip("this model is for training only")
    net = brew.Net(deploy, brew.TEST)
    svg = str(draw_net(net))
    ElementTree.fromstring(svg)
    drawn = set(re.findall(r"font-weight='bold'>([^<]*)<", svg))
    assert {layer.name for layer in net.layers if layer.type != "Split"} <= drawn
    assert "_split" not in svg


def test_shapes_read_as_people_write_them():
    assert shape_text((64, 1, 28, 28)) == "64 × 1 × 28 × 28"
    assert shape_text(()) == "scalar"
