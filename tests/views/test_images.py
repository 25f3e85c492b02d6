import numpy as np
import pytest

pytest.importorskip("matplotlib")

from brew.views.images import draw_filters, draw_image, draw_maps, tile
from brew.views.predictions import draw_score_history


def test_tiles_stand_in_rows_with_lines_between():
    grid = tile(np.arange(3)[:, None, None] * np.ones((3, 2, 2)), num_columns=2)
    nan = np.nan
    by_hand = [
        [0, 0, nan, 1, 1],
        [0, 0, nan, 1, 1],
        [nan] * 5,
        [2, 2, nan, nan, nan],
        [2, 2, nan, nan, nan],
    ]
    assert np.array_equal(grid, by_hand, equal_nan=True)


def test_tiles_can_be_colour_images():
    assert tile(np.zeros((4, 3, 3, 3))).shape == (7, 7, 3)


def shown(figure):
    return figure.axes[0].images[0].get_array()


def test_grey_filters_are_drawn_around_zero():
    figure = draw_filters(np.linspace(-1, 3, 4 * 25).reshape(4, 1, 5, 5), "filters")
    image = figure.axes[0].images[0]
    assert image.get_clim() == (-3, 3)
    assert figure.axes[0].get_title(loc="left") == "filters"


def test_filters_of_three_channels_are_drawn_in_colour():
    W = np.zeros((1, 3, 2, 2))
    W[0, 2] = 1  # blue, green, red: only red is large
    assert shown(draw_filters(W))[0, 0].tolist() == [1, 0, 0]


def test_maps_and_images_are_drawn():
    assert shown(draw_maps(np.zeros((5, 4, 4)))).shape == (9, 14)
    assert shown(draw_image(np.eye(3))).shape == (3, 3)


def test_scores_of_an_odd_number_of_images_are_drawn():
    scores = np.random.default_rng(0).random((4, 3, 10))
    figure = draw_score_history(np.zeros((3, 5, 5)), scores, every=2)
    strips = [axis.images[0].get_array() for axis in figure.axes if axis.images]
    assert np.allclose(strips[1], scores[:, 0].T)


def test_the_right_class_is_set_in_bold():
    scores = np.full((4, 2, 3), 1 / 3)
    figure = draw_score_history(np.zeros((2, 5, 5)), scores, labels=[2, 0])
    bold = [
        [
            label.get_text()
            for label in axis.get_yticklabels()
            if label.get_weight() == "bold"
        ]
        for axis in figure.axes
        if axis.axison
    ]
    assert bold == [["2"], ["0"]]
