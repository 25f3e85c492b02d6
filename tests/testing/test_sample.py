"""Samples have no ties, no symmetry, and keep off the kinks."""

import numpy
import pytest

from brew.errors import CheckError
from brew.testing import choices, exactly, lopsided
from brew.testing.compare import compare


def rng():
    return numpy.random.default_rng(3)


def test_lopsided_values_are_distinct_and_not_centred():
    values = lopsided()((4, 5, 6), rng())
    assert values.shape == (4, 5, 6)
    assert len(numpy.unique(values)) == 120
    assert values.mean() > 0.3
    assert values.min() >= -1
    assert values.max() <= 2


def test_lopsided_values_keep_off_kinks_and_stay_distinct():
    values = lopsided(avoid=[0, 1])((400,), rng())
    assert len(numpy.unique(values)) == 400
    for kink in 0, 1:
        assert numpy.abs(values - kink).min() >= 0.01


def test_other_shift_gives_values_that_tie_with_none():
    one, two = (lopsided()((50,), rng(), shift) for shift in (0.25, 0.75))
    assert not set(one) & set(two)


def test_choices_show_every_option():
    assert set(choices(0, 1, 2)((3,), rng())) == {0, 1, 2}


def test_exactly_gives_what_it_was_given():
    assert exactly([1, 2, 3, 4])((2, 2), rng()).tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("shape", [(), (0, 3), (1,)])
def test_every_shape_has_samples(shape):
    assert lopsided()(shape, rng()).shape == shape
    assert choices(0, 1)(shape, rng()).shape == shape


def test_compare_names_the_worst_element():
    with pytest.raises(CheckError, match=r"y: element \(1, 0\) is 5 instead of 3"):
        compare("y", [[1, 2.5], [5, 4]], [[1, 2], [3, 4]])


def test_compare_names_shapes_that_differ():
    with pytest.raises(CheckError, match=r"y: shape \(2,\) instead of \(3,\)"):
        compare("y", [1, 2], [1, 2, 3])


def test_compare_lets_nan_pass_only_where_it_belongs():
    compare("y", [1, numpy.nan], [1, numpy.nan])
    with pytest.raises(CheckError, match=r"element \(1,\) is nan instead of 2"):
        compare("y", [1, numpy.nan], [1, 2])
    with pytest.raises(CheckError, match=r"element \(0,\) is 1 instead of nan"):
        compare("y", [1, 2], [numpy.nan, 2])


def test_compare_allows_what_it_is_told_to_allow():
    compare("y", [1.0, 2.01], [1, 2], rtol=0.01)
    with pytest.raises(CheckError, match="y"):
        compare("y", [1.0, 2.03], [1, 2], rtol=0.01)
    compare("y", [0.0, 2e-3], [0, 0], atol=2e-3)
