"""Points of two classes, and how classifiers divide the plane between them."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.colors import to_rgb

from brew.views.decision import MAX_POINTS, draw_decisions, draw_points
from brew.views.style import BLUE, INK, VERMILION

X = np.array([[0.0, 0.0], [2.0, 1.0], [1.0, 4.0], [2.0, 4.0]])
LABELS = np.array([0, 1, 0, 1])


def right_of_one(places):
    """A cut along x0 = 1."""
    return 1 / (1 + np.exp(-(places[:, 0] - 1)))


def clouds(axes):
    return [cloud for cloud in axes.collections if len(cloud.get_offsets()) > 1]


def cut_of(axes):
    """The line along which both classes are equally probable."""
    cuts = [c for c in axes.collections if list(getattr(c, "levels", [])) == [0.5]]
    return cuts[0].get_paths()[0].vertices


def test_points_are_drawn_two_features_at_a_time():
    x = np.hstack([X, -X])
    figure = draw_points(x, LABELS, ["a", "b", "c", "d"])
    assert [axes.get_xlabel() for axes in figure.axes] == ["a", "c"]
    assert [axes.get_ylabel() for axes in figure.axes] == ["b", "d"]
    zeros, ones = clouds(figure.axes[1])
    assert np.array_equal(zeros.get_offsets(), -X[LABELS == 0])
    assert np.array_equal(ones.get_offsets(), -X[LABELS == 1])
    figure = draw_points(x, LABELS)
    assert [axes.get_ylabel() for axes in figure.axes] == ["x1", "x3"]


def test_classes_differ_in_colour_and_in_shape():
    zeros, ones = clouds(draw_points(X, LABELS).axes[0])
    assert np.allclose(zeros.get_facecolor()[0, :3], to_rgb(BLUE))
    assert np.allclose(ones.get_facecolor()[0, :3], to_rgb(VERMILION))
    assert len(zeros.get_paths()[0].vertices) != len(ones.get_paths()[0].vertices)


@pytest.mark.parametrize("count", [MAX_POINTS, MAX_POINTS + 1, 10 * MAX_POINTS])
def test_of_many_points_some_are_drawn(count):
    x = np.random.default_rng(0).random((count, 2))
    labels = x[:, 0] > 0.5
    zeros, ones = clouds(draw_points(x, labels).axes[0])
    num = len(zeros.get_offsets()) + len(ones.get_offsets())
    assert MAX_POINTS / 2 < num <= MAX_POINTS
    assert ones.get_offsets()[:, 0].min() > 0.5 > zeros.get_offsets()[:, 0].max()


def test_the_cut_stands_where_both_classes_are_equally_probable():
    figure = draw_decisions({"straight": right_of_one}, X, LABELS)
    (axes,) = figure.axes
    assert axes.get_title(loc="left") == "straight"
    assert np.allclose(cut_of(axes)[:, 0], 1, atol=0.02)
    heights = cut_of(axes)[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx(axes.get_ylim())


def test_probable_places_have_the_colour_of_their_class():
    figure = draw_decisions(
        {"all": lambda places: np.full(len(places), 0.97)}, X, LABELS
    )
    fill = figure.axes[0].collections[0]
    assert (fill.levels[0], fill.levels[-1]) == (0, 1)
    red, _, blue = fill.get_facecolor()[-1, :3]
    assert red > blue
    assert blue > to_rgb(VERMILION)[2] + 0.2  # paler than the points on it
    red, _, blue = fill.get_facecolor()[0, :3]
    assert blue > red


def test_each_classifier_has_a_panel_that_encloses_all_points():
    figure = draw_decisions(
        {"a": right_of_one, "b": lambda places: 1 - right_of_one(places)}, X, LABELS
    )
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["a", "b"]
    for axes in figure.axes:
        assert axes.get_xlim() == pytest.approx((-0.2, 2.2))
        assert axes.get_ylim() == pytest.approx((-0.4, 4.4))


def test_folds_stand_where_the_first_layer_is_zero():
    W, b = np.array([[1.0, 2.0], [0.0, -3.0]]), np.array([-2.0, 6.0])
    figure = draw_decisions(
        {"flat": right_of_one, "bent": right_of_one}, X, LABELS, {"bent": (W, b)}
    )
    flat, bent = figure.axes
    assert not flat.lines
    for line, w, bias in zip(bent.lines, W, b, strict=True):
        two_places = np.array([line.get_xy1(), line.get_xy2()])
        assert np.allclose(two_places @ w + bias, 0)
        assert np.ptp(two_places, axis=0).any()
        assert (line.get_linestyle(), line.get_color()) == (":", INK)


def test_a_unit_without_weights_folds_nowhere():
    W, b = np.zeros((1, 2)), np.ones(1)
    figure = draw_decisions({"a": right_of_one}, X, LABELS, {"a": (W, b)})
    assert not figure.axes[0].lines


def test_a_classifier_without_doubts_is_drawn():
    for certain in (0.0, 1.0):
        classify = {"all": lambda places, p=certain: np.full(len(places), p)}
        picture = draw_decisions(classify, X, LABELS)
        assert len(picture.axes[0].collections) == 3  # the surface, two classes, no cut
        assert picture._repr_png_().startswith(b"\x89PNG")
