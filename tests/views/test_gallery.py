"""Images with words above them."""

import numpy as np
import pytest

to_hex = pytest.importorskip("matplotlib.colors").to_hex

from brew.views.gallery import draw_gallery  # noqa: E402
from brew.views.style import VERMILION  # noqa: E402

IMAGES = np.random.default_rng(1).integers(0, 256, (7, 8, 8, 3), dtype=np.uint8)


def test_each_image_stands_under_its_title():
    figure = draw_gallery(IMAGES, list("abcdefg"), num_columns=4)
    assert len(figure.axes) == 8
    for axis, image, title in zip(figure.axes, IMAGES, "abcdefg", strict=False):
        assert axis.get_title() == title
        assert np.array_equal(axis.images[0].get_array(), image)
    assert not figure.axes[7].images


def test_titles_say_how_many_images_are_drawn():
    figure = draw_gallery(IMAGES, ["a", "b"], num_columns=4)
    assert [len(axis.images) for axis in figure.axes] == [1, 1, 0, 0]


def test_what_is_wrong_has_a_red_title():
    figure = draw_gallery(IMAGES, list("abc"), wrong={1})
    colours = [to_hex(axis.title.get_color()) for axis in figure.axes[:3]]
    assert [colour == VERMILION.lower() for colour in colours] == [False, True, False]


def test_lines_of_a_title_get_their_room():
    one, two = (draw_gallery(IMAGES, [title]) for title in ("a", "a\nb"))
    assert two.get_figheight() > one.get_figheight()


def test_grey_images_keep_their_grey():
    (image,) = draw_gallery(IMAGES[:1, ..., 0] // 2, ["dim"]).axes[0].images
    assert image.get_clim() == (0, 255)
    assert image.get_cmap().name == "gray"
