"""check_gradient finds wrong gradients, says where, and lets right ones pass."""

import numpy
import pytest

import brew
from brew.errors import BrewError, CheckError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.testing import check_gradient, choices, lopsided

from .toys import Slopes, WrongInputGradient, WrongParamGradient


def test_right_gradient_passes_and_is_reported_blob_by_blob():
    report = check_gradient(Slopes, bottoms=[(2, 3, 2)])
    assert report.ok
    assert [(row.blob, row.num_elements) for row in report.rows] == [
        ("in0", 12),
        ("blobs[0]", 3),
    ]
    assert repr(report).splitlines()[0] == "gradient of Slopes"
    assert repr(report).count(" ok") == 2


def test_wrong_input_gradient_is_named_with_both_numbers():
    with pytest.raises(CheckError, match=r"in0 .*WRONG at \[0, 0, \d\]: backward says"):
        check_gradient(WrongInputGradient, bottoms=[(2, 3, 2)])


def test_wrong_parameter_gradient_is_named():
    with pytest.raises(CheckError, match=r"blobs\[0\] .*WRONG at \[0\]"):
        check_gradient(WrongParamGradient, bottoms=[(2, 3, 2)])


def test_failure_is_an_error_of_brew_and_an_assertion():
    assert issubclass(CheckError, (BrewError, AssertionError))


def test_big_blobs_are_sampled():
    report = check_gradient(Slopes, bottoms=[(10, 3, 100)], max_elements=50)
    assert report.rows[0].num_elements == 50


def test_labels_get_no_gradient():
    report = check_gradient(
        "SoftmaxWithLoss",
        bottoms=[(4, 3), (4,)],
        samples=[lopsided(), choices(0, 1, 2)],
        gradient_to=(0,),
    )
    assert [row.blob for row in report.rows] == ["in0"]


def test_gradient_that_is_not_a_number_is_wrong():
    class Divides(Slopes):
        def backward(self, top, propagate_down, bottom):
            super().backward(top, propagate_down, bottom)
            bottom[0].diff[0, 0] = numpy.nan

    with pytest.raises(CheckError, match="backward says nan"):
        check_gradient(Divides, bottoms=[(2, 3)])


NET = """
    name: "small"
    layer {
      name: "data" type: "Input" top: "x" top: "t"
      input_param { shape { dim: 5 dim: 4 } shape { dim: 5 dim: 2 } }
    }
    layer {
      name: "one" type: "InnerProduct" bottom: "x" top: "one"
      inner_product_param { num_output: 3 weight_filler { type: "xavier" } }
    }
    layer { name: "tanh" type: "TanH" bottom: "one" top: "one" }
    layer { name: "drop" type: "Dropout" bottom: "one" top: "kept" }
    layer {
      name: "two" type: "InnerProduct" bottom: "kept" top: "two"
      param { lr_mult: 0 } param { lr_mult: 2 }
      inner_product_param { num_output: 2 weight_filler { type: "xavier" } }
    }
    layer {
      name: "loss" type: "EuclideanLoss" bottom: "two" bottom: "t" top: "loss"
    }
"""


@pytest.fixture
def net():
    net = brew.Net(parse_text(NET, caffe_pb2.NetParameter()), brew.TRAIN, seed=1)
    rng = numpy.random.default_rng(1)
    for name in "xt":
        blob = net.blobs[name]
        blob.data[...] = lopsided()(blob.shape, rng)
    return net


def test_whole_net_is_checked_parameter_by_parameter(net):
    report = check_gradient(net)
    assert [row.blob for row in report.rows] == ["one[0]", "one[1]", "two[1]"]


def test_wrong_layer_in_a_net_is_found(net, monkeypatch):
    backward = type(net.layer_dict["tanh"]).backward

    def wrong(layer, top, propagate_down, bottom):
        backward(layer, top, propagate_down, bottom)
        bottom[0].diff[...] *= 1.1

    monkeypatch.setattr(type(net.layer_dict["tanh"]), "backward", wrong)
    with pytest.raises(CheckError, match=r"one\[0\] .*WRONG"):
        check_gradient(net)


class Distance(brew.Layer):
    """A loss as one writes it for pycaffe: float32, and no word of its weight."""

    def reshape(self, bottom, top):
        self.diff = numpy.zeros_like(bottom[0].data, dtype=numpy.float32)
        top[0].reshape(1)

    def forward(self, bottom, top):
        self.diff[...] = bottom[0].data - bottom[1].data
        top[0].data[...] = numpy.sum(self.diff**2) / bottom[0].num / 2.0

    def backward(self, top, propagate_down, bottom):
        for i, sign in enumerate([1, -1]):
            if propagate_down[i]:
                bottom[i].diff[...] = sign * self.diff / bottom[i].num


def test_loss_that_forgets_its_weight_is_told_so():
    with pytest.raises(CheckError, match=r"seems to forget top\[0\].diff"):
        check_gradient(Distance, bottoms=[(3, 4), (3, 4)])


def test_layer_of_float32_is_told_so():
    with pytest.raises(CheckError, match="pass dtype='float32'"):
        check_gradient(Distance, bottoms=[(3, 4), (3, 4)], top_diff=1)


def test_layer_written_for_pycaffe_passes_as_what_it_is():
    report = check_gradient(
        Distance, bottoms=[(3, 4), (3, 4)], top_diff=1, dtype="float32"
    )
    assert report.ok


def test_other_mistakes_get_no_hint():
    class Doubles(Slopes):
        def backward(self, top, propagate_down, bottom):
            super().backward(top, propagate_down, bottom)
            bottom[0].diff[...] *= 2

    with pytest.raises(CheckError) as caught:
        check_gradient(Doubles, bottoms=[(2, 3, 2)])
    assert "pass " not in str(caught.value)
