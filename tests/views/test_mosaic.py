"""Filters and maps become pixels of the right colours, in the right places."""

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest

pytest.importorskip("matplotlib")
from PIL import Image

from brew.views.mosaic import Mosaic, as_image, filters_as_units, maps_as_units

WHITE, BLACK, ORANGE = [255] * 3, [0] * 3, [0xD5, 0x5E, 0x00]


def pixels(units, **more):
    return Mosaic(np.asarray(units, float), "x", **more).pixels


def test_negative_is_blue_positive_red_and_zero_white():
    left, _, middle, right, _ = pixels([[[[-3, -1, 0, 3, 0]]]])[0]
    assert left[2] > left[0] + 50
    assert middle.min() > 240
    assert right[0] > right[2] + 50


def test_black_is_zero_where_nothing_is_negative():
    assert pixels([[[[0, 1, 2, 4]]]])[0].tolist() == [
        BLACK,
        [64] * 3,
        [128] * 3,
        WHITE,
    ]


def test_units_are_apart_and_fill_the_grid():
    units = np.arange(4.0).reshape(4, 1, 1, 1) * np.ones((1, 1, 4, 4))
    grid = pixels(units)
    assert grid.shape == (9, 9, 3)
    assert (grid[4] == 255).all()
    assert grid[0, 0].tolist() == BLACK
    assert grid[8, 8].tolist() == WHITE
    assert grid[0, 8, 0] < grid[8, 0, 0]  # row by row


@pytest.mark.parametrize(("num", "shape"), [(20, (4, 5)), (8, (2, 4)), (7, (2, 4))])
def test_the_grid_has_few_empty_places(num, shape):
    rows, columns = shape
    grid = pixels(np.ones((num, 1, 9, 9)))
    assert grid.shape == (10 * rows - 1, 10 * columns - 1, 3)


def test_a_filter_of_many_inputs_is_a_row_and_a_single_one_a_grid():
    units = np.random.default_rng(0).random((2, 4, 5, 5))
    assert pixels(units).shape == (11, 23, 3)
    assert pixels(units[:1]).shape[:2] == (11, 11)


def test_too_many_inputs_are_left_out_and_that_is_said():
    mosaic = Mosaic(np.ones((2, 40, 4, 4)), "x")
    assert mosaic.pixels.shape == (9, 32 * 5 - 1, 3)
    assert "the first 32 inputs" in mosaic.caption
    assert "inputs" not in Mosaic(np.ones((1, 40, 4, 4)), "x").caption


def test_single_numbers_are_tiles():
    assert pixels(np.ones((6, 1, 1, 1))).shape == (9, 14, 3)


def test_large_maps_are_made_smaller():
    assert max(pixels(np.ones((16, 1, 300, 300))).shape) <= 700


def test_what_is_not_finite_is_orange_and_that_is_said():
    mosaic = Mosaic(np.array([np.nan, 1, np.inf, 2]).reshape(1, 1, 2, 2), "x")
    times = len(mosaic.pixels) // 2
    assert mosaic.pixels[::times, ::times].tolist() == [
        [ORANGE, [128] * 3],
        [ORANGE, WHITE],
    ]
    assert "white 2; orange is NaN or infinite" in mosaic.caption


def test_nothing_but_nan_is_shown_too():
    assert (pixels(np.full((1, 1, 4, 4), np.nan)) == ORANGE).all()


def test_filters_of_three_channels_are_in_colour():
    W = np.zeros((1, 3, 4, 4))
    W[0, 2] = 1  # blue, green, red: only red is large
    assert pixels(W, is_colour=True)[0, 0].tolist() == [255, 0, 0]
    W[0, 2, 0, 0] = np.nan
    assert (pixels(W, is_colour=True) == ORANGE).all(2).any()


def test_the_html_holds_the_pixels_and_the_caption():
    mosaic = Mosaic(np.eye(5)[None, None], "a <b>", image=np.ones((4, 4)))
    html = str(mosaic)
    small, large = (
        np.asarray(Image.open(BytesIO(b64decode(data))))
        for data in re.findall(r"base64,([^']+)'", html)
    )
    assert np.array_equal(large, mosaic.pixels)
    assert small.shape == (4, 4)
    assert "a &lt;b&gt;; white 1" in html
    assert "width:120px" in html  # 24 times as large


def test_the_figure_shows_the_same():
    mosaic = Mosaic(np.eye(5)[None, None], "x", image=np.ones((4, 4)))
    left, right = mosaic.draw().axes
    assert np.array_equal(right.images[0].get_array(), mosaic.pixels)
    assert left.images[0].get_array().shape == (4, 4)
    with Image.open(BytesIO(mosaic._repr_png_())) as picture:
        assert picture.width > picture.height
    assert repr(mosaic) == "<picture: x; white 1>"


@pytest.mark.parametrize(
    ("shape", "bottom", "wanted"),
    [
        ((5, 3, 2, 2), (), (5, 3, 2, 2)),
        ((5, 12), (9, 3, 2, 2), (5, 3, 2, 2)),
        ((5, 12), (9, 12), (5, 1, 3, 4)),
        ((5, 10), (9, 10), (5, 1, 3, 4)),
        ((5, 2, 3, 4, 4), (), (5, 6, 4, 4)),
        ((7,), (), (7, 1, 1, 1)),
        ((), (), (1, 1, 1, 1)),
    ],
)
def test_parameters_of_any_shape_are_images(shape, bottom, wanted):
    W = np.random.default_rng(0).random(shape)
    units = filters_as_units(W, bottom)
    assert units.shape == wanted
    assert np.isclose(units.sum(), W.sum())


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((3, 4, 5), (3, 1, 4, 5)),
        ((6,), (6, 1, 1, 1)),
        ((), (1, 1, 1, 1)),
        ((3, 7), (3, 1, 1, 7)),
        ((3, 2, 4, 5), (3, 1, 8, 5)),
    ],
)
def test_maps_of_any_shape_are_images(shape, wanted):
    assert maps_as_units(np.ones(shape)).shape == wanted


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [((1, 4, 5), (4, 5)), ((3, 4, 5), (4, 5, 3)), ((2, 4, 5), (4, 11)), ((9,), (5, 5))],
)
def test_what_a_net_takes_becomes_an_image(shape, wanted):
    image = as_image(np.linspace(3, 7, int(np.prod(shape))).reshape(shape))
    assert image.shape == wanted
    assert (image.min(), image.max()) == (0, 1)


def test_blue_green_red_becomes_red_green_blue():
    x = np.zeros((3, 2, 2))
    x[0] = 1
    assert as_image(x)[0, 0].tolist() == [0, 0, 1]
