"""A draft reads a net, and leaves nothing open."""

import pytest

import brew
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.surgery.draft import Draft

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 2 } } }
layer { name: "y" type: "InnerProduct" bottom: "x" top: "y"
  inner_product_param { num_output: 3 } }
"""


@pytest.fixture
def closed(monkeypatch):
    """A list of the nets that are closed."""
    nets = []
    monkeypatch.setattr(brew.Net, "close", lambda net: nets.append(net))
    return nets


def test_a_net_that_was_built_for_the_draft_is_closed_at_once(closed):
    draft = Draft(parse_text(NET, caffe_pb2.NetParameter()))
    assert len(closed) == 1
    assert draft.find("y").blobs[0].shape == (3, 2)


def test_a_net_that_was_given_stays_open(closed):
    net = brew.Net(parse_text(NET, caffe_pb2.NetParameter()), brew.TEST)
    Draft(net).finish()
    assert net not in closed
