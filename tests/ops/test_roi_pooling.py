"""ROI pooling equals its loops, whatever the regions."""

import numpy as np
import pytest

from brew import backend
from brew.ops import roi_pooling
from brew.reference import roi_pooling as loops

# maps, number of regions, cells, scale
GRIDS = {
    "2x3": ((2, 3, 6, 7), 5, (2, 3), 1.0),
    "scaled": ((2, 2, 9, 8), 6, (3, 3), 0.25),
    "scaled up": ((1, 2, 12, 9), 6, (3, 2), 1.5),
    "one cell": ((3, 1, 5, 5), 4, (1, 1), 0.5),
    "more cells than places": ((1, 2, 3, 4), 4, (7, 6), 0.125),
    "one place": ((2, 2, 1, 1), 3, (2, 2), 0.1),
    "one row": ((1, 3, 1, 9), 4, (2, 4), 0.25),
    "no regions": ((2, 2, 4, 4), 0, (2, 2), 1.0),
}


@pytest.fixture(params=["together", "one by one, 3 threads"])
def way(request, monkeypatch):
    """Pool small regions together or, as large ones, one by one."""
    if request.param != "together":
        monkeypatch.setattr(roi_pooling, "PIECE", 1)
        backend.set_num_threads(3)
    yield
    backend.set_num_threads(None)


def sample(shape, num_regions, dtype="float64"):
    """Return maps with many ties, all negative, and regions in and around them.

    Corners are quarters, so that many lie between two places.
    """
    rng = np.random.default_rng(0)
    x = (rng.integers(-9, -1, shape) / 4).astype(dtype)
    images = rng.integers(0, shape[0], (num_regions, 1))
    corners = rng.integers(-60, 160, (num_regions, 4)) / 4
    return x, np.concatenate([images, corners], 1).astype(dtype)


def pooled(x, rois, *options):
    places = np.empty((len(rois), x.shape[1], *options[0]), "int32")
    return roi_pooling.forward(x, rois, *options, places=places), places


@pytest.mark.parametrize("name", GRIDS)
def test_the_maximum_is_the_first_largest_of_its_cell(name, way):
    shape, num_regions, *options = GRIDS[name]
    for dtype in "float64", "float32":
        x, rois = sample(shape, num_regions, dtype)
        y, places = pooled(x, rois, *options)
        right, right_places = loops.forward(x, rois, *options)
        assert y.dtype == dtype
        np.testing.assert_array_equal(y, right)
        np.testing.assert_array_equal(places, right_places)


@pytest.mark.parametrize("name", GRIDS)
def test_the_gradient_goes_to_the_maximum(name, way):
    shape, num_regions, *options = GRIDS[name]
    x, rois = sample(shape, num_regions)
    _, places = pooled(x, rois, *options)
    dy, out = np.random.default_rng(1).random(places.shape), np.full(shape, np.nan)
    assert roi_pooling.backward(dy, rois, places, shape, out=out) is out
    right = loops.backward(dy, rois, places, shape)
    np.testing.assert_allclose(out, right, 1e-12)


def test_halves_are_rounded_away_from_zero():
    corners = [0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997, -0.49999997]
    rounded = [1, 2, 3, -1, -2, 0, 0]
    assert [loops.half_away(corner) for corner in corners] == rounded
    corners = np.array(corners, "float32")
    starts, _ = roi_pooling.cells(corners, corners, 1, 9)
    assert starts.ravel().tolist() == [1, 2, 3, 0, 0, 0, 0]
    _, ends = roi_pooling.cells(corners[:5], corners[:5] + 1, 1, 9)
    assert ends.ravel().tolist() == [3, 4, 5, 2, 0]


def test_cells_are_cut_as_evenly_as_places_allow():
    starts, ends = roi_pooling.cells(np.array([2.0]), np.array([6.0]), 3, 6)
    assert starts.tolist() == [[2, 3, 5]]  # 5 places for 3 cells: they overlap
    assert ends.tolist() == [[4, 6, 6]]  # and the axis ends at 6


def test_nan_in_a_region_is_seen_in_its_cell():
    x = np.ones((1, 1, 2, 4))
    x[0, 0, 1, 2] = np.nan
    y, places = pooled(x, np.array([[0.0, 0, 0, 3, 1]]), (1, 2))
    np.testing.assert_array_equal(y.ravel(), [1, np.nan])
    assert (places >= 0).all()
