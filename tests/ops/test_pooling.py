"""Pooling equals its loops, whatever the window."""

import numpy as np
import pytest

from brew import backend
from brew.ops import pieces, pooling, stochastic_pooling
from brew.reference import pooling as loops

# x, kernel, stride, pad, round_up
WINDOWS = {
    "2x2": ((2, 3, 4, 6), (2, 2), (2, 2), (0, 0), True),
    "not full at the end": ((2, 3, 5, 7), (2, 2), (2, 2), (0, 0), True),
    "rounding down": ((2, 3, 5, 7), (2, 2), (2, 2), (0, 0), False),
    "overlapping": ((2, 3, 6, 7), (3, 3), (2, 2), (0, 0), True),
    "stride 1": ((2, 2, 5, 4), (3, 3), (1, 1), (0, 0), True),
    "pad": ((2, 2, 5, 6), (3, 3), (2, 2), (1, 1), True),
    "last window only in padding": ((2, 2, 4, 5), (2, 2), (2, 2), (1, 1), True),
    "pad on one axis": ((2, 2, 4, 5), (2, 3), (2, 2), (0, 2), True),
    "pad, rounding down": ((2, 2, 6, 7), (3, 3), (2, 2), (1, 1), False),
    "large pad": ((1, 2, 6, 7), (4, 4), (3, 3), (2, 2), True),
    "same size": ((1, 2, 4, 5), (5, 5), (1, 1), (2, 2), True),
    "oblong": ((2, 2, 6, 7), (3, 2), (1, 3), (1, 0), True),
    "gaps": ((2, 2, 7, 8), (2, 2), (3, 3), (0, 0), True),
    "1x1 with gaps": ((1, 2, 5, 5), (1, 1), (2, 2), (0, 0), True),
    "1x1": ((1, 2, 3, 4), (1, 1), (1, 1), (0, 0), True),
    "padding, and a rest": ((1, 2, 8, 8), (2, 2), (3, 3), (1, 1), False),
    "one row": ((2, 3, 1, 7), (1, 3), (1, 2), (0, 1), True),
    "whole image": ((2, 3, 4, 5), (4, 5), (1, 1), (0, 0), True),
    "larger than the image": ((2, 3, 3, 3), (4, 4), (2, 2), (0, 0), True),
    "more places than a byte counts": ((1, 1, 20, 20), (17, 17), (2, 2), (1, 1), True),
    "no images": ((0, 2, 4, 4), (2, 2), (2, 2), (0, 0), True),
}


WAYS = "in rows", "whole", "in pieces", "as products", "as products, in pieces"


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """Run small arrays as rows, whole or, as large ones, in pieces on three threads."""
    if request.param != "in rows":
        monkeypatch.setattr(pooling, "FEW", 0)
    if "as products" not in request.param:
        monkeypatch.setattr(pooling, "SMALL_PLANES", 0)
    if "in pieces" in request.param:
        monkeypatch.setattr(pieces, "LARGE", 5)
        monkeypatch.setattr(pieces, "PIECE", 40)
        backend.set_num_threads(3)
    yield
    backend.set_num_threads(None)


def sample(shape, dtype="float64"):
    """Return numbers that are all negative, with many ties."""
    rng = np.random.default_rng(0)
    return (rng.integers(-9, -1, shape) / 4).astype(dtype)


def picked(x, window, dtype="float64"):
    taps = np.empty(pooling.shape_out(x.shape, *window), pooling.tap_dtype(window[0]))
    y = pooling.max_forward(x, *window, taps=taps)
    return y, taps


@pytest.mark.parametrize("name", WINDOWS)
def test_the_maximum_is_the_first_largest_in_the_image(name, way):
    shape, *window = WINDOWS[name]
    for dtype in "float64", "float32":
        x = sample(shape, dtype)
        y, taps = picked(x, window)
        right, right_taps = loops.max_forward(x, *window)
        assert y.dtype == dtype
        np.testing.assert_array_equal(y, right)
        np.testing.assert_array_equal(taps, right_taps)


@pytest.mark.parametrize("name", WINDOWS)
def test_the_gradient_goes_to_the_maximum(name, way):
    shape, *window = WINDOWS[name]
    _, taps = picked(sample(shape), window)
    dy = np.random.default_rng(1).random(taps.shape)
    out = np.full(shape, np.nan)
    assert pooling.max_backward(dy, taps, shape, *window[:3], out=out) is out
    right = loops.max_backward(dy, taps, shape, *window[:3])
    np.testing.assert_allclose(out, right, 1e-12)


