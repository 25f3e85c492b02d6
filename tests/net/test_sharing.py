import numpy as np
import pytest

import brew
from brew.errors import NetError
from tests.net.helpers import build, data, ip, loss


def shared(first="", second="", num_output=3):
    one = f'param {{ name: "w" {first} }} param {{ lr_mult: 0 }}'
    two = f'param {{ name: "w" {second} }} param {{ lr_mult: 0 }}'
    text = data() + data("t") + ip("a", "x", more=one)
    return text + ip("b", "a", num_output=num_output, more=two)


def test_shared_parameters_are_one_memory_and_are_learned_once():
    net = build(shared() + loss("b"), brew.TRAIN)
    a, b = net.params["a"][0], net.params["b"][0]
    a.data[...] = 7
    assert (b.data == 7).all()
    assert len(net.learnable_params) == 3  # w and two biases
    net.blobs["x"].data[...] = np.arange(6).reshape(2, 3)
    net.forward_backward()
    assert np.array_equal(a.diff, b.diff)
    dy = net.blobs["b"].diff
    by_hand = dy.T @ net.blobs["a"].data + (dy @ a.data).T @ net.blobs["x"].data
    assert np.allclose(a.diff, by_hand, rtol=1e-5)


def test_strict_sharing_needs_equal_shapes():
    with pytest.raises(
        NetError, match=r"'b' .*\(2, 3\) cannot share with .*'a' .*\(3, 3"
    ):
        build(shared(num_output=2))


def test_permissive_sharing_needs_equal_counts_only():
    more = "share_mode: PERMISSIVE"
    text = data() + data("y", "dim: 2 dim: 9")
    text += ip("a", "x", more='param { name: "w" }')
    text += ip("b", "y", num_output=1, more=f'param {{ name: "w" {more} }}')
    net = build(text)
    assert net.params["b"][0].shape == (1, 9)
    net.params["a"][0].data[...] = 5
    assert (net.params["b"][0].data == 5).all()
    with pytest.raises(NetError, match="the counts must be equal"):
        build(text.replace("num_output: 1 ", "num_output: 2 "))


def test_a_multiplier_set_once_counts_for_all_sharers():
    assert build(shared(second="lr_mult: 3")).params_lr_mult[0] == 3
    assert build(shared(first="decay_mult: 2")).params_decay_mult[0] == 2
    assert build(shared("lr_mult: 3", "lr_mult: 3")).params_lr_mult[0] == 3


def test_multipliers_that_differ_are_refused():
    with pytest.raises(NetError, match="lr_mult 2, but shares with .* is 3"):
        build(shared("lr_mult: 3", "lr_mult: 2"))


def test_more_param_entries_than_parameters_are_refused():
    with pytest.raises(NetError, match="has 3 'param' entries, but only 2 parameters"):
        build(data() + ip("a", "x", more="param { } param { } param { }"))
