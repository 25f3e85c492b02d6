import numpy as np
import pytest

import brew
from brew.errors import LayerError
from tests.net.helpers import build, data, ip, loss

FROZEN = "param { lr_mult: 0 } param { lr_mult: 0 }"


def flags(text, phase=brew.TRAIN):
    net = build(data() + data("t") + text, phase)
    return {layer.name: layer_flags(net, i) for i, layer in enumerate(net.layers)}


def layer_flags(net, i):
    return net.layer_need_backward[i], net.bottom_need_backward[i]


def test_gradients_go_from_the_loss_down_to_the_lowest_parameters():
    result = flags(ip("a", "x") + ip("b", "a") + loss("b"))
    assert result["loss"] == (True, [True, False])
    assert result["b"] == (True, [True])
    assert result["a"] == (True, [False])
    assert result["in_x"] == (False, [])


def test_frozen_layers_at_the_bottom_need_none():
    result = flags(ip("a", "x", more=FROZEN) + ip("b", "a") + loss("b"))
    assert result["a"] == (False, [False])
    assert result["b"] == (True, [False])


def test_without_a_loss_nothing_runs_backward():
    assert flags(ip("a", "x"))["a"] == (False, [False])


def test_a_branch_beside_the_loss_is_left_out():
    result = flags(ip("a", "x") + ip("b", "a") + ip("c", "a") + loss("b"))
    assert result["c"] == (False, [False])
    assert result["b"] == (True, [True])


def test_propagate_down_false_stops_the_gradient():
    stop = "propagate_down: false"
    result = flags(ip("a", "x") + ip("b", "a", more=stop) + loss("b"))
    assert result["b"] == (True, [False])
    assert result["a"] == (False, [False])


def test_force_backward_reaches_the_inputs_but_not_the_labels():
    text = (
        "force_backward: true "
        + data()
        + data("t", "dim: 2")
        + 'layer { name: "l" type: "SoftmaxWithLoss" bottom: "x" bottom: "t" }'
    )
    net = build(text, brew.TRAIN)
    assert layer_flags(net, 2) == (True, [True, False])


def test_a_parameter_with_lr_mult_0_gets_no_gradient():
    more = "param { lr_mult: 0 } param { lr_mult: 1 }"
    net = build(data() + data("t") + ip("a", "x", more=more) + loss("a"), brew.TRAIN)
    net.blobs["x"].data[...] = 1
    net.forward_backward()
    assert not net.params["a"][0].diff.any()
    assert net.params["a"][1].diff.any()


def test_gradients_of_all_paths_are_added_up():
    text = "force_backward: true " + data() + data("t") + ip("a", "x") + ip("b", "x")
    text += 'layer { name: "s" type: "Eltwise" bottom: "a" bottom: "b" top: "s" }'
    net = build(text + loss("s"), brew.TRAIN)
    net.blobs["x"].data[...] = np.arange(6).reshape(2, 3)
    net.forward_backward()
    dy = net.blobs["s"].diff
    a, b = (net.params[name][0].data for name in "ab")
    assert np.allclose(net.blobs["x"].diff, dy @ (a + b), atol=1e-6)


def test_a_gradient_to_learned_labels_is_refused():
    text = data() + ip("t", "x", num_output=1) + ip("a", "x")
    text += 'layer { name: "l" type: "SoftmaxWithLoss" bottom: "a" bottom: "t" }'
    net = build(text, brew.TRAIN)
    with pytest.raises(LayerError, match=r"'l' .* gives no gradient to bottom\[1\]"):
        net.forward_backward()
