"""Boxes: windows, their overlap, and which of them stay."""

import numpy as np
import pytest

from brew.boxes import overlap, suppress, windows
from brew.errors import ArrayError

SQUARE = (0, 0, 10, 10)


def test_each_place_of_a_map_has_its_window():
    boxes = windows(3, 2, size=12, stride=4)
    assert boxes.shape == (3, 2, 4)
    assert boxes[0, 0].tolist() == [0, 0, 12, 12]
    assert boxes[2, 1].tolist() == [8, 4, 20, 16]


def test_on_a_smaller_image_windows_are_larger_and_farther_apart():
    assert np.allclose(windows(3, 2, 12 / 0.7, 4 / 0.7), windows(3, 2, 12, 4) / 0.7)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (SQUARE, 1),
        ((0, 0, 10, 5), 1 / 2),
        ((5, 5, 15, 15), 25 / 175),
        ((0, 10, 10, 20), 0),  # they touch
        ((20, 20, 30, 30), 0),  # apart on both axes
        ((20, 0, 30, 10), 0),  # apart on one
        ((2, 2, 4, 7), 10 / 100),
    ],
)
def test_overlap_is_the_common_part_of_the_union(box, expected):
    assert overlap(SQUARE, [box]) == pytest.approx(expected)
    assert overlap(box, [SQUARE]) == pytest.approx(expected)


def test_boxes_without_area_overlap_nothing():
    assert overlap((3, 3, 3, 3), [(3, 3, 3, 3), SQUARE]).tolist() == [0, 0]


def test_the_overlap_is_that_of_counted_pixels():
    rng = np.random.default_rng(0)
    boxes = np.sort(rng.integers(0, 12, (30, 2, 2)), axis=1).reshape(30, 4)
    pixels = np.zeros((30, 12, 12), bool)
    for mask, (top, left, bottom, right) in zip(pixels, boxes, strict=True):
        mask[top:bottom, left:right] = True
    for box, mask in zip(boxes, pixels, strict=True):
        both, either = (mask & pixels).sum((1, 2)), (mask | pixels).sum((1, 2))
        np.testing.assert_allclose(overlap(box, boxes), both / either.clip(1))


def test_the_best_box_silences_its_neighbours():
    boxes = [(0, 0, 10, 10), (0, 1, 10, 11), (0, 30, 10, 40), (0, 2, 10, 12)]
    assert suppress(boxes, [0.7, 0.9, 0.2, 0.8]) == [1, 2]


def test_a_box_that_was_silenced_silences_no_other():
    row = [(0, x, 10, x + 10) for x in (0, 4, 8)]  # each overlaps the next by 6 / 14
    assert suppress(row, [3, 2, 1], most=0.4) == [0, 2]
    assert suppress(row, [1, 2, 1], most=0.4) == [1]


def test_boxes_that_overlap_just_as_much_as_allowed_stay():
    halves = [(0, 0, 10, 10), (0, 0, 10, 5)]
    assert suppress(halves, [2, 1], most=0.5) == [0, 1]
    assert suppress(halves, [2, 1], most=0.49) == [0]


def test_of_equal_boxes_the_first_stays():
    scores = np.tile([0.5, 1, 1], 100)  # so many that a sort may shuffle them
    assert suppress([SQUARE] * 300, scores) == [1]


def test_no_boxes_are_fine():
    assert suppress(np.zeros((0, 4)), []) == []


@pytest.mark.parametrize(
    ("boxes", "scores"), [([SQUARE], [1, 2]), (SQUARE, [1]), ([(1, 2, 3)], [1])]
)
def test_other_shapes_are_refused(boxes, scores):
    with pytest.raises(ArrayError, match=r"boxes have \(n, 4\)|n boxes have"):
        suppress(boxes, scores)
