"""The pictures show what the layers really do, with the right colours and labels."""

from io import BytesIO

import numpy as np
import pytest

pytest.importorskip("matplotlib")
from PIL import Image

from brew.layer import layer_type_list
from brew.views import effects
from brew.views.layer_pictures import HEIGHT, LOOKS, LayerPicture, draw_layer, enlarge

RED, BLUE, WHITE = [1.0, 0, 0], [0, 0, 1.0], [1.0, 1, 1]


def pixels(picture):
    return np.asarray(picture.to_image())


def labels(picture):
    return [text.get_text() for text in picture.texts]


def test_recipes_are_for_layer_types_and_for_known_looks():
    assert set(effects.RECIPES) <= set(layer_type_list())
    for recipe in effects.RECIPES.values():
        assert recipe.look in LOOKS
        assert (recipe.look_after or recipe.look) in LOOKS
        assert recipe.words[-1] in ".?"


@pytest.mark.parametrize("name", effects.RECIPES)
def test_every_recipe_changes_something_that_can_be_seen(name):
    effect = effects.run(name)
    before, after = effect.bottoms["x1"], effect.tops["y1"]
    assert np.isfinite(after).all()
    assert before.shape != after.shape or abs(before - after).mean() > 0.01


def test_the_photograph_is_blue_green_red_and_of_the_size_that_pictures_count_on():
    x = effects.photograph()
    assert x.shape == (1, 3, HEIGHT, 112)
    assert 0 <= x.min() < x.max() <= 1
    blue, _, red = x[0].mean((1, 2))
    assert red > blue + 0.1  # the cat is ginger
    right, _ = effects.eyes()[:, 1:]
    assert x[0, 1][right[1] : right[3], right[0] : right[2]].min() < 0.1  # a pupil


def test_the_layer_itself_makes_what_is_shown():
    effect = effects.run("ReLU")
    x, y = effect.bottoms["x1"], effect.tops["y1"]
    np.testing.assert_allclose(y, np.maximum(x, 0), rtol=1e-6)
    x, y = effect.curve
    assert (x[0], x[-1]) == (-2.5, 2.5)
    np.testing.assert_allclose(y, np.maximum(x, 0), rtol=1e-6)


def test_a_recipe_sets_the_params():
    x, y = (blobs.popitem()[1] for blobs in effects.run("Convolution")[:2])
    x = x[0, 0]
    right, left = x[:, 2:], x[:, :-2]
    upright = (left - right)[1:-1] * 2 + (left - right)[:-2] + (left - right)[2:]
    np.testing.assert_allclose(y[0, 0], upright, atol=1e-5)


def test_lots_fall_the_same_way_each_time():
    first, second = (effects.run("Dropout").tops["y1"] for _ in range(2))
    assert np.array_equal(first, second)


def test_a_batch_of_photographs_is_a_column_of_red_green_blue():
    x = np.zeros((2, 3, 4, 5))
    x[0, 2], x[1, 0] = 1, 7  # red; more than blue
    image = LOOKS["photograph"](x)
    assert image.shape == (4 + 2 + 4, 5, 3)
    assert image[0, 0].tolist() == RED
    assert image[4, 0].tolist() == WHITE
    assert image[-1, -1].tolist() == BLUE


def test_what_is_normal_is_grey():
    assert LOOKS["normal"](np.zeros((1, 3, 2, 2)))[0, 0].tolist() == [0.5] * 3


def test_negative_is_blue_positive_is_red_and_zero_is_white():
    image = LOOKS["signed"](np.array([-1.5, 0, 1.5]).reshape(1, 1, 1, 3))
    (low, zero, high) = image[0]
    assert low[2] > 2 * low[0]
    assert zero.min() > 0.96
    assert high[0] > 2 * high[2]
    loud = LOOKS["strong and signed"](np.full((1, 1, 1, 1), 1.5 * effects.STRONG))
    assert loud[0, 0].tolist() == high.tolist()


def test_classes_have_the_colours_of_their_channels():
    image = LOOKS["classes"](np.arange(3.0).reshape(1, 1, 1, 3))
    assert image[0].argmax(1).tolist() == [2, 1, 0]  # of red, green, blue


def test_grids_of_a_pyramid_stand_one_below_the_other():
    values = np.zeros((1, 3 * (1 + 4 + 16)))
    values[0, 3 + 8 + 3] = 1  # red, lower right of the four
    image = LOOKS["pyramid"](values)
    assert image.shape == (3 * HEIGHT + 2 * 2, 112, 3)
    assert image[2 * HEIGHT + 1, 111].tolist() == RED
    assert image[HEIGHT + 3, 111].tolist() == [0, 0, 0]


def test_each_pixel_of_an_image_is_one_of_the_picture():
    image = np.zeros((30, 40, 3))
    image[:, :20], image[:, 20:] = RED, BLUE
    shown = pixels(LayerPicture([("x", image)], [("y", enlarge(image, 2))]))
    assert (shown == (255, 0, 0)).all(2).sum() == 30 * 20 * (1 + 4)
    assert (shown == (0, 0, 255)).all(2).sum() == 30 * 20 * (1 + 4)


def test_names_and_shapes_stand_below():
    assert labels(draw_layer("Pooling")) == [
        "x (1, 3, 84, 112)",
        "→",
        "y (1, 3, 21, 28)",
    ]
    assert labels(draw_layer("Slice"))[2:] == [
        f"y{i} (1, 1, 84, 112)" for i in (1, 2, 3)
    ]
    assert labels(draw_layer("Filter"))[0] == "x1 (3, 3, 84, 112)"


def test_a_curve_stands_in_the_place_of_the_arrow():
    picture = draw_layer("ReLU")
    assert "→" not in labels(picture)
    (line,) = (line for line in picture.axes[0].lines if len(line.get_xdata()) > 2)
    assert line.get_ydata().min() == 0


def test_large_pictures_are_not_doubled():
    heights = [len(pixels(draw_layer(name))) for name in ("Pooling", "Filter", "Slice")]
    assert heights == [2 * HEIGHT + 24, 3 * HEIGHT + 4 + 24, HEIGHT + 24]


def test_a_file_has_few_colours_that_are_nearly_right():
    picture = draw_layer("Softmax")
    with Image.open(BytesIO(picture._repr_png_())) as image:
        assert image.mode == "P"
        error = abs(np.asarray(image.convert("RGB"), float) - pixels(picture))
    assert error.mean() < 4
