"""What is special about Eltwise, Concat, Split and Flatten."""

import numpy
import pytest

from brew.errors import LayerError
from brew.testing import Case
from brew.testing.rig import Rig

TWO = [(2, 3), (2, 3)]


@pytest.mark.parametrize(
    ("type_name", "proto", "bottoms", "message"),
    [
        ("Eltwise", "eltwise_param { coeff: 1 }", TWO, "1 coeff for 2 bottoms"),
        (
            "Eltwise",
            "eltwise_param { operation: PROD coeff: 1 coeff: 2 }",
            TWO,
            "coeff is for operation: SUM only",
        ),
        (
            "Concat",
            "concat_param { axis: 1 concat_dim: 1 }",
            TWO,
            "axis and concat_dim mean the same",
        ),
        (
            "Concat",
            "concat_param { axis: 1 }",
            [(2, 3), (3, 3)],
            r"may differ along axis 1 only.*'in0' has shape \(2, 3\), 'in1' has",
        ),
        (
            "Flatten",
            "flatten_param { axis: 2 end_axis: 1 }",
            [(2, 3, 4)],
            "axis 2 comes after end_axis 1",
        ),
    ],
)
def test_settings_that_contradict_are_refused(type_name, proto, bottoms, message):
    with pytest.raises(LayerError, match=message):
        Rig(Case(type_name, proto, bottoms))


def test_of_two_equal_maxima_the_second_bottom_gets_the_gradient():
    rig = Rig(Case("Eltwise", "eltwise_param { operation: MAX }", [(2,)] * 3))
    for blob, data in zip(rig.bottom, [(1, 5), (1, 5), (1, 6)], strict=True):
        blob.data[...] = data
    assert rig.forward()[0].tolist() == [1, 6]
    rig.top[0].diff[...] = 2, 3
    rig.layer.backward(rig.top, [True] * 3, rig.bottom)
    assert [blob.diff.tolist() for blob in rig.bottom] == [[0, 0], [2, 0], [0, 3]]


@pytest.mark.parametrize("type_name", ["Concat", "Flatten", "Split"])
def test_memory_is_shared_also_after_the_bottom_has_grown(type_name):
    rig = Rig(Case(type_name, "", [(2, 3)], tops=1, shares=True))
    bottom, top = rig.bottom[0], rig.top[0]
    bottom.reshape(5, 7)
    rig.layer.reshape(rig.bottom, rig.top)
    assert top.shape == (5, 7)
    assert numpy.shares_memory(top.data, bottom.data)
    if type_name != "Split":
        assert numpy.shares_memory(top.diff, bottom.diff)
