"""LayerNorm by hand: which numbers belong together, and what is learned."""

import numpy
import pytest

from brew.errors import LayerError
from brew.layer import TEST
from brew.testing import Case, exactly
from brew.testing.rig import Rig

X = [[[1, 3], [0, 8]], [[5, 5], [-2, 2]]]


def layer_norm(proto="eps: 0", x=X, **options):
    """Return the rig of a LayerNorm with new parameters."""
    options = {"samples": exactly(x), "params": None} | options
    text = f"layer_norm_param {{ {proto} }}"
    return Rig(Case("LayerNorm", text, [numpy.shape(x)], **options))


def test_each_place_gets_mean_0_and_variance_1():
    (y,) = layer_norm(x=[[[1, 3], [0, 8]]]).forward()
    assert y.tolist() == [[[-1, 1], [-1, 1]]]


def test_from_an_earlier_axis_on_more_numbers_belong_together():
    (y,) = layer_norm("eps: 0 axis: 1").forward()
    numpy.testing.assert_allclose(y.mean(axis=(1, 2)), 0, atol=1e-15)
    numpy.testing.assert_allclose(y.var(axis=(1, 2)), 1)
    numpy.testing.assert_allclose(y[0], (numpy.array(X[0]) - 3) / 9.5**0.5)
    (y,) = layer_norm("eps: 0 axis: 0").forward()
    numpy.testing.assert_allclose((y.mean(), y.var()), (0, 1), atol=1e-15)


def test_eps_is_added_to_the_variance():
    (y,) = layer_norm("eps: 3", x=[[2, 4]]).forward()
    assert y.tolist() == [[-0.5, 0.5]]


def test_equal_numbers_become_zeros():
    (y,) = layer_norm("eps: 1e-5", x=[[7, 7, 7]]).forward()
    assert y.tolist() == [[0, 0, 0]]


def test_scale_and_shift_belong_to_the_places_in_a_vector():
    rig = layer_norm(x=[[2, 4], [4, 2]])
    assert [blob.data.tolist() for blob in rig.layer.blobs] == [[1, 1], [0, 0]]
    rig.layer.blobs[0].data[...] = [2, 3]
    rig.layer.blobs[1].data[...] = [10, 20]
    assert rig.forward()[0].tolist() == [[8, 23], [12, 17]]


@pytest.mark.parametrize(
    ("proto", "shapes"),
    [
        ("", [(2, 2), (2, 2)]),
        ("scale_term: false", [(2, 2)]),
        ("bias_term: false", [(2, 2)]),
        ("scale_term: false bias_term: false", []),
    ],
)
def test_parameters_can_be_left_out(proto, shapes):
    rig = layer_norm(f"axis: 1 {proto}")
    assert [blob.shape for blob in rig.layer.blobs] == shapes


def test_training_and_test_are_alike():
    numpy.testing.assert_array_equal(
        layer_norm().forward(), layer_norm(phase=TEST).forward()
    )


def test_a_large_mean_does_not_drown_the_variance():
    x = numpy.array([[3000.0, 3001.0, 3002.0]])
    rig = Rig(Case("LayerNorm", "", [x.shape], samples=exactly(x), params=None), "f4")
    numpy.testing.assert_allclose(rig.forward()[0], (x - 3001) / x.std(), atol=1e-3)


def test_an_empty_batch_is_empty():
    rig = layer_norm()
    rig.bottom[0].reshape(0, 2, 2)
    assert rig.forward()[0].shape == (0, 2, 2)
    rig.backward()


def test_the_shape_of_a_vector_is_fixed():
    rig = layer_norm()
    rig.bottom[0].reshape(2, 2, 3)
    with pytest.raises(LayerError, match=r"axis 2 on the shape must stay \(2,\).*in0"):
        rig.layer.reshape(rig.bottom, rig.top)


def test_a_negative_eps_is_refused():
    with pytest.raises(LayerError, match="eps is -1; choose 0 or more"):
        layer_norm("eps: -1")
