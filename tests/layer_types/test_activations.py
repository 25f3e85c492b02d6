"""What is special about activation layers."""

import pytest

from brew.errors import LayerError
from brew.testing import Case
from brew.testing.rig import Rig


@pytest.mark.parametrize(
    ("type_name", "proto"),
    [
        ("ReLU", "relu_param { negative_slope: -0.5 }"),
        ("Power", "power_param { power: 2 }"),
    ],
)
def test_in_place_is_refused_where_backward_would_need_the_lost_input(type_name, proto):
    with pytest.raises(LayerError, match="give the top another name"):
        Rig(Case(type_name, proto, [(2, 3)]), in_place=True)


def test_relu_passes_the_slope_on_at_zero():
    rig = Rig(Case("ReLU", "relu_param { negative_slope: 0.25 }", [(3,)]))
    rig.bottom[0].data[...] = -2, 0, 3
    assert rig.forward()[0].tolist() == [-0.5, 0, 3]
    rig.top[0].diff[...] = 1
    rig.layer.backward(rig.top, [True], rig.bottom)
    assert rig.bottom[0].diff.tolist() == [0.25, 0.25, 1]
