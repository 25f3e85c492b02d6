"""How a classifier of two classes divides the plane."""

from functools import cache

import numpy

from brew.errors import import_extra
from brew.views.figure import Picture
from brew.views.style import BLUE, FAINT, INK, PAPER, VERMILION

colors = import_extra("matplotlib.colors", "widgets")

MAX_POINTS = 500  # more would hide the surface, and each other
NUM_PLACES = 120  # along each side of the plane
MARKERS = ((BLUE, "o"), (VERMILION, "^"))  # shapes, for those who print in grey
PANEL = 3.0  # inches


def draw_points(x, labels, names=None):
    """Draw the points of two classes, two features at a time.

    Parameters
    ----------
    x : array (N, C)
        C features, C even: a panel for the first two, one for the next two, ...
    labels : array (N,)
        0 or 1.
    names : list of str, default x0, x1, ...
        What stands at the axes; one for each feature.

    Returns
    -------
    Picture
        At most 500 of the points are shown.
    """
    x = numpy.asarray(x)
    names = names or [f"x{i}" for i in range(x.shape[1])]
    figure, panels = _panels(x.shape[1] // 2)
    for i, axes in enumerate(panels):
        pair = slice(2 * i, 2 * i + 2)
        _draw_classes(axes, x[:, pair], labels, size=10)
        axes.set_xlabel(names[2 * i], fontsize=9, color=FAINT)
        axes.set_ylabel(names[2 * i + 1], fontsize=9, color=FAINT)
    return figure


def draw_decisions(classifiers, x, labels, folds=None):
    """Draw what classifiers say about every place of the plane.

    Parameters
    ----------
    classifiers : dict of str to callable
        A panel for each name. Each takes places (n, 2) and returns the probability
        (n,) of class 1.
    x : array (N, 2)
        Points to show, at most 500 of them; the panels are as large as they need.
    labels : array (N,)
        0 or 1.
    folds : dict of str to (array (K, 2), array (K,)), optional
        Weights W and biases b of a first layer, by the names of their panels: dotted
        lines show where ``W x + b`` is 0, which is where rectified units bend the
        surface.

    Returns
    -------
    Picture
        Blue is class 0, red class 1; the line between them is where both are
        equally probable.
    """
    x, folds = numpy.asarray(x), folds or {}
    margin = 0.1 * numpy.ptp(x, axis=0)
    (left, bottom), (right, top) = x.min(axis=0) - margin, x.max(axis=0) + margin
    across, up = numpy.meshgrid(
        numpy.linspace(left, right, NUM_PLACES), numpy.linspace(bottom, top, NUM_PLACES)
    )
    places = numpy.stack([across.ravel(), up.ravel()], axis=1)
    figure, panels = _panels(len(classifiers))
    for axes, (name, classify) in zip(panels, classifiers.items(), strict=True):
        surface = numpy.asarray(classify(places), float).reshape(across.shape)
        _draw_surface(axes, across, up, surface)
        _draw_folds(axes, *folds.get(name, ([], [])))
        _draw_classes(axes, x, labels, size=6)
        axes.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[])
        axes.set_title(name, fontsize=10, loc="left")
        axes.spines[:].set_visible(False)
    return figure


def _panels(count):
    figure = Picture(PANEL * count, PANEL + 0.2)
    return figure, figure.subplots(1, count, squeeze=False)[0]


def _draw_surface(axes, across, up, surface):
    steps = numpy.linspace(0, 1, 11)
    axes.contourf(across, up, surface, steps, cmap=_blue_to_red())
    if surface.min() < 0.5 < surface.max():  # else there is no cut to draw
        axes.contour(across, up, surface, [0.5], colors=INK, linewidths=1.8)


@cache
def _blue_to_red():
    pale = [_paler(BLUE), PAPER, _paler(VERMILION)]
    return colors.LinearSegmentedColormap.from_list("", pale)


def _paler(colour):
    """Return a colour on which points of that colour can be seen."""
    return 0.6 * numpy.array(colors.to_rgb(colour)) + 0.4


def _draw_folds(axes, W, b):
    for w, bias in zip(W, b, strict=True):
        if not w.any():  # the same everywhere
            continue
        foot = -bias * w / (w @ w)  # the place of the line that is nearest to 0
        other = foot + numpy.array([-w[1], w[0]])
        axes.axline(foot, other, color=INK, linestyle=":", linewidth=1)


def _draw_classes(axes, x, labels, size):
    step = -(-len(x) // MAX_POINTS)
    x, labels = x[::step], numpy.asarray(labels)[::step]
    for number, (colour, marker) in enumerate(MARKERS):
        style = {"c": colour, "marker": marker, "edgecolors": PAPER, "linewidths": 0.3}
        axes.scatter(*x[labels == number].T, s=2 * size, **style)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
