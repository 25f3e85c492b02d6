"""Paths of solvers on a quadratic bowl with two parameters, seen from above."""

from math import ceil

import numpy

from brew.views.figure import Picture
from brew.views.style import FAINT, GRID, INK, VERMILION

COLUMNS = 3
WIDTH, HEIGHT = 2.5, 1.75  # of a panel, in inches


def draw_paths(paths, curvatures, num_levels=9):
    """Draw where solvers go on the bowl ½ Σ c w², a panel for each.

    Parameters
    ----------
    paths : dict of str to array (n, 2)
        For each solver the two parameters after each iteration; the first is the
        start.
    curvatures : (float, float)
        The c of the two parameters.
    num_levels : int, default 9
        How many lines of equal height are drawn.

    Returns
    -------
    Picture
        A matplotlib figure.
    """
    columns = min(COLUMNS, len(paths))
    rows = ceil(len(paths) / columns)
    figure = Picture(WIDTH * columns, HEIGHT * rows)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    reach = 1.25 * numpy.abs([path[0] for path in paths.values()]).max(axis=0)
    for ax, (name, path) in zip(panels.flat, paths.items(), strict=False):
        _draw_bowl(ax, reach, curvatures, num_levels)
        _draw_path(ax, numpy.asarray(path))
        ax.set_title(name, fontsize=9, loc="left")
    for ax in panels[-1]:
        ax.set_xlabel("w₁", fontsize=8, color=FAINT)
    for ax in panels[:, 0]:
        ax.set_ylabel("w₂", fontsize=8, color=FAINT)
    for ax in panels.flat[len(paths) :]:
        ax.set_axis_off()
    return figure


def _draw_bowl(ax, reach, curvatures, num_levels):
    x, y = (numpy.linspace(-limit, limit, 201) for limit in reach)
    height = 0.5 * (curvatures[0] * x**2 + curvatures[1] * y[:, None] ** 2)
    levels = height.max() * (numpy.arange(1, num_levels + 1) / num_levels) ** 2
    ax.contour(x, y, height, levels, colors=GRID, linewidths=1)
    ax.plot(0, 0, "+", color=INK, markersize=8)
    ax.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]))
    ax.tick_params(labelsize=7, colors=FAINT)
    for spine in ax.spines.values():
        spine.set_color(GRID)


def _draw_path(ax, path):
    ax.plot(*path.T, "-", color=VERMILION, linewidth=1)
    ax.plot(*path.T, ".", color=VERMILION, markersize=4)
    ax.plot(*path[0], "o", color=INK, markersize=4)
