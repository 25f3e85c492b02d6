import numpy as np
import pytest

import brew
from brew import surgery, zoo
from brew.errors import NetError
from tests.net.helpers import data
from tests.surgery.helpers import (
    IMAGE,
    assert_same,
    conv,
    ip,
    layer,
    made,
    types,
    weights,
)

POOL = "pooling_param { kernel_size: 2 stride: 2 }"
DIMS = "reshape_param { shape { dim: 0 dim: -1 } }"
BODY = IMAGE + conv("c1", "data", 6, "group: 3") + layer("ReLU", "r1", "c1")
PATHS = {
    "directly": ip("a", "c1"),
    "without bias": ip("a", "c1", more="bias_term: false"),
    "transposed": ip("a", "c1", more="transpose: true"),
    "through Flatten": layer("Flatten", "f", "c1", "f") + ip("a", "f"),
    "through Reshape": layer("Reshape", "f", "c1", "f", DIMS) + ip("a", "f"),
    "through Flatten, Dropout, TanH": layer("Flatten", "f", "c1", "f")
    + layer("Dropout", "d", "f")
    + layer("TanH", "t", "f", "t")
    + ip("a", "t"),
}


@pytest.mark.parametrize("path", PATHS)
def test_on_images_of_the_old_size_the_outputs_stay(path):
    end = layer("PReLU", "p", "a") + layer("Scale", "s", "a") + ip("b", "a", 3)
    net = made(BODY + PATHS[path] + end + layer("Softmax", "prob", "b", "prob"))
    before = weights(net)
    full = surgery.fully_convolutional(net)
    assert not {"InnerProduct", "Flatten", "Reshape"} & set(types(full))
    assert full.params["a"][0].shape == (5, 6, 10, 8)
    assert_same(net, full)
    assert all(np.array_equal(before[k], v) for k, v in weights(net).items())


def test_on_a_larger_image_each_place_is_one_window():
    net = brew.Net(zoo.path("lenet") / "deploy.prototxt")
    rng = np.random.default_rng(3)
    for W, b in net.params.values():  # small: keep the softmax off 0 and 1
        W.data[...] = rng.normal(0, W.data[0].size ** -0.5, W.shape)
        b.data[...] = rng.normal(0, 0.1, b.shape)
    full = surgery.fully_convolutional(net)
    h, w, stride = 28, 28, 4  # two poolings of stride 2
    image = rng.uniform(0, 1, (1, 1, h + 8, w + 4))
    full.blobs["data"].reshape(1, 1, h + 8, w + 4)
    prob = full.forward(data=image)["prob"]
    assert prob.shape == (1, 10, 3, 2)
    net.blobs["data"].reshape(1, 1, h, w)
    for i in range(3):
        for j in range(2):
            top, left = i * stride, j * stride
            window = image[:, :, top : top + h, left : left + w]
            expected = net.forward(data=window)["prob"][0]
            np.testing.assert_allclose(prob[0, :, i, j], expected, rtol=1e-4)
    assert np.ptp(prob, axis=(2, 3)).max() > 1e-5


def test_towers_may_join():
    two = ip("a", "c1") + ip("b", "c1", 4) + layer("Concat", "ab", "a b", "ab")
    net = made(BODY + two + ip("out", "ab", 3))
    full = surgery.fully_convolutional(net)
    assert full.params["out"][0].shape == (3, 9, 1, 1)
    assert_same(net, full)


def test_a_net_to_train_still_has_its_loss():
    label = "dummy_data_param { shape { dim: 2 } data_filler { value: 3 } }"
    end = f'layer {{ name: "y" type: "DummyData" top: "label" {label} }}'
    end += layer("SoftmaxWithLoss", "loss", "a label", "loss")
    net = made(BODY + ip("a", "c1") + end)
    assert_same(net, surgery.fully_convolutional(net))


def test_layers_that_need_vectors_are_refused():
    flat = layer("Flatten", "f", "c1", "f") + layer("BatchNorm", "bn", "f")
    with pytest.raises(NetError, match=r"'bn' \(BatchNorm\): its bottom of shape"):
        surgery.fully_convolutional(made(BODY + flat + ip("a", "f")))


def test_where_there_is_nothing_to_cast_it_says_so():
    with pytest.raises(NetError, match="nothing to make convolutional"):
        surgery.fully_convolutional(made(BODY))
    with pytest.raises(NetError, match="nothing to make convolutional"):
        surgery.fully_convolutional(made(data("x") + ip("a", "x")))


def test_shared_weights_and_another_axis_are_refused():
    shared = 'param { name: "w" }'
    twins = ip("a", "c1", param=shared) + ip("b", "c1", param=shared)
    with pytest.raises(NetError, match="'a' .*shares parameter 'w'"):
        surgery.fully_convolutional(made(BODY + twins))
    with pytest.raises(NetError, match="axis is 2"):
        surgery.fully_convolutional(made(BODY + ip("a", "c1", more="axis: 2")))
