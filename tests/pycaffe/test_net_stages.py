"""Phase, level and stages choose the layers of a net."""

import pytest

import brew as caffe
from brew.errors import NetError

from .nets import NET

LEVELS = """
layer { name: "data" type: "DummyData" top: "data"
  dummy_data_param { shape { dim: 1 dim: 4 } } }
layer { name: "none" type: "TanH" bottom: "data" top: "none" }
layer { name: "zero" type: "TanH" bottom: "data" top: "zero" include { min_level: 0 } }
layer { name: "one" type: "TanH" bottom: "data" top: "one" include { min_level: 1 } }
layer { name: "below" type: "TanH" bottom: "data" top: "below"
  include { max_level: 0 } }
"""
STAGES = """
layer { name: "data" type: "DummyData" top: "data"
  dummy_data_param { shape { dim: 1 dim: 4 } } }
layer { name: "A" type: "TanH" bottom: "data" top: "A" include { stage: "A" } }
layer { name: "or" type: "TanH" bottom: "data" top: "or"
  include { stage: "A" } include { stage: "B" } }
layer { name: "and" type: "TanH" bottom: "data" top: "and"
  include { stage: "A" stage: "B" } }
"""
ALL_IN_ONE = """
layer { name: "source" type: "DummyData" top: "data" top: "label"
  include { stage: "train" } include { stage: "val" }
  dummy_data_param { shape { dim: 6 dim: 4 } shape { dim: 6 } } }
layer { name: "input" type: "Input" top: "data" include { stage: "deploy" }
  input_param { shape { dim: 1 dim: 4 } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param { num_output: 3 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss"
  include { phase: TRAIN stage: "train" } include { phase: TEST stage: "val" } }
layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob"
  include { stage: "deploy" } }
"""


@pytest.mark.parametrize(
    ("level", "kept"),
    [(0, {"none", "zero", "below"}), (1, {"none", "zero", "one"})],
)
def test_level_keeps_the_layers_whose_range_it_is_in(write, level, kept):
    net = caffe.Net(write(LEVELS), caffe.TEST, level=level)
    assert {name for name in net.layer_dict if "data" not in name} == kept


@pytest.mark.parametrize(
    ("stages", "kept"),
    [
        ([], set()),
        (["A"], {"A", "or"}),
        (["B"], {"or"}),
        (["A", "B"], {"A", "or", "and"}),
    ],
)
def test_rules_are_alternatives_and_stages_of_one_rule_are_all_needed(
    write, stages, kept
):
    net = caffe.Net(write(STAGES), caffe.TEST, stages=stages)
    assert {name for name in net.layer_dict if "data" not in name} == kept


@pytest.mark.parametrize(
    ("phase", "stage", "outputs", "inputs"),
    [
        (caffe.TRAIN, "train", ["loss"], []),
        (caffe.TEST, "val", ["loss"], []),
        (caffe.TEST, "deploy", ["prob"], ["data"]),
    ],
)
def test_one_file_serves_training_testing_and_deployment(
    write, phase, stage, outputs, inputs
):
    net = caffe.Net(write(ALL_IN_ONE), phase, stages=[stage])
    assert (net.outputs, net.inputs) == (outputs, inputs)
    assert list(net.forward()) == outputs


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"phase": 7}, "a phase is brew.TRAIN .0. or brew.TEST .1., not 7"),
        ({"phase": caffe.TEST, "stages": "deploy"}, r"such as \['deploy'\]"),
    ],
)
def test_phase_and_stages_that_are_none_are_refused(write, options, says):
    with pytest.raises(NetError, match=says):
        caffe.Net(write(NET), **options)
