"""brew.use: nets that run on a student's functions."""

import numpy as np
import pytest

import brew
from brew.errors import LayerError
from brew.ops import convolution, inner_product
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.reference import convolution as conv_loops
from brew.reference import inner_product as ip_loops

NET = """
force_backward: true
layer { name: "x" type: "Input" top: "x"
  input_param { shape { dim: 2 dim: 3 dim: 5 dim: 5 } } }
layer { name: "conv" type: "Convolution" bottom: "x" top: "y" convolution_param {
  num_output: 4 kernel_size: 3 SETTING weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "y" top: "z" }
layer { name: "ip" type: "InnerProduct" bottom: "z" top: "ip" inner_product_param {
  num_output: 2 weight_filler { type: "xavier" } } }
"""


def make(setting=""):
    text = NET.replace("SETTING", setting)
    net = brew.Net(parse_text(text, caffe_pb2.NetParameter()), brew.TRAIN, seed=1)
    net.blobs["x"].data[...] = np.linspace(-1, 1, 150).reshape(2, 3, 5, 5)
    net.blobs["ip"].diff[...] = [[1, -2], [3, 0.5]]
    return net


def results(net):
    net.layer_need_backward[:] = [False, True, True, True]
    net.run_forward()
    net.run_backward()
    blobs = [*net.blobs.values(), *net.learnable_params]
    return [a.copy() for blob in blobs for a in (blob.data, blob.diff)]


def same(one, other):
    return all(np.allclose(a, b, atol=1e-5) for a, b in zip(one, other, strict=True))


def test_a_net_runs_on_the_loops_that_mirror_the_formulas():
    with brew.use(
        convolution_forward=conv_loops.forward,
        convolution_backward=conv_loops.backward,
        inner_product_forward=ip_loops.forward,
        inner_product_backward=ip_loops.backward,
        relu_forward=lambda x: np.maximum(x, 0),
    ):
        with_loops = results(make())
    assert same(with_loops, results(make()))


def test_the_function_is_really_used_and_put_back():
    before = convolution.forward
    with brew.use(convolution_forward=lambda x, W, b: np.full((2, 4, 3, 3), 7.0)):
        net = make()
        net.forward()
        assert (net.blobs["y"].data == 7).all()
    assert convolution.forward is before


def test_without_a_block_it_stays_until_stopped():
    before = inner_product.forward
    mine = brew.use(inner_product_forward=lambda x, W, b: np.zeros((2, 2)))
    net = make()
    assert not net.forward()["ip"].any()
    mine.stop()
    assert inner_product.forward is before
    assert net.forward()["ip"].any()


def test_it_is_put_back_also_after_an_error():
    before = convolution.forward
    with (
        pytest.raises(ZeroDivisionError),
        brew.use(convolution_forward=lambda x, W, b: 1 / 0),
    ):
        make().forward()
    assert convolution.forward is before


def test_a_function_may_write_its_result_itself():
    def mine(x, W, b=None, out=None):
        np.matmul(x, W.T, out=out)
        out += b

    with brew.use(inner_product_forward=mine):
        mine_out = make().forward()["ip"].copy()
    assert np.allclose(mine_out, make().forward()["ip"])


def test_a_setting_that_a_layer_needs_cannot_be_left_out():
    def no_stride(x, W, b):
        return x

    with (
        brew.use(convolution_forward=no_stride),
        pytest.raises(LayerError, match="takes no 'stride', but a layer needs"),
    ):
        make("stride: 2").forward()


def test_a_result_of_a_wrong_shape_is_told():
    with (
        brew.use(relu_forward=lambda x: x[:, 1:]),
        pytest.raises(LayerError, match=r"relu_forward returned out of shape"),
    ):
        make().forward()


def test_too_few_results_are_told():
    with (
        brew.use(inner_product_backward=lambda dy, x, W: dy @ W),
        pytest.raises(LayerError, match="returned 1 results, but 3 are needed: dx, dW"),
    ):
        results(make())


def test_unknown_names_are_told_with_the_nearest():
    with pytest.raises(LayerError, match="Did you mean 'convolution_forward'"):
        brew.use(convolution_foward=print)
    with pytest.raises(LayerError, match="needs a function, not 3"):
        brew.use(relu_forward=3)


def test_names_lists_what_layers_compute_with():
    names = brew.use.names()
    assert names == sorted(names)
    assert {"convolution_forward", "relu_backward", "pooling_max_forward"} <= set(names)
