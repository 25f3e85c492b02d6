"""The pictures of the solver showdown show what they are given."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from brew.views.reconstructions import draw_reconstructions
from brew.views.valley import draw_paths

RNG = np.random.default_rng(1)
PATHS = {f"solver {i}": RNG.normal(size=(5 + i, 2)) for i in range(4)}


def test_each_path_has_a_panel_with_all_its_points():
    figure = draw_paths(PATHS, (1.0, 30.0))
    panels = [ax for ax in figure.axes if ax.get_title("left")]
    assert [ax.get_title("left") for ax in panels] == list(PATHS)
    for ax, path in zip(panels, PATHS.values(), strict=True):
        drawn = ax.lines[1].get_xydata()
        assert np.array_equal(drawn, path)
        assert np.array_equal(ax.lines[-1].get_xydata(), path[:1])  # the start


def test_panels_that_stay_empty_are_not_drawn():
    figure = draw_paths(PATHS, (1.0, 30.0))
    assert [ax.axison for ax in figure.axes] == [True] * 4 + [False] * 2


def test_the_axes_are_named_at_the_left_and_below():
    paths = {str(i): RNG.normal(size=(3, 2)) for i in range(6)}
    first, *_, last = draw_paths(paths, (1.0, 30.0)).axes
    assert (first.get_xlabel(), first.get_ylabel()) == ("", "w₂")
    assert (last.get_xlabel(), last.get_ylabel()) == ("w₁", "")


def test_the_start_lies_inside_and_a_wild_path_does_not_widen_the_picture():
    path = np.array([[-1.5, 0.6], [900.0, -900.0]])
    (ax, *_) = draw_paths({"wild": path}, (1.0, 30.0)).axes
    assert ax.get_xlim() == pytest.approx((-1.875, 1.875))
    assert ax.get_ylim() == pytest.approx((-0.75, 0.75))


def test_lines_of_equal_height_are_narrow_where_it_is_steep():
    (ax, *_) = draw_paths({"a": np.array([[1.0, 0.1]])}, (1.0, 100.0)).axes
    x, y = ax.collections[0].get_paths()[0].vertices.T
    assert np.ptp(x) == pytest.approx(10 * np.ptp(y), rel=0.05)


def test_each_row_of_reconstructions_has_its_name_and_images():
    rows = {name: RNG.random((3, 4, 4)) for name in ("in", "SGD")}
    figure = draw_reconstructions(rows, "Digits")
    assert [ax.get_ylabel() for ax in figure.axes] == ["in", "SGD"]
    shown = figure.axes[1].images[0].get_array()
    assert np.array_equal(shown[:, :4], rows["SGD"][0])
    assert np.array_equal(shown[:, -4:], rows["SGD"][2])
    assert figure.get_suptitle() == "Digits"
    assert len(figure._repr_png_()) > 1000
