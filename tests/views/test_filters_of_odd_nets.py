"""FilterView looks into any net: without images, or with layers of one's own."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import brew
from brew.errors import NetError
from brew.layer import Layer
from brew.views.filters import FilterView
from brew.views.onlooker import Onlooker
from tests.views.nets import PHASES, param
from tests.views.test_filters import NET, units

VECTORS = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 5 } } }
layer { name: "y" type: "InnerProduct" bottom: "x" top: "y"
  inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
"""


def test_photographs_are_refused_by_nets_for_something_else():
    net = brew.Net(param(VECTORS), brew.TEST)
    with pytest.raises(NetError, match="for photographs it needs"):
        FilterView(net).add_photo(np.zeros((4, 4, 3), np.uint8))


def test_labels_are_refused_by_nets_that_take_none():
    net = brew.Net(param(VECTORS), brew.TEST)
    with pytest.raises(NetError, match="takes no labels; leave them out"):
        FilterView(net, np.zeros((2, 5)), [0, 1])


def test_nets_without_images_are_looked_into_as_well():
    net = brew.Net(param(VECTORS), brew.TEST)
    view = FilterView(net)
    assert units(view, name="y").shape == (3, 1, 2, 3)  # 5 numbers in rows of 3
    assert np.array_equal(
        units(view)[:, 0].reshape(3, 6)[:, :5], net.params["y"][0].data
    )
    assert units(view, kind="maps", name="x").shape == (5, 1, 1, 1)


def test_nets_without_parameters_have_maps_only():
    text = VECTORS.split('layer { name: "y"')[0]
    text += 'layer { name: "y" type: "ReLU" bottom: "x" top: "y" }'
    assert FilterView(brew.Net(param(text), brew.TEST)).kinds == [
        "maps",
        "map gradients",
    ]


def test_layers_of_one_phase_are_looked_into_as_well():
    view = FilterView(brew.Net(param(PHASES), brew.TRAIN))
    assert "of the loss" in view.choose(kind="map gradients", name="ip").draw().caption


def test_the_greatest_score_is_one_that_depends_on_the_image():
    text = (
        VECTORS
        + """
    layer { name: "t" type: "Input" top: "t" input_param { shape { dim: 2 dim: 4 } } }
    layer { name: "u" type: "Power" bottom: "t" top: "u" }
    """
    )
    view = FilterView(brew.Net(param(text), brew.TEST), images=np.ones((1, 5)))
    assert "of y[" in view.choose(kind="map gradients", name="x").draw().caption


def test_no_gradient_flows_to_what_a_net_should_make_of_the_image():
    """The target of an autoencoder depends on the image, but is only compared with."""
    text = """
    layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
    layer { name: "target" type: "Power" bottom: "x" top: "target" }
    layer { name: "out" type: "InnerProduct" bottom: "x" top: "out"
      inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "out" bottom: "target"
      top: "loss" }
    """
    view = FilterView(brew.Net(param(text), brew.TRAIN), images=np.ones((1, 3)))
    assert abs(units(view, kind="map gradients", name="out")).min() > 0
    assert not units(view, name="target").any()


def test_a_net_that_nothing_comes_into_is_refused():
    net = brew.Net(
        param(
            'layer { name: "p" type: "Parameter" top: "p" '
            "parameter_param { shape { dim: 2 } } }"
        ),
        brew.TEST,
    )
    with pytest.raises(NetError, match="no layer that brings images"):
        Onlooker(net)
    with pytest.raises(NetError, match="a Net is needed to look into, not 'net.pro"):
        FilterView("net.prototxt")


def test_a_net_that_holds_single_numbers_only_is_refused():
    text = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 4 } } }'
    net = brew.Net(param(text), brew.TEST)
    with pytest.raises(NetError, match="there is nothing to see in net"):
        FilterView(net)


def test_parameters_that_no_blob_goes_into_are_shown():
    text = """
    layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
    layer { name: "p" type: "Parameter" top: "p"
      parameter_param { shape { dim: 2 dim: 3 } } }
    layer { name: "y" type: "Eltwise" bottom: "x" bottom: "p" top: "y" }
    """
    net = brew.Net(param(text), brew.TEST)
    net.params["p"][0].data[...] = [[1, 2, 3], [4, 5, 6]]
    shown = units(FilterView(net), kind="filters", name="p")
    assert shown.ravel().tolist() == [1, 2, 3, 0, 4, 5, 6, 0]  # rows of 2


class Doubling(Layer):
    """A layer of a student: it wants its batch, and has no gradient for labels."""

    def setup(self, bottom, top):
        if bottom[0].shape[0] != 4:
            raise ValueError("I take four")

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].shape)

    def forward(self, bottom, top):
        top[0].data[...] = 2 * bottom[0].data

    def backward(self, top, propagate_down, bottom):
        if propagate_down[1]:
            raise ValueError("not to labels")
        bottom[0].diff[...] = 2 * top[0].diff


class Counting(Layer):
    """Data of a student."""

    def reshape(self, bottom, top):
        top[0].reshape(4, 1, 6, 6)
        top[1].reshape(4)

    def forward(self, bottom, top):
        top[0].data[...] += 1
        top[1].data[...] = 1


OWN_LAYER = """
layer { name: "own" type: "Python" bottom: "drop" bottom: "label" top: "twice"
  python_param { module: "tests.views.test_filters_of_odd_nets" layer: "Doubling" } }
layer { name: "score" """
OWN_DATA = """
layer { name: "data" type: "Python" top: "data" top: "label"
  python_param { module: "tests.views.test_filters_of_odd_nets" layer: "Counting" } }
layer { name: "conv" """


def test_layers_of_ones_own_are_looked_into_though_they_want_their_batch():
    text = (NET % "false").replace('layer { name: "score" ', OWN_LAYER)
    text = text.replace('bottom: "drop" top: "score"', 'bottom: "twice" top: "score"')
    net = brew.Net(param(text), brew.TRAIN)
    net.forward()
    view = FilterView(net)
    drop = units(view, kind="maps", name="drop", image=2).copy()
    assert np.array_equal(units(view, kind="maps", name="twice"), 2 * drop)
    below = units(view, kind="map gradients", name="drop").copy()
    assert abs(below).max() > 0
    assert np.array_equal(below, 2 * units(view, name="twice"))


def test_before_any_batch_the_first_one_is_looked_at():
    rest = (NET % "false").partition('layer { name: "conv" ')[2]
    net = brew.Net(param(OWN_DATA + rest), brew.TRAIN)
    view = FilterView(net)
    assert not net.blobs["data"].data.any()  # the net's own data wait
    assert view.num_images == 4
    assert (units(view, kind="maps", name="data") == 1).all()
