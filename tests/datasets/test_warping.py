"""Warped copies show the same, and the seed decides what they look like."""

import numpy as np
import pytest

from brew import datasets
from brew.datasets import warp
from brew.datasets.warping import Warp
from brew.errors import FileError

pytest.importorskip("scipy")
STRONG = Warp(turn=20, zoom=0.2, shear=0.2, shift=2, bend=30)


@pytest.fixture
def spots():
    """Make images that are black but for one large spot, as many as labels."""
    images = np.zeros((5, 1, 28, 28), np.uint8)
    images[:, :, 10:18, 9:19] = 200
    return images, np.arange(5, dtype=np.uint8)


def test_each_image_is_there_once_as_it_was_and_often_in_other_forms():
    digits = datasets.load("mnist10k")
    images, labels = digits.train_images[:6], np.arange(6)
    warped, names = warp(images, labels, STRONG, copies=4)
    assert warped.shape == (24, 1, 28, 28)
    assert warped.dtype == np.uint8
    for image, label in zip(images, labels, strict=True):
        copies = warped[names == label]
        assert len(copies) == 4
        assert sum(np.array_equal(copy, image) for copy in copies) == 1
        assert len({copy.tobytes() for copy in copies}) == 4


def test_the_same_seed_gives_the_same_arrays(spots):
    first, second = (warp(*spots, STRONG, copies=3) for _ in range(2))
    other = warp(*spots, STRONG, copies=3, seed=1)
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("name", Warp._fields)
def test_each_way_of_warping_moves_pixels_by_itself(spots, name):
    how = Warp(**{name: getattr(STRONG, name)})
    warped, _ = warp(*spots, how, copies=2)
    assert not np.isin(warped, (0, 200)).all()
    sums = warped.reshape(len(warped), -1).sum(1) / spots[0][0].sum()
    assert np.all((sums > 0.5) & (sums < 2))  # the spot is still there


def test_no_warp_is_no_change(spots):
    warped, _ = warp(*spots, Warp(), copies=3)
    assert np.isin(warped, (0, 200)).all()


def test_a_shift_moves_by_no_more_than_asked(spots):
    warped, _ = warp(*spots, Warp(shift=2), copies=20)
    rows = np.nonzero(warped.any(axis=(0, 1, 3)))[0]
    columns = np.nonzero(warped.any(axis=(0, 1, 2)))[0]
    assert rows.min() >= 10 - 2
    assert rows.max() <= 17 + 2
    assert columns.min() >= 9 - 2
    assert columns.max() <= 18 + 2


def test_a_warped_split_is_eight_times_as_large(monkeypatch):
    few = datasets.Splits(*(part[:3] for part in datasets.load("mnist10k")))
    monkeypatch.setattr(datasets, "load", lambda name: few)
    images, labels = datasets.load_split("mnist10k", "train_warped")
    assert images.shape == (24, 1, 28, 28)
    assert sorted(labels) == sorted(np.tile(few.train_labels, 8))
    assert datasets.load_split("mnist10k", "test") == few[2:]
    assert datasets.load_split("mnist10k", "train") == few[:2]


def test_an_unknown_split_is_refused():
    with pytest.raises(FileError, match="no split 'tset'. Did you mean 'test'"):
        datasets.load_split("mnist10k", "tset")
