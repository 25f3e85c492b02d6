"""What is special about Dropout."""

import numpy
import pytest

from brew.errors import LayerError
from brew.layer import TEST
from brew.testing import IN_TRAIN, Case
from brew.testing.rig import Rig


def dropout(ratio, shape=(50, 40), seed=0, **options):
    proto = f"dropout_param {{ dropout_ratio: {ratio} }}"
    rig = Rig(Case("Dropout", proto, [shape], random=IN_TRAIN, **options), seed=seed)
    rig.bottom[0].data[...] = 1
    return rig


def test_what_is_kept_grows_so_that_the_mean_stays():
    (y,) = dropout(0.75).forward()
    assert set(y.flat) == {0, 4}
    assert y.mean() == pytest.approx(1, abs=0.15)


def test_gradient_flows_where_numbers_were_kept():
    rig = dropout(0.5)
    (y,) = rig.forward()
    rig.top[0].diff[...] = 1
    rig.layer.backward(rig.top, [True], rig.bottom)
    numpy.testing.assert_array_equal(rig.bottom[0].diff, y)


def test_every_forward_drops_other_numbers_and_every_seed_too():
    rig = dropout(0.5)
    assert (rig.forward()[0] != rig.forward()[0]).any()
    assert (dropout(0.5).forward()[0] != dropout(0.5, seed=1).forward()[0]).any()


def test_state_brings_the_same_numbers_back():
    rig, other = dropout(0.5), dropout(0.5, seed=1)
    other.layer.set_state(rig.layer.get_state())
    numpy.testing.assert_array_equal(rig.forward()[0], other.forward()[0])


def test_nothing_is_dropped_at_test_time():
    assert (dropout(0.5, phase=TEST).forward()[0] == 1).all()


@pytest.mark.parametrize("ratio", [-0.1, 1, 1.5])
def test_impossible_ratio_is_refused(ratio):
    with pytest.raises(LayerError, match=f"dropout_ratio is {ratio}; choose"):
        dropout(ratio)
