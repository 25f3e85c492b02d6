"""Answers and places, drawn beside the photograph."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from brew.views.attention import draw_answers, draw_boxes, draw_heat

PHOTOGRAPH = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)


def test_bars_have_names_and_lengths():
    picture = draw_answers(PHOTOGRAPH, [("espresso", 0.75), ("cup", 0.25)], "coffee")
    image, bars = picture.axes
    assert image.get_title(loc="left") == "coffee"
    assert [bar.get_width() for bar in bars.patches] == [0.75, 0.25]
    assert [tick.get_text() for tick in bars.get_yticklabels()] == ["espresso", "cup"]
    assert [text.get_text() for text in bars.texts] == [" 0.75", " 0.25"]


def test_long_bars_fit():
    _, bars = draw_answers(PHOTOGRAPH, [("coffee", 6.9)], unit="nats").axes
    assert bars.get_xlim()[1] > 6.9
    assert bars.get_xlabel() == "nats"


@pytest.mark.parametrize("image", [PHOTOGRAPH, PHOTOGRAPH / 255, PHOTOGRAPH[..., 0]])
def test_heat_covers_the_photograph_and_cold_places_are_clear(image):
    heat = np.array([[-1.0, 0.0], [0.5, 2.0]])
    picture = draw_heat(image, [heat], ["photograph", "heat"])
    overlay = picture.axes[1].images[1]
    assert overlay.get_extent() == [-0.5, 39.5, 29.5, -0.5]
    assert np.array_equal(overlay.get_array(), [[0, 0], [0.25, 1]])
    assert np.allclose(overlay.get_alpha(), [[0, 0], [0.3, 0.85]])


@pytest.mark.parametrize("image", [PHOTOGRAPH, PHOTOGRAPH / 255, 1.0 * PHOTOGRAPH])
def test_photographs_of_any_range_look_the_same(image):
    for picture in (draw_boxes(image, []), draw_heat(image, [])):
        (shown,) = picture.axes[0].images
        assert np.allclose(shown.get_array(), PHOTOGRAPH / 255)


def test_many_maps_are_drawn_smaller_and_not_in_a_wider_row():
    heat = np.zeros((2, 2))
    few, many = (draw_heat(PHOTOGRAPH, [heat] * num) for num in (2, 5))
    assert many.get_figwidth() == pytest.approx(few.get_figwidth())
    assert many.get_figheight() < few.get_figheight()


def test_a_map_without_any_heat_is_drawn():
    assert draw_heat(PHOTOGRAPH, [np.zeros((2, 2))])._repr_png_().startswith(b"\x89PNG")


def test_boxes_lie_around_their_pixels():
    picture = draw_boxes(
        PHOTOGRAPH, [(0, 10, 30, 40)], ["0.99"], "face", others=[(1, 2, 3, 4)]
    )
    (axis,) = picture.axes
    other, box = axis.lines
    assert axis.get_title(loc="left") == "face"
    assert (min(box.get_xdata()), max(box.get_xdata())) == (9.5, 39.5)
    assert (min(box.get_ydata()), max(box.get_ydata())) == (-0.5, 29.5)
    assert (min(other.get_xdata()), max(other.get_ydata())) == (1.5, 2.5)
    assert other.get_linewidth() < box.get_linewidth()
    assert [text.get_text() for text in axis.texts] == ["0.99"]


def test_boxes_need_no_labels():
    (axis,) = draw_boxes(PHOTOGRAPH[..., 0], [(0, 0, 9, 9)] * 2).axes
    assert len(axis.lines) == 2
    assert not axis.texts
