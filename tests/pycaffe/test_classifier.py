"""Classifier: the scores of images, over crops."""

import numpy as np
import pytest

import brew as caffe
from brew.errors import ArrayError, NetError

from .nets import MEANS

NET = MEANS % "dim: 4 dim: 3 dim: 6 dim: 5"


@pytest.fixture
def files(means):
    return means(4, 3, 6, 5)


def picture(*shape):
    return np.random.default_rng(3).random(shape).astype(np.float32)


def test_scores_are_averaged_over_ten_crops(files):
    images = [picture(12, 10, 3) for _ in range(3)]
    scores = caffe.Classifier(*files, image_dims=(12, 10)).predict(images)
    crops = caffe.io.oversample(images, (6, 5))
    want = crops.mean(axis=(1, 2)).reshape(3, 10, 3).mean(axis=1)
    assert scores.shape == (3, 3)
    assert np.allclose(scores, want, atol=1e-6)


def test_centre_alone_is_cut_without_oversampling(files):
    image = picture(11, 10, 3)
    net = caffe.Classifier(*files, image_dims=(11, 10))
    scores = net.predict([image], oversample=False)
    assert np.allclose(scores, image[2:8, 2:7].mean(axis=(0, 1)), atol=1e-6)
    assert net.predict([image], False).shape == (1, 3)


def test_images_of_any_size_are_resized_first(files):
    net = caffe.Classifier(*files)
    assert list(net.image_dims) == list(net.crop_dims) == [6, 5]
    image = picture(30, 25, 3)
    want = caffe.io.resize_image(image, (6, 5)).mean(axis=(0, 1))
    assert np.allclose(net.predict([image], oversample=False), want, atol=1e-6)


def test_images_are_prepared_as_asked(files):
    image = picture(6, 5, 3)
    mean = np.array([10.0, 20, 30])
    net = caffe.Classifier(
        *files, mean=mean, input_scale=0.5, raw_scale=255, channel_swap=(2, 1, 0)
    )
    want = (image[..., ::-1].mean(axis=(0, 1)) * 255 - mean) * 0.5
    assert np.allclose(net.predict([image], oversample=False), want, rtol=1e-4)
    assert net.transformer.transpose == {"data": (2, 0, 1)}


def test_it_is_a_net_in_test_phase(files):
    net = caffe.Classifier(*files)
    assert isinstance(net, caffe.Net)
    assert net.layers[0].phase == caffe.TEST
    assert net.params["ip"][0].data.any()


def test_scores_with_more_axes_stay_as_they_are(files, write):
    text = NET[: NET.index('layer { name: "ip"')]
    net = caffe.Classifier(write(text, "tanh.prototxt"), files[1])
    image = picture(6, 5, 3)
    assert net.predict([image], oversample=False).shape == (1, 3, 1, 1)
    assert net.predict([image]).shape == (1, 3)


def test_first_output_counts(files, write):
    text = NET + 'layer { name: "a" type: "TanH" bottom: "data" top: "also" }'
    net = caffe.Classifier(write(text, "two.prototxt"), files[1])
    assert net.outputs == ["also", "prob"]
    assert net.predict([picture(6, 5, 3)], oversample=False).shape == (1, 3, 6, 5)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda net: net.predict([]), "at least one image"),
        (lambda net: net.predict([picture(6, 5)]), r"the shape \(h, w, C\)"),
        (
            lambda net: net.predict([picture(6, 5, 2)], False),
            "an array of shape .4, 2, 6",
        ),
    ],
)
def test_images_that_do_not_fit_are_refused(files, call, says):
    with pytest.raises(caffe.BrewError, match=says):
        call(caffe.Classifier(*files))


def test_crop_larger_than_the_image_is_refused(files):
    with pytest.raises(ArrayError, match=r"image_dims \(6, 4\) are smaller"):
        caffe.Classifier(*files, image_dims=(6, 4))


def test_net_without_an_input_for_images_is_refused(files, write):
    text = NET.replace("dim: 6 dim: 5", "").replace("Pooling", "TanH")
    with pytest.raises(NetError, match="no input of shape .N, C, h, w. for images"):
        caffe.Classifier(write(text, "flat.prototxt"), files[1])
