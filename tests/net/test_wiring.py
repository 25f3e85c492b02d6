import numpy as np
import pytest

import brew
from brew.errors import DuplicateTop, LayerError, NetError
from tests.net.helpers import build, data, ip, loss


def test_outputs_are_the_blobs_nobody_reads_in_alphabetical_order():
    net = build(data() + ip("z", "x") + ip("b", "x"))
    assert net.outputs == ["b", "z"]
    assert net.inputs == ["x"]


def test_dictionaries_have_pycaffes_names_and_order():
    net = build(data() + ip("a", "x") + ip("b", "a"))
    assert list(net.blobs) == ["x", "a", "b"]
    assert list(net.params) == ["a", "b"]
    assert list(net.layer_dict) == ["in_x", "a", "b"]
    assert net.bottom_names["b"] == ["a"]
    assert net.top_names["in_x"] == ["x"]
    assert net._layer_names == ["in_x", "a", "b"]
    assert net._top_ids(1) == [1]
    assert net._bottom_ids(2) == [1]


def test_in_place_means_the_same_blob():
    relu = 'layer { name: "r" type: "ReLU" bottom: "a" top: "a" }'
    net = build(data() + ip("a", "x") + relu)
    assert list(net.blobs) == ["x", "a"]
    net.blobs["x"].data[...] = np.linspace(-1, 1, 6).reshape(2, 3)
    net.forward()
    assert net.blobs["a"].data.min() == 0


def test_a_second_producer_is_refused():
    with pytest.raises(DuplicateTop, match=r"'b' \(InnerProduct\): top\[0\] 'a'"):
        build(data() + ip("a", "x") + ip("b", "x", top="a"))


def test_a_layer_in_place_after_another_reader_is_refused():
    relu = 'layer { name: "r" type: "ReLU" bottom: "a" top: "a" }'
    with pytest.raises(DuplicateTop, match="before another layer reads it"):
        build(data() + ip("a", "x") + ip("b", "a") + relu)


def test_a_loss_without_top_gets_an_automatic_one_that_is_no_output():
    text = data() + data("t") + loss("x").replace('top: "loss"', "")
    net = build(text)
    assert net.outputs == []
    assert net.blobs["(automatic)"].shape == ()
    net.blobs["x"].data[...] = 1
    assert net.run_forward() == pytest.approx(1.5)


def test_an_unknown_type_is_named_with_the_nearest():
    with pytest.raises(
        LayerError, match=r"'InnerProdukt' is unknown\. Did you mean 'Inn"
    ):
        build(data() + ip("a", "x").replace("InnerProduct", "InnerProdukt"))


def test_propagate_down_must_be_given_for_each_bottom():
    with pytest.raises(NetError, match="propagate_down is given 2 times for 1 bottoms"):
        build(data() + ip("a", "x", more="propagate_down: true propagate_down: true"))


def test_the_phase_of_the_net_is_the_phase_of_its_layers():
    for phase in (brew.TRAIN, brew.TEST):
        assert build(data() + ip("a", "x"), phase).layers[1].phase == phase


def test_level_and_stages_choose_layers():
    text = (
        data()
        + ip("a", "x", more="include { min_level: 1 }")
        + ip("b", "x", more='include { stage: "deploy" }')
    )
    assert build(text).outputs == ["x"]
    assert build(text, level=1).outputs == ["a"]
    assert build(text, stages=["deploy"]).outputs == ["b"]


def test_loss_weights_are_told_by_blob():
    net = build(data() + data("t") + loss("x", more="loss_weight: 0.5"))
    assert dict(net.blob_loss_weights) == {"x": 0, "t": 0, "loss": 0.5}


def test_a_wrong_number_of_loss_weights_is_refused():
    with pytest.raises(LayerError, match="loss_weight is given 2 times for 1 tops"):
        build(data() + data("t") + loss("x", more="loss_weight: 1 loss_weight: 1"))


def test_the_same_seed_gives_the_same_parameters_and_another_seed_others():
    text = data() + ip("a", "x") + ip("b", "a")
    one, same, other = (build(text, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.params["a"][0].data, same.params["a"][0].data)
    assert not np.array_equal(one.params["a"][0].data, other.params["a"][0].data)
    assert not np.array_equal(one.params["a"][0].data, one.params["b"][0].data)
