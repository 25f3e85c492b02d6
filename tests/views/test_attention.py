"""Answers and places, drawn beside the photograph."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from brew.views.attention import draw_answers, draw_heat

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


def test_a_map_without_any_heat_is_drawn():
    assert draw_heat(PHOTOGRAPH, [np.zeros((2, 2))])._repr_png_().startswith(b"\x89PNG")
