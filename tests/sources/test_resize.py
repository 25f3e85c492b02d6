"""Images change their size as in OpenCV."""

import numpy as np
import pytest

from brew.sources.resize import resize_bilinear

ROW = np.array([0, 10, 20, 250, 131, 7], np.uint8)
TABLE = np.array([[0, 100, 255], [37, 5, 180]], np.uint8)

# What cv2.resize of OpenCV 3.4.18, 4.5.5 and 5.0.0 gives.
ROWS = [
    [135],
    [10, 131],
    [5, 135, 69],
    [3, 18, 220, 38],
    [1, 13, 135, 167, 19],
    [0, 5, 12, 18, 135, 230, 151, 69, 7],
    [0, 3, 8, 13, 18, 78, 193, 220, 161, 100, 38, 7],
]
TABLES = [
    [[53]],
    [[25, 216], [27, 176], [29, 136]],
    [
        [0, 25, 75, 139, 216, 255],
        [9, 26, 60, 116, 196, 236],
        [28, 28, 29, 71, 156, 199],
        [37, 29, 13, 49, 136, 180],
    ],
]


def pictures(height, width):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (3, height, width), dtype=np.uint8)


@pytest.mark.parametrize("wanted", ROWS)
def test_a_row_gets_the_values_of_opencv(wanted):
    got = resize_bilinear(ROW[np.newaxis, np.newaxis], 1, len(wanted))
    assert got.tolist() == [[wanted]]


def test_weights_are_rounded_to_the_nearest():
    image = np.array([[[51, 226, 28, 50]]], np.uint8)
    assert resize_bilinear(image, 1, 7).tolist() == [[[51, 113, 214, 127, 30, 42, 50]]]


@pytest.mark.parametrize("wanted", TABLES)
def test_a_table_gets_the_values_of_opencv(wanted):
    got = resize_bilinear(TABLE[np.newaxis], len(wanted), len(wanted[0]))
    assert got.dtype == np.uint8
    assert got.tolist() == [wanted]


def test_channels_are_resized_one_by_one():
    image = pictures(5, 7)
    for channel, plane in enumerate(resize_bilinear(image, 9, 4)):
        alone = resize_bilinear(image[channel : channel + 1], 9, 4)
        assert np.array_equal(alone[0], plane)


def test_an_image_of_the_right_size_stays_as_it_is():
    image = pictures(5, 7)
    assert resize_bilinear(image, 5, 7) is image


@pytest.mark.parametrize(("height", "width"), [(3, 4), (5, 20), (11, 7), (16, 33)])
def test_a_flat_image_stays_flat_and_a_mirrored_one_mirrored(height, width):
    for value in 0, 1, 128, 255:
        flat = np.full((1, 5, 7), value, np.uint8)
        assert (resize_bilinear(flat, height, width) == value).all()
    image = pictures(5, 7)
    mirrored = resize_bilinear(image[:, :, ::-1], height, width)
    difference = (
        resize_bilinear(image, height, width)[:, :, ::-1].astype(int) - mirrored
    )
    assert np.abs(difference).max() <= 1
