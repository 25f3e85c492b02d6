import pytest

from brew.errors import NetError
from brew.net_filter import filter_net
from tests.net.helpers import net_param

ALL = [
    ("", "phase: TRAIN", True),
    ("include { }", "phase: TRAIN", True),
    ("include { phase: TEST }", "phase: TRAIN", False),
    ("include { phase: TEST } include { phase: TRAIN }", "phase: TRAIN", True),
    ("exclude { phase: TRAIN }", "phase: TRAIN", False),
    ("exclude { phase: TEST }", "phase: TRAIN", True),
    ("include { min_level: 1 }", "level: 0", False),
    ("include { min_level: 1 }", "level: 1", True),
    ("include { max_level: 1 }", "level: 2", False),
    ("include { min_level: 1 max_level: 2 }", "level: 2", True),
    ('include { stage: "a" stage: "b" }', 'stage: "a"', False),
    ('include { stage: "a" stage: "b" }', 'stage: "b" stage: "a"', True),
    ('include { stage: "a" } include { stage: "b" }', 'stage: "b"', True),
    ('include { not_stage: "a" }', 'stage: "a"', False),
    ('exclude { stage: "a" not_stage: "b" }', 'stage: "a" stage: "b"', True),
    ('exclude { stage: "a" not_stage: "b" }', 'stage: "a"', False),
]


@pytest.mark.parametrize(("rules", "state", "is_kept"), ALL)
def test_a_layer_is_kept_by_its_rules(rules, state, is_kept):
    param = net_param(f'state {{ {state} }} layer {{ name: "a" {rules} }}')
    assert len(filter_net(param).layer) == is_kept


def test_include_and_exclude_together_are_refused():
    param = net_param('layer { name: "a" type: "ReLU" include { } exclude { } }')
    with pytest.raises(NetError, match=r"'a' \(ReLU\) has include and exclude"):
        filter_net(param)


def test_the_filter_leaves_its_argument_alone():
    param = net_param("state { phase: TEST } layer { include { phase: TRAIN } }")
    filter_net(param)
    assert len(param.layer) == 1
