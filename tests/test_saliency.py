"""Where a net looks is found by covering, and by the gradient."""

import numpy as np
import pytest

import brew
from brew import saliency
from brew.errors import NetError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

EYE = """
name: "eye" force_backward: true
layer { name: "data" type: "Input" top: "data"
        input_param { shape { dim: 1 dim: 1 dim: 8 dim: 12 } } }
layer { name: "score" type: "InnerProduct" bottom: "data" top: "score"
        inner_product_param { num_output: 3 bias_term: false } }
layer { name: "relu" type: "ReLU" bottom: "score" top: "score" }
layer { name: "prob" type: "Softmax" bottom: "score" top: "prob" }
"""
RNG = np.random.default_rng(5)


def net_of(text):
    return brew.Net(parse_text(text, caffe_pb2.NetParameter()), brew.TEST)


@pytest.fixture
def eye():
    """Make a net whose output 1 sees a spot of 2 x 3 pixels, and nothing else."""
    net = net_of(EYE)
    W = net.params["score"][0].data.reshape(3, 8, 12)
    W[...] = 0
    W[1, 4:6, 2:5] = 2.0
    return net


def test_covering_the_spot_lowers_the_output(eye):
    image = np.ones((1, 8, 12), np.float32)
    falls = saliency.occlusion(eye, image, 1, size=2, stride=1, output="score")
    assert falls.shape == (8, 12)
    row, column = np.unravel_index(falls.argmax(), falls.shape)
    assert (row, column) in {(4, 3), (5, 3)}
    assert falls[4, 3] == pytest.approx((2 + 4) / 2 * 2)  # 2 or 4 pixels are missed
    assert not falls[:3].any()
    assert not falls[:, 7:].any()


def test_every_pixel_is_covered_whatever_the_stride(eye):
    for size, stride in [(3, 2), (5, 4), (8, 8)]:
        image = np.ones((1, 8, 12), np.float32)
        falls = saliency.occlusion(eye, image, 1, size, stride, output="score")
        assert np.isfinite(falls).all()


def test_a_place_whose_covering_helps_is_negative(eye):
    image = -np.ones((1, 8, 12), np.float32)
    image[0, 4, 3] = 9
    falls = saliency.occlusion(eye, image, 1, size=1, stride=1, output="score")
    assert falls[4, 3] > 0 > falls[5, 3]


def test_the_gradient_is_that_of_the_number(eye):
    image = RNG.random((1, 8, 12), dtype=np.float32)
    found = saliency.gradient(eye, image, 1, output="score")
    assert np.array_equal(found[0], eye.params["score"][0].data[1].reshape(8, 12))
    at_prob = saliency.gradient(eye, image, 1)
    step = np.zeros_like(image)
    step[0, 4, 2] = 1e-2
    eye.blobs["data"].data[...] = image + step
    higher = eye.forward()["prob"][0, 1].copy()
    eye.blobs["data"].data[...] = image - step
    lower = eye.forward()["prob"][0, 1].copy()
    assert at_prob[0, 4, 2] == pytest.approx((higher - lower) / 2e-2, rel=1e-2)


LOSS = """
layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 1 } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label"
        top: "loss" loss_weight: 3 }
"""


def test_a_loss_below_the_output_adds_nothing_and_keeps_its_weight(eye):
    text, prob = EYE.rsplit("\nlayer", 1)
    net = net_of(text + LOSS + "layer" + prob)
    net.params["score"][0].data[...] = eye.params["score"][0].data
    image = RNG.random((1, 8, 12)).astype(np.float32)
    slopes = saliency.gradient(net, image, 1)
    np.testing.assert_allclose(slopes, saliency.gradient(eye, image, 1))
    assert net.blobs["loss"].diff == 3


def test_a_gradient_does_not_depend_on_the_one_of_another_output_before():
    side = """
    layer { name: "side" type: "Power" bottom: "data" top: "side" }
    layer { name: "top" type: "Power" bottom: "data" top: "top" }
    """
    net = net_of(EYE.partition('layer { name: "score"')[0] + side)
    image = np.ones((1, 8, 12), np.float32)
    saliency.gradient(net, image, 5, output="side")
    slopes = saliency.gradient(net, image, 0, output="top").ravel()
    assert slopes[0] == 1
    assert not slopes[1:].any()


def test_the_net_gets_its_shape_back(eye):
    image = np.ones((1, 8, 12), np.float32)
    saliency.occlusion(eye, image, 0)
    saliency.gradient(eye, image, 0)
    assert eye.blobs["data"].shape == eye.blobs["data"].data.shape == (1, 1, 8, 12)
    assert eye.blobs["prob"].shape == (1, 3)


def test_a_net_without_a_gradient_for_its_input_says_what_to_write():
    net = net_of(EYE.replace("force_backward: true", ""))
    with pytest.raises(NetError, match="'eye' computes no gradient .* 'force_backward"):
        saliency.gradient(net, np.ones((1, 8, 12)), 0)


def test_an_unknown_output_gives_the_nearest_name(eye):
    with pytest.raises(NetError, match=r"no blob 'probe'\. Did you mean 'prob'\?"):
        saliency.occlusion(eye, np.ones((1, 8, 12)), 0, output="probe")


@pytest.mark.parametrize(
    ("image", "options", "words"),
    [
        (np.ones((1, 8, 12)), {"number": 3}, "'score' has the numbers 0 to 2, not 3"),
        (np.ones((8, 12)), {}, r"about one image \(C, h, w\), not .* \(8, 12\)"),
        (np.ones((1, 8, 12)), {"size": 4, "stride": 5}, "5 apart, do not cover"),
        (np.ones((1, 8, 12)), {"stride": 0}, "choose a stride from 1 to the size"),
    ],
)
def test_an_impossible_question_is_an_error(eye, image, options, words):
    options = {"number": 0, "output": "score"} | options
    with pytest.raises(NetError, match=words):
        saliency.occlusion(eye, image, **options)
    if len(options) == 2:
        with pytest.raises(NetError, match=words):
            saliency.gradient(eye, image, **options)
