"""Arrows lead from box to box, and past the others."""

from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.patches import FancyArrowPatch

from brew.views.box_graph import Box, draw_boxes

# A fan: the arrow to the last box passes the wide one, and one arrow leads back.
TEXTS = ("start", "a box\nthat is\nas wide as can be", "short", "x", "far away")
EDGES = [(0, 1, "8"), (0, 2, ""), (0, 3, ""), (2, 4, ""), (0, 4, "2"), (4, 0, "")]


def drawn(rankdir):
    """Return the corners of boxes (n, 4), and for each arrow its points (m, 2)."""
    figure = draw_boxes([Box(text, "red") for text in TEXTS], EDGES, rankdir)
    corners, arrows = [], []
    for patch in figure.axes[0].patches:
        if isinstance(patch, FancyArrowPatch):
            arrows.append(line_of(patch))
        else:
            corners.append(patch.get_path().transformed(patch.get_patch_transform()))
    return np.array([path.get_extents().extents for path in corners]), arrows


def line_of(arrow):
    """Return many points of an arrow, without its head."""
    line = max(arrow.get_path().to_polygons(closed_only=False), key=len)
    share = np.linspace(0, 1, 50)[:, None]
    pieces = [here + share * (there - here) for here, there in pairwise(line)]
    return np.concatenate(pieces)


def touched(points, corners, margin):
    """Return the numbers of the boxes that a line touches."""
    left, bottom, right, top = (corners + margin * np.array([-1, -1, 1, 1])).T
    x, y = points[:, :1], points[:, 1:]
    inside = (x > left) & (x < right) & (y > bottom) & (y < top)
    return set(np.flatnonzero(inside.any(axis=0)))


@pytest.mark.parametrize("rankdir", ["LR", "RL", "TB", "BT"])
def test_arrows_lead_from_border_to_border_and_touch_no_other_box(rankdir):
    corners, arrows = drawn(rankdir)
    for (start, end, _), points in zip(EDGES, arrows, strict=True):
        assert touched(points, corners, margin=-1) == set()
        assert touched(points, corners, margin=3) == {start, end}
