"""SVG pictures become pixels: every element where it stands, in its colour."""

import io

import pytest

from brew.errors import FileError
from brew.views.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, Svg

pytest.importorskip("matplotlib")
image = pytest.importorskip("PIL.Image")
raster = pytest.importorskip("brew.views.raster")

SCALE = raster.DPI / 96


def pixels(svg):
    return image.open(io.BytesIO(raster.rasterize(svg))).convert("RGB")


def boxes(picture):
    """Return for each colour the box that it fills: left, top, right, bottom."""
    found: dict = {}
    for y in range(picture.height):
        for x in range(picture.width):
            colour = "#" + bytes(picture.getpixel((x, y))).hex().upper()
            left, top, right, bottom = found.get(colour, (x, y, x, y))
            found[colour] = min(left, x), min(top, y), max(right, x), max(bottom, y)
    return found


def test_every_element_is_where_it_stands():
    svg = Svg(120, 80, "all")
    svg.line(10, 10, 50, 10, BLUE, width=2)
    svg.path([(10, 20), (50, 20), (50, 30)], ORANGE, dash="4 2")
    svg.dot(20, 40, GREEN, radius=5)
    svg.box(70, 10, 30, 20, SKY, "a tip", stroke=SKY)
    svg.curve(70, 40, 70, 60, PURPLE)
    svg.parts += ["<g transform='translate(60 50)'>"]
    svg.line(20, 10, 50, 10, VERMILION, width=2)
    svg.parts += ["</g>"]
    picture = pixels(svg)
    assert picture.size == (120 * SCALE, 80 * SCALE)
    found = boxes(picture)
    for colour, box in {
        BLUE: (10, 9, 50, 11),
        ORANGE: (10, 19, 51, 30),
        GREEN: (15, 35, 25, 45),
        SKY: (70, 10, 100, 30),
        PURPLE: (69.5, 40, 70.5, 60),
        VERMILION: (80, 59, 110, 61),
    }.items():
        assert found[colour] == pytest.approx([v * SCALE for v in box], abs=3), colour


@pytest.mark.parametrize(
    ("anchor", "share"), [("start", 0), ("middle", 0.5), ("end", 1)]
)
def test_words_stand_at_their_anchor(anchor, share):
    svg = Svg(120, 40, "words")
    svg.text(60, 20, "$loss$", size=12, anchor=anchor, colour=BLUE)
    left, top, right, bottom = boxes(pixels(svg))[BLUE]
    assert left + share * (right - left) == pytest.approx(60 * SCALE, abs=4)
    assert 30 * SCALE < right - left < 50 * SCALE
    assert 8 * SCALE <= top < bottom <= 25 * SCALE


def test_turned_words_are_higher_than_wide():
    svg = Svg(120, 120, "words")
    turned = {"transform": "rotate(-90 60 60)"}
    svg.text(60, 60, "loss of the net", anchor="middle", colour=BLUE, **turned)
    left, top, right, bottom = boxes(pixels(svg))[BLUE]
    assert bottom - top > 3 * (right - left)


def test_an_unknown_form_is_refused():
    with pytest.raises(FileError, match="Did you mean 'png'"):
        raster.rasterize(Svg(10, 10, "nothing"), "pgn")
