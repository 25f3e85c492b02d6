"""Any graph of labelled boxes as a figure: what Graphviz draws for pycaffe."""

from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise

from brew.errors import import_extra
from brew.views.figure import Picture
from brew.views.layered import Layout
from brew.views.style import FAINT, INK, PAPER

_patches = import_extra("matplotlib.patches", "widgets")

# All sizes in points, 72 to an inch.
FONT, LETTER, LINE, SPACE, AISLE, MARGIN = 9, 5.8, 12, 9, 34, 14
TOUCH = 0.01  # what is nearer is the same place
MOST_PIXELS, DPI = 16000, 96  # deep nets are long; matplotlib draws up to 65,535

_CORNERS = (  # of an octagon as large as its box, from -1 to 1
    *((-1, -0.4), (-0.85, -1), (0.85, -1), (1, -0.4)),
    *((1, 0.4), (0.85, 1), (-0.85, 1), (-1, 0.4)),
)


@dataclass
class Box:
    """A node: its text, its colour, and whether its corners are cut off."""

    text: str
    colour: str
    is_octagon: bool = False

    @property
    def size(self):
        """Width and height."""
        lines = self.text.split("\n")
        width = max(map(len, lines)) * LETTER + 2 * SPACE
        return width * (1.1 if self.is_octagon else 1), len(lines) * LINE + SPACE


def draw_boxes(boxes, edges, rankdir="LR"):
    """Draw boxes and the arrows between them.

    Parameters
    ----------
    boxes : list of Box
    edges : list of (int, int, str)
        From which box to which, and what stands beside the arrow.
    rankdir : str
        Where arrows lead: ``"LR"`` to the right, ``"RL"`` to the left, ``"TB"``
        down, ``"BT"`` up.

    Returns
    -------
    Picture
    """
    if not boxes:
        return Picture(1, 1)
    forward = _without_cycles(len(boxes), edges)
    place = {box: i for i, box in enumerate(_in_order(len(boxes), forward))}
    sideways = rankdir in ("LR", "RL")
    along, across = (max(s) for s in zip(*(box.size for box in boxes), strict=True))
    if not sideways:
        along, across = across, along
    gap = across + SPACE * 2
    pairs = sorted({(place[a], place[b]) for a, b in forward})
    layout = Layout(len(boxes), pairs, gap, gap / 3)
    far = max(layout.rank) * (along + AISLE)

    def point(x, rank, side=0):
        """Return a pixel of a row: before it (-1), in its middle or behind it (1)."""
        u = x + across / 2 + MARGIN
        v = rank * (along + AISLE) + along / 2 * (1 + side) + MARGIN
        v = v if rankdir in ("LR", "TB") else far + along + 2 * MARGIN - v
        return (v, u) if sideways else (u, v)

    size = max(layout.x) + across + 2 * MARGIN, far + along + 2 * MARGIN
    figure, axes = _page(*(size[::-1] if sideways else size))
    for a, b, label in edges:
        ends = place[a], place[b]
        is_back = ends not in layout.routes
        route = layout.routes[ends[::-1] if is_back else ends]
        points = [point(*stop, side) for stop in route for side in (-1, 0, 1)][1:-1]
        points = points[::-1] if is_back else points
        _draw_edge(axes, points, label, boxes[a], boxes[b], sideways)
    for i, box in enumerate(boxes):
        _draw_box(axes, box, *point(layout.x[place[i]], layout.rank[place[i]]))
    return figure


def _without_cycles(num_boxes, edges):
    """Return the pairs of boxes of the edges; turned where they would close a ring."""
    readers = {box: [] for box in range(num_boxes)}
    pairs = []
    for start, end, _ in edges:
        pair = (end, start) if _leads(readers, end, start) else (start, end)
        readers[pair[0]].append(pair[1])
        pairs.append(pair)
    return pairs


def _leads(readers, start, end):
    seen, waiting = set(), [start]
    while waiting:
        box = waiting.pop()
        if box == end:
            return True
        if box not in seen:
            seen.add(box)
            waiting += readers[box]
    return False


def _in_order(num_boxes, pairs):
    sorter = TopologicalSorter({box: [] for box in range(num_boxes)})
    for start, end in pairs:
        sorter.add(end, start)
    return sorter.static_order()


def _page(width, height):
    figure = Picture(width / 72, height / 72)
    figure.set_layout_engine(None)
    figure.dpi = min(DPI, MOST_PIXELS * 72 / max(width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    return figure, axes


def _draw_box(axes, box, x, y):
    width, height = box.size
    if box.is_octagon:
        corners = [(x + a * width / 2, y + b * height / 2) for a, b in _CORNERS]
        patch = _patches.Polygon(corners)
    else:
        patch = _patches.Rectangle((x - width / 2, y - height / 2), width, height)
    patch.set(facecolor=box.colour, edgecolor=INK, linewidth=0.8, zorder=2)
    axes.add_patch(patch)
    axes.text(x, y, box.text, size=FONT, ha="center", va="center", color=INK, zorder=3)


def _draw_edge(axes, points, label, start, end, sideways):
    """Draw an arrow from the middle of a box to another; it starts at the border."""
    axis = 0 if sideways else 1
    first, last = list(points[0]), list(points[-1])
    step = 1 if last[axis] > first[axis] else -1
    first[axis] += step * start.size[axis] / 2
    last[axis] -= step * end.size[axis] / 2
    stops = [first, *points[1:-1], last]
    arrow = _patches.FancyArrowPatch(
        path=_line(stops, axis),
        arrowstyle="-|>",
        mutation_scale=9,
        color=FAINT,
        linewidth=0.9,
        zorder=1,
    )
    axes.add_patch(arrow)
    if label:
        x, y = ((a + b) / 2 for a, b in zip(*stops[1:3], strict=True))
        halo = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.5}
        axes.text(x, y, label, size=FONT - 2, ha="center", va="center", bbox=halo)


def _line(stops, axis):
    """Return the path through these places: straight past boxes, curved in between."""
    path = import_extra("matplotlib.path", "widgets").Path
    places, codes = [stops[0]], [path.MOVETO]
    for here, there in pairwise(stops):
        if abs(here[1 - axis] - there[1 - axis]) > TOUCH:
            bend_1, bend_2 = list(here), list(there)
            bend_1[axis] = bend_2[axis] = (here[axis] + there[axis]) / 2
            places += [bend_1, bend_2, there]
            codes += [path.CURVE4] * 3
        elif abs(here[axis] - there[axis]) > TOUCH:
            places.append(there)
            codes.append(path.LINETO)
    return path(places, codes)
