import numpy as np
import pytest

from brew.blob import Blob
from brew.errors import LayerError
from brew.fillers import FILLERS, fill
from brew.proto import caffe_pb2
from brew.proto.text import parse_text


def filled(text, shape=(200, 300)):
    blob = Blob(shape)
    filler = parse_text(text, caffe_pb2.FillerParameter())
    fill(blob, filler, np.random.default_rng(0))
    return blob.data


def test_constant_is_zero_unless_said():
    assert not filled("").any()
    assert (filled("value: 2.5") == 2.5).all()


def test_uniform_lies_between_its_ends():
    values = filled('type: "uniform" min: -1 max: 3')
    assert -1 <= values.min() < -0.9
    assert 2.9 < values.max() <= 3
    assert values.mean() == pytest.approx(1, abs=0.05)


def test_gaussian_has_its_mean_and_deviation():
    values = filled('type: "gaussian" mean: 2 std: 0.5')
    assert values.mean() == pytest.approx(2, abs=0.02)
    assert values.std() == pytest.approx(0.5, rel=0.02)


def test_sparse_keeps_about_so_many_of_each_column():
    values = filled('type: "gaussian" sparse: 15')
    assert (values != 0).sum(axis=0).mean() == pytest.approx(15, rel=0.1)


def test_positive_unitball_sums_to_one_in_each_row():
    values = filled('type: "positive_unitball"', (5, 2, 3))
    assert (values > 0).all()
    assert np.allclose(values.reshape(5, -1).sum(axis=1), 1)


FANS = [("", 300), ("variance_norm: FAN_OUT", 200), ("variance_norm: AVERAGE", 250)]


@pytest.mark.parametrize(("norm", "n"), FANS)
def test_xavier_and_msra_scale_with_the_fan(norm, n):
    values = filled(f'type: "xavier" {norm}')
    assert abs(values).max() == pytest.approx((3 / n) ** 0.5, rel=0.01)
    values = filled(f'type: "msra" {norm}')
    assert values.std() == pytest.approx((2 / n) ** 0.5, rel=0.02)


def test_the_fan_of_a_convolution_counts_its_window():
    values = filled('type: "xavier"', (20, 10, 5, 5))
    assert abs(values).max() == pytest.approx((3 / 250) ** 0.5, rel=0.01)


def test_bilinear_weights_enlarge_a_constant_to_itself():
    values = filled('type: "bilinear"', (1, 2, 4, 4))
    by_hand = np.outer([0.25, 0.75, 0.75, 0.25], [0.25, 0.75, 0.75, 0.25])
    assert np.allclose(values[0, 1], by_hand)


BAD = [
    ('type: "xaver"', (2,), "Did you mean 'xavier'"),
    ('type: "xavier" sparse: 3', (2,), "'sparse' works with type gaussian only"),
    ('type: "gaussian" std: 0', (2,), "std > 0"),
    ('type: "gaussian" sparse: -2', (2,), "sparse >= 0"),
    ('type: "bilinear"', (2, 2), "square 4-D filters"),
    ('type: "bilinear"', (1, 1, 3, 4), "square 4-D filters"),
    ('type: "uniform" min: 1 max: 0', (2,), "min <= max, both finite, not 1 and 0"),
    ('type: "uniform" max: inf', (2,), "both finite, not 0 and inf"),
    ('type: "uniform" min: nan', (2,), "both finite, not nan and 1"),
    ("", (0, 3), "needs elements to fill"),
]


@pytest.mark.parametrize(("text", "shape", "message"), BAD)
def test_bad_fillers_are_told(text, shape, message):
    with pytest.raises(LayerError, match=message):
        filled(text, shape)


def test_all_seven_are_there():
    assert len(FILLERS) == 7