@pytest.mark.parametrize("name", WINDOWS)
def test_the_mask_names_the_place_in_the_plane(name):
    shape, *window = WINDOWS[name]
    x = sample(shape)
    y, taps = picked(x, window)
    places = pooling.positions(taps, shape, *window[:3]).astype(int)
    for n, c, i, j in np.ndindex(y.shape):
        assert x[n, c].flat[places[n, c, i, j]] == y[n, c, i, j]


@pytest.mark.parametrize("name", WINDOWS)
def test_the_average_equals_its_loops(name, way):
    shape, *window = WINDOWS[name]
    for dtype, tolerance in ("float64", 1e-12), ("float32", 1e-5):
        x = sample(shape, dtype)
        y = pooling.average_forward(x, *window)
        assert y.dtype == dtype
        right = loops.average_forward(x, *window)
        np.testing.assert_allclose(y, right, tolerance, tolerance)
        out = np.full(shape, np.nan, dtype)
        pooling.average_backward(y, shape, *window[:3], out=out)
        right = loops.average_backward(y, shape, *window[:3])
        np.testing.assert_allclose(out, right, tolerance, tolerance)


def test_minus_infinity_and_nan_in_a_window_break_nothing():
    x = np.full((1, 1, 4, 4), -np.inf)
    x[0, 0, 0, 3] = np.nan
    y, taps = picked(x, [(2, 2), (2, 2), (1, 1), True])
    assert np.isnan(y).any()
    dx = pooling.max_backward(np.ones(y.shape), taps, x.shape, (2, 2), (2, 2), (1, 1))
    assert np.isfinite(dx).all()


@pytest.mark.parametrize("pad", [0, 1])
def test_minus_infinity_is_picked_before_what_is_outside(pad, way):
    x = np.full((1, 2, 6, 6), -np.inf)
    window = [(3, 3), (2, 2), (pad, pad), True]
    y, taps = picked(x, window)
    right, right_taps = loops.max_forward(x, *window)
    np.testing.assert_array_equal(y, right)
    np.testing.assert_array_equal(taps, right_taps)
    dx = pooling.max_backward(np.ones(y.shape), taps, x.shape, *window[:3])
    right = loops.max_backward(np.ones(y.shape), taps, x.shape, *window[:3])
    np.testing.assert_array_equal(dx, right)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pad", "round_up", "count"),
    [
        (5, 2, 2, 0, True, 3),
        (5, 2, 2, 0, False, 2),
        (4, 2, 2, 1, True, 3),
        (6, 3, 2, 1, True, 4),
        (6, 3, 3, 2, True, 3),  # a fourth would begin behind the image
        (3, 4, 2, 0, True, 1),
    ],
)
def test_windows_are_counted_as_in_caffe(size, kernel, stride, pad, round_up, count):
    shape = 2, 3, size, size
    window = (kernel,) * 2, (stride,) * 2, (pad,) * 2, round_up
    assert pooling.shape_out(shape, *window) == (2, 3, count, count)


def test_the_lot_falls_where_the_sum_reaches_the_chance():
    x = np.array([[1.0, 3.0], [0.0, 4.0]]).reshape(1, 1, 2, 2)
    for chance, tap in (0.01, 0), (0.125, 0), (0.13, 1), (0.5, 1), (0.51, 3), (1.0, 3):
        taps = np.empty((1, 1, 1, 1), "uint8")
        lot = np.full(taps.shape, chance)
        y = stochastic_pooling.forward(x, lot, (2, 2), taps=taps)
        assert (y.item(), taps.item()) == (x.flat[tap], tap)


def test_what_is_expected_is_weighted_by_the_values():
    x = np.array([[1.0, 3.0], [0.0, 4.0], [0.0, 0.0]]).reshape(1, 1, 3, 2)
    y = stochastic_pooling.expected(x, (2, 2), (2, 1))
    np.testing.assert_allclose(y.ravel(), [26 / 8, 0.0])


def test_on_average_the_lot_gives_what_is_expected():
    rng = np.random.default_rng(0)
    x = rng.random((1, 1, 3, 3)).repeat(20000, 0)
    y = stochastic_pooling.forward(x, 1 - rng.random((20000, 1, 2, 2)), (2, 2))
    right = stochastic_pooling.expected(x[:1], (2, 2))
    np.testing.assert_allclose(y.mean(0), right[0], rtol=0.02)
