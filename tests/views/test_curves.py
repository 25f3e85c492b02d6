import math
import re
from xml.etree import ElementTree

import pytest

from brew.views.curves import MAX_POINTS, _log_ticks, _thinned, _ticks, draw_curves
from brew.views.style import side_by_side


def points_of(svg):
    lines = re.findall(r"<polyline points='([^']*)'", str(svg))
    return [[tuple(map(float, p.split(","))) for p in line.split()] for line in lines]


def test_a_falling_loss_goes_down_in_the_picture():
    (line,) = points_of(draw_curves({"loss": ([0, 1, 2], [3.0, 2.0, 1.0])}))
    xs, ys = zip(*line, strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys)  # pixels count downwards


def test_each_curve_has_a_look_of_its_own_and_its_key_has_it_too():
    svg = draw_curves({name: ([0, 1], [0, 1]) for name in "abcdef"})
    looks = [
        (line.get("stroke"), line.get("stroke-dasharray"))
        for line in ElementTree.fromstring(str(svg)).iter()
        if line.tag.endswith("polyline")
    ]
    curves, keys = looks[:6], looks[6:]
    assert curves == keys
    assert len({colour for colour, _ in curves}) == 6
    assert len({dash for _, dash in curves}) == 6


def test_it_is_valid_xml_also_with_odd_names():
    svg = draw_curves({"a<b & 'c'": ([0, 1], [0, 1]), "d": ([0, 1], [1, 0])}, "x < y")
    ElementTree.fromstring(str(svg))
    assert svg._repr_svg_() == str(svg)


def test_nothing_to_draw_is_an_empty_picture():
    ElementTree.fromstring(str(draw_curves({"loss": ([], [])})))


def test_values_that_are_not_finite_are_left_out():
    (line,) = points_of(draw_curves({"a": ([0, 1, 2], [1.0, float("nan"), 2.0])}))
    assert len(line) == 2


@pytest.mark.parametrize("count", [1, 2, 199, 200, 201, 399, 1000, 12345])
def test_long_curves_are_thinned_and_keep_their_ends(count):
    points = _thinned(range(count), range(count))
    assert len(points) <= MAX_POINTS + 1
    assert points[0] == (0, 0)
    assert points[-1] == (count - 1, count - 1)
    assert len(set(points)) == len(points)


def test_a_single_value_shows_as_a_dot():
    assert str(draw_curves({"accuracy": ([25], [0.8])})).count("<circle") == 1


def test_the_axis_reaches_as_far_as_told():
    assert ">1000</text>" in str(
        draw_curves({"a": ([1, 2], [0, 1])}, x_reach=[0, 1000])
    )


@pytest.mark.parametrize("count", [2, 9])
def test_keys_stand_inside_the_picture_and_above_the_curves(count):
    svg = draw_curves({f"curve {i}": ([0, 1], [0, i]) for i in range(count)}, "Many")
    curves, keys = points_of(svg)[:count], points_of(svg)[count:]
    assert all(0 < x < svg.width for key in keys for x, _ in key)
    highest = min(y for curve in curves for _, y in curve)
    assert max(y for key in keys for _, y in key) < highest


def test_keys_stay_together_where_not_all_fit_behind_the_title():
    series = {f"curve {i}": ([0, 1], [0, i]) for i in range(3)}
    short = draw_curves(series, "Loss")
    lengthy = draw_curves(series, "Loss after 30 iterations")
    (behind,) = {y for key in points_of(short)[3:] for _, y in key}
    (below,) = {y for key in points_of(lengthy)[3:] for _, y in key}
    assert behind < below


TICKS = [
    ([0, 1000], [0, 250, 500, 750, 1000]),
    ([0.02, 0.98], [0, 0.25, 0.5, 0.75, 1.0]),
    ([0, 0], [-0.5, -0.25, 0, 0.25, 0.5]),
    ([4, 4], [3, 3.5, 4, 4.5, 5]),
    ([], [0, 0.25, 0.5, 0.75, 1.0]),
    ([-1e-6, 1e-6], [-1e-6, -5e-7, 0, 5e-7, 1e-6]),
    ([1e-12, 4e-12], [1e-12, 2e-12, 3e-12, 4e-12]),
    ([4, 4 + 1e-9], [2, 3, 4, 5, 6]),
]


