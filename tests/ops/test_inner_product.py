"""The gradient of the weights is added to, or written where there is nothing yet."""

import numpy as np
import pytest

import brew
from brew import backend
from brew.ops import inner_product

NET = """
layer { name: "data" type: "Input" top: "x" input_param { shape { dim: 4 dim: 30 } } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y" loss_weight: 1
  inner_product_param { num_output: 20 weight_filler { type: "xavier" } } }
layer { name: "again" type: "InnerProduct" bottom: "x" top: "z" loss_weight: 2
  param { name: "W" } param { name: "b" }
  inner_product_param { num_output: 20 weight_filler { type: "xavier" } } }
layer { name: "shared" type: "InnerProduct" bottom: "x" top: "w" loss_weight: 3
  param { name: "W" } param { name: "b" }
  inner_product_param { num_output: 20 } }
"""


@pytest.fixture(params=[1, 2])
def _threads(request):
    backend.set_num_threads(request.param)
    yield
    backend.set_num_threads(None)


@pytest.mark.usefixtures("_threads")
@pytest.mark.parametrize("size", [3, 700])
def test_a_new_gradient_replaces_what_lies_there(size):
    rng = np.random.default_rng(1)
    dy, x, W = (
        rng.standard_normal(shape, dtype="float32")
        for shape in ((9, size), (9, 800), (size, 800))
    )
    added, written = np.zeros_like(W), np.full_like(W, np.nan)
    inner_product.backward(dy, x, W, dW=added)
    inner_product.backward(dy, x, W, dW=written, dW_is_new=True)
    assert np.allclose(written, dy.T @ x, rtol=1e-4, atol=1e-4)
    assert np.allclose(written, added, rtol=1e-4, atol=1e-4)


@pytest.fixture
def net(tmp_path):
    path = tmp_path / "net.prototxt"
    path.write_text(NET)
    net = brew.Net(path, brew.TRAIN)
    rng = np.random.default_rng(1)
    net.blobs["x"].data[...] = rng.random(net.blobs["x"].shape)
    return net


def gradients(net):
    return [blob.diff.copy() for blob in net.learnable_params]


def test_clearing_at_once_or_at_first_use_is_the_same(net):
    net.clear_param_diffs()
    net.run_backward()
    expected = gradients(net)
    assert all(g.any() for g in expected)
    for blob in net.learnable_params:
        blob.diff[...] = 99
        blob.clear_diff()
    net.run_backward()  # two layers share one W: the second adds to the first
    assert all(map(np.allclose, gradients(net), expected))
    net.run_backward()  # without clearing everything adds up
    for twice, once in zip(gradients(net), expected, strict=True):
        assert np.allclose(twice, 2 * once)


def test_a_function_that_knows_nothing_of_new_gradients_may_add_to_them(net):
    net.clear_param_diffs()
    net.run_backward()
    expected = gradients(net)

    def mine(dy, x, W, dx, dW, db):
        if dW is not None:
            dW += dy.T @ x
        if db is not None:
            db += dy.sum(0)

    for blob in net.learnable_params:
        blob.diff[...] = 99
        blob.clear_diff()
    with brew.use(inner_product_backward=mine):
        net.run_backward()
    assert all(map(np.allclose, gradients(net), expected))
