import pytest

from brew.errors import UnknownBottom
from brew.insert_splits import insert_splits
from tests.net.helpers import build, data, ip, loss, net_param


def layers(text):
    return {layer.name: layer for layer in insert_splits(net_param(text)).layer}


def test_a_blob_that_is_read_once_needs_no_split():
    assert list(layers(data() + ip("a", "x") + ip("b", "a"))) == ["in_x", "a", "b"]


def test_a_blob_that_is_read_twice_is_split_behind_its_producer():
    result = layers(data() + ip("a", "x") + ip("b", "x"))
    assert list(result) == ["in_x", "x_in_x_0_split", "a", "b"]
    split = result["x_in_x_0_split"]
    assert list(split.bottom) == ["x"]
    assert list(split.top) == ["x_in_x_0_split_0", "x_in_x_0_split_1"]
    assert list(result["a"].bottom) == ["x_in_x_0_split_0"]
    assert list(result["b"].bottom) == ["x_in_x_0_split_1"]


def test_after_layers_in_place_the_last_one_names_the_split():
    relu = 'layer { name: "r" type: "ReLU" bottom: "a" top: "a" }'
    result = layers(data() + ip("a", "x") + relu + ip("b", "a") + ip("c", "a"))
    assert list(result)[3] == "a_r_0_split"
    assert list(result["r"].bottom) == ["a"]


def test_a_layer_that_reads_one_blob_twice_gets_two_tops_of_the_split():
    text = (
        data() + 'layer { name: "s" type: "Eltwise" bottom: "x" bottom: "x" top: "s"}'
    )
    assert list(layers(text)["s"].bottom) == ["x_in_x_0_split_0", "x_in_x_0_split_1"]


def test_a_loss_weight_moves_to_the_first_top_of_the_split():
    text = data() + data("t") + ip("a", "x", more="loss_weight: 2") + loss("a")
    result = layers(text)
    assert list(result["a"].loss_weight) == [0]
    assert list(result["a_a_0_split"].loss_weight) == [2, 0]
    assert result["loss"].bottom[0] == "a_a_0_split_1"


def test_the_loss_of_a_split_loss_counts_once():
    reader = 'layer { name: "p" type: "Power" bottom: "loss" top: "p" }'
    text = data() + data("t") + loss("x", more="loss_weight: 3") + reader
    net = build(text)
    net.blobs["x"].data[...] = 2
    assert net.run_forward() == pytest.approx(3 * 2**2 * 3 / 2)


def test_an_unknown_bottom_is_named_with_the_nearest_blob():
    with pytest.raises(
        UnknownBottom, match=r"'b' \(InnerProduct\): bottom\[0\] is 'aa'"
    ):
        layers(data() + ip("a", "x") + ip("b", "aa"))
    with pytest.raises(UnknownBottom, match="Did you mean 'conv1'"):
        layers(data() + ip("conv1", "x") + ip("b", "conv2"))