@pytest.mark.parametrize(("values", "ticks"), TICKS)
def test_ticks_are_round_and_enclose_the_values(values, ticks):
    assert _ticks(values) == pytest.approx(ticks, abs=1e-20)


@pytest.mark.parametrize("power", range(-60, 61, 3))
@pytest.mark.parametrize("ticks_of", [_ticks, _log_ticks])
def test_numbers_of_any_size_stand_between_the_first_and_the_last_tick(power, ticks_of):
    number = 10.0**power
    below, above = math.nextafter(number, 0), math.nextafter(number, math.inf)
    for values in [number], [below], [above], [number, above], [number, 3 * number]:
        ticks = ticks_of(values)
        assert ticks == sorted(set(ticks))
        assert ticks[0] <= min(values) * (1 + 1e-12)
        assert max(values) <= ticks[-1] * (1 + 1e-12)
        assert len(ticks) < 9


def test_names_may_be_numbers():
    svg = draw_curves({0.1: ([0, 1], [0, 1]), 0.01: ([0, 1], [1, 0])})
    assert ">0.01</text>" in str(svg)


def test_pictures_stand_side_by_side():
    small = draw_curves({"a": ([0, 1], [0, 1])}, "Left", size=(200, 100))
    large = draw_curves({"b": ([0, 1], [1, 0])}, "Right", size=(300, 150))
    both = side_by_side(small, large, small)
    ElementTree.fromstring(str(both))
    assert (both.width, both.height) == (700, 150)
    assert both.title == "Left; Right; Left"
    moved = re.findall(r"translate\((\d+) 0\)", str(both))
    assert moved == ["0", "200", "500"]
    assert points_of(both) == [
        p for svg in (small, large, small) for p in points_of(svg)
    ]


def test_on_a_log_axis_equal_ratios_are_equal_steps():
    svg = draw_curves({"loss": ([0, 1, 2], [1000.0, 10.0, 0.1])}, y_log=True)
    (line,) = points_of(svg)
    first, second, third = (y for _, y in line)
    assert second - first == pytest.approx(third - second)
    assert first < second


def test_the_x_axis_can_be_logarithmic_too():
    svg = draw_curves({"loss": ([0.0, 0.01, 1, 100], [9.0, 3.0, 2.0, 1.0])}, x_log=True)
    (line,) = points_of(svg)
    first, second, third = (x for x, _ in line)
    assert second - first == pytest.approx(third - second)
    assert ">0.01</text>" in str(svg)
    svg = draw_curves({"loss": ([1, 9], [1, 2])}, x_log=True, x_reach=[0, 80])
    assert ">100</text>" in str(svg)


def test_a_log_axis_leaves_out_what_is_not_positive():
    svg = draw_curves({"loss": ([0, 1, 2, 3], [1.0, 0.0, -1.0, 2.0])}, y_log=True)
    assert len(points_of(svg)[0]) == 2
    ElementTree.fromstring(str(draw_curves({"loss": ([0], [0.0])}, y_log=True)))


LOG_TICKS = [
    ([150, 980], [100, 200, 500, 1000]),
    ([1, 1], [1, 2]),
    ([0.002, 30000], [0.001, 0.01, 0.1, 1, 10, 100, 1000, 10000, 100000]),
    ([1e-4, 10], [1e-4, 1e-3, 1e-2, 0.1, 1, 10]),
    ([], [1, 2, 5, 10]),
]


@pytest.mark.parametrize(("values", "ticks"), LOG_TICKS)
def test_ticks_of_a_log_axis_enclose_the_values(values, ticks):
    assert _log_ticks(values) == pytest.approx(ticks)
