"""What a notebook shows of nets, blobs and solvers."""

from xml.etree import ElementTree

import numpy
import pytest

import brew
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.synced_mem import UNINITIALIZED
from brew.views.notebook import NUM_BARS
from tests.views.nets import FORKS, PHASES, param, resnet


def shown(thing):
    """Return what a notebook shows, all tags away, and check that they are closed."""
    html = thing._repr_html_()
    return "|".join(ElementTree.fromstring(f"<div>{html}</div>").itertext())


def test_a_net_shows_its_picture():
    html = brew.Net(param(FORKS), brew.TEST)._repr_html_()
    assert html.count("<svg") == 1
    assert "overflow:auto" in html
    assert "prob" in shown(brew.Net(param(FORKS), brew.TEST))


def test_a_very_large_net_shows_its_plain_text():
    net = brew.Net(resnet(num_blocks=60), brew.TEST, fill=False)
    assert len(net.layers) > 500
    assert net._repr_html_() is None


def test_a_blob_shows_its_numbers():
    blob = brew.Blob((2, 3), name="ip<1>")
    blob.data[...] = [[-1, 0, 1], [2, 3, 7]]
    text = shown(blob)
    assert text.startswith("Blob |ip<1>| 2 × 3, 6 values of float32")
    assert "|data|-1|2|7|2.582|" in text
    assert text.endswith("|diff|all zero: not used yet")
    assert blob._repr_html_().count("<svg") == 1


def test_to_show_a_blob_takes_no_memory():
    blob = brew.Blob((1000, 1000, 1000))
    assert "1,000,000,000 values" in shown(blob)
    assert blob.data_mem.state == blob.diff_mem.state == UNINITIALIZED


@pytest.mark.parametrize("value", [numpy.nan, numpy.inf])
def test_a_blob_says_that_numbers_are_not_finite(value):
    blob = brew.Blob((4,))
    blob.diff[1] = value
    assert "25.0% are NaN or infinite" in shown(blob)


@pytest.mark.parametrize("value", [0.0, 1e20, -3e38])
def test_a_blob_of_equal_numbers_of_any_size_shows_one_bar_in_the_middle(value):
    blob = brew.Blob((4,))
    blob.data[...] = value
    bars = ElementTree.fromstring(f"<div>{blob._repr_html_()}</div>").iter()
    heights = [float(bar.get("height")) for bar in bars if bar.get("stroke") == "none"]
    assert [i for i, height in enumerate(heights) if height] == [NUM_BARS // 2]


def test_a_blob_that_shrank_shows_only_what_it_has():
    blob = brew.Blob((4,))
    blob.data[...] = [1, 1, 1, 9]
    blob.reshape(3)
    assert "|data|1|1|1|0" in shown(blob)
    blob.reshape(0)
    assert "not used yet" in shown(blob)


def test_a_solver_shows_where_it_stands():
    text = f'base_lr: 0.5 lr_policy: "fixed" max_iter: 2000 net_param {{ {PHASES} }}'
    test = ' test_iter: 3 test_interval: 100 snapshot: 500 snapshot_prefix: "small"'
    solver = brew.get_solver(parse_text(text + test, caffe_pb2.SolverParameter()))
    solver.iter = 1234
    told = shown(solver)
    for words in (
        "type|SGD|iteration|1,234 of 2,000|learning rate|0.5 (lr_policy 'fixed')",
        f"trains|{solver.net!r}|tests|{solver.test_nets[0]!r}",
        "snapshots|every 500 iterations: small_iter_*",
    ):
        assert words in told
    solver = brew.get_solver(parse_text(text, caffe_pb2.SolverParameter()))
    assert "tests|nothing|snapshots|none while it trains" in shown(solver)
