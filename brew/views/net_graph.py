"""A net as a picture: bottoms below, tops above, as the words say."""

from brew.errors import NetError
from brew.views.layered import Layout
from brew.views.net_nodes import read_graph
from brew.views.style import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PAPER,
    PURPLE,
    SKY,
    VERMILION,
    Svg,
)

HEIGHT, STRIP, MARGIN = 38, 19, 16  # of a layer, of one in place, around all
TRUNK, FAN = 21, 30  # an edge goes straight, past its shape, then where it leads
NARROWEST, WIDEST = 150, 250  # boxes
WIDE = 1200  # a picture from here on keeps its size: a page scrolls
LABEL = 6.3  # pixels a character of a shape takes, and of a name:
NAME, SMALL = 8.0, 6.6
TITLE, LEGEND = 52, 20  # heights

FAMILIES = {
    "data": (SKY, "Input Data HDF5Data MemoryData ImageData WindowData DummyData"),
    "learns weights": (
        VERMILION,
        "Convolution Deconvolution InnerProduct Embed LSTM RNN Recurrent LSTMUnit "
        "Bias Parameter",
    ),
    "activation": (
        GREEN,
        "ReLU PReLU ELU GELU Sigmoid TanH BNLL AbsVal Power Exp Log Threshold Softmax",
    ),
    "pooling, normalization": (
        ORANGE,
        "Pooling SPP ROIPooling LRN MVN BatchNorm Scale LayerNorm Dropout",
    ),
    "loss, score": (PURPLE, "Accuracy ArgMax SoftmaxWithLoss"),
    "others": (BLUE, ""),
}
_COLOURS = {t: colour for colour, types in FAMILIES.values() for t in types.split()}
RANKDIRS = ("BT", "TB", "LR", "RL")


def draw_net(net, title=None, phase=None, rankdir="BT"):
    """Draw the layers of a net and the blobs that connect them.

    Boxes are layers, with type and name; a layer that works in place is a strip on the
    box of the layer before it. Lines are blobs, with their shapes. Split layers are
    left out: the lines fork instead. Where the SVG is part of a page, as in a web
    browser or ``ipywidgets.HTML``, rest the mouse on a box to see its blobs,
    parameters and multiply-adds.

    Parameters
    ----------
    net : Net, NetParameter, str or Path
        A net that is not built need not have its data: then shapes are left out.
    title : str, optional
        Default: the name of the net.
    phase : int, optional
        ``brew.TRAIN`` or ``brew.TEST``, for a net that is not built. Default: both;
        layers that one phase lacks say so.
    rankdir : str, default "BT"
        The direction from bottoms to tops: BT (data come in below), TB, LR or RL.

    Returns
    -------
    Svg
        Shows itself in a notebook; ``str`` gives the SVG text.

    Raises
    ------
    NetError
        If there is no such rankdir.
    FileError, ProtoError
        If the file of the net cannot be read.
    """
    if rankdir not in RANKDIRS:
        raise NetError(f"rankdir is one of {', '.join(RANKDIRS)}, not {rankdir!r}")
    graph = read_graph(net, phase)
    frame = _Frame(graph, rankdir)
    width = max(frame.width, SMALL * len(_totals(graph))) + 2 * MARGIN
    head = TITLE + LEGEND * len(_legend_rows(graph, width))
    title = title or graph.name or "net"
    svg = Svg(width, frame.height + head + 2 * MARGIN, title)
    svg.shrinks = width < WIDE
    _draw_head(svg, graph, title)
    frame.move((width - frame.width) / 2, head + MARGIN)
    for step in dict.fromkeys(s for e in graph.edges for s in frame.steps(*e)):
        _draw_step(svg, frame, *step)
    for n in sorted({end for _, end in graph.edges}):
        _draw_arrow(svg, frame, n)
    for n, node in enumerate(graph.nodes):
        _draw_shapes(svg, frame, n, node)
    for n, node in enumerate(graph.nodes):
        _draw_node(svg, frame, n, node)
    return svg


class _Frame:
    """Where things stand: a Layout, turned into the direction that is wanted."""

    def __init__(self, graph, rankdir):
        self.sideways, self.backward = rankdir in ("LR", "RL"), rankdir in ("BT", "RL")
        self.rankdir, self.nodes = rankdir, graph.nodes
        self.box = _box_width(graph)
        self.heights = [HEIGHT + STRIP * len(node.in_place) for node in graph.nodes]
        gap, thin_gap, self.trunk = self._distances()
        self.layout = Layout(len(graph.nodes), graph.edges, gap, thin_gap)
        self.depths = self._depths()
        step = self.trunk + FAN
        self.starts = [
            sum(self.depths[:rank]) + rank * step for rank in range(len(self.depths))
        ]
        # the last trunk has the shapes of the last tops
        self.length = sum(self.depths) + step * max(len(self.depths) - 1, 0)
        self.length += self.trunk
        beside = max(self.heights, default=0) if self.sideways else self.box
        self.half = beside / 2
        across = max(self.layout.x, default=0) + beside
        size = (self.length, across) if self.sideways else (across, self.length)
        self.width, self.height = size
        self.dx = self.dy = 0

    def _distances(self):
        """Return how far apart boxes and lines of a row are, and a trunk's length."""
        label = LABEL * max((len(_shapes(node)) for node in self.nodes), default=0)
        if self.sideways:
            return max(self.heights, default=0) + 26, 22, 14 + label
        gap = max(self.box + 24, label + 20)
        past = max(self.box / 2, label + 8) + 14  # a box, or the shapes at a trunk
        return gap, 2 * past - gap, float(TRUNK)

    def _depths(self):
        """Return how deep each row is: as its deepest box, from bottoms to tops."""
        boxes = [self.box] * len(self.nodes) if self.sideways else self.heights
        depths = [0.0] * (max(self.layout.rank, default=-1) + 1)
        for rank, depth in zip(self.layout.rank, boxes, strict=False):
            depths[rank] = max(depths[rank], depth)
        return depths

    def move(self, dx, dy):
        """Let all lie so much further right and down."""
        self.dx, self.dy = dx, dy

    def point(self, across, along):
        """Return the pixel of a place: `along` goes from bottoms to tops."""
        across += self.half
        if self.backward:
            along = self.length - along
        x, y = (along, across) if self.sideways else (across, along)
        return x + self.dx, y + self.dy

    def corner(self, n):
        """Return the upper left corner of the box of node `n`."""
        rank, across = self.layout.rank[n], self.layout.x[n]
        height = self.heights[n]
        depth = self.box if self.sideways else height
        x, y = self.point(across, self.starts[rank])
        if self.sideways:
            return (x - depth if self.backward else x), y - height / 2
        return x - self.box / 2, (y - depth if self.backward else y)

    def steps(self, start, end):
        """Yield the lines of an edge: curves between rows, straight past boxes."""
        route = self.layout.routes[start, end]
        x, first = route[0]
        place = (x, self.starts[first] + self.depths[first] + self.trunk)
        for x, rank in route[1:]:
            along = self.starts[rank]
            yield place, (x, along)
            place = (x, along + self.depths[rank] + self.trunk)
            if rank != route[-1][1]:
                yield (x, along), place

    def leaves(self, n):
        """Return where an edge leaves node `n`, and where its trunk ends."""
        rank, across = self.layout.rank[n], self.layout.x[n]
        depth = self.box if self.sideways else self.heights[n]
        end = self.starts[rank] + self.depths[rank] + self.trunk
        return self.point(across, self.starts[rank] + depth), self.point(across, end)


def _draw_step(svg, frame, here, there):
    if here[0] == there[0]:
        svg.path([frame.point(*here), frame.point(*there)], FAINT, 1.4)
    else:
        svg.curve(*frame.point(*here), *frame.point(*there), sideways=frame.sideways)


def _draw_arrow(svg, frame, n):
    across, along = frame.layout.x[n], frame.starts[frame.layout.rank[n]]
    wings = [(across - 4, along - 7), (across, along), (across + 4, along - 7)]
    svg.path([frame.point(*wing) for wing in wings], FAINT, 1.4)


def _draw_shapes(svg, frame, n, node):
    """Draw the trunk of a node's edges and, beside it, the shapes of its tops."""
    start, end = frame.leaves(n)
    if node.tops:
        svg.path([start, end], FAINT, 1.4)
    text = _shapes(node)
    if not text:
        return
    if frame.sideways:
        x, y = (start[0] + end[0]) / 2, start[1] - 5
        svg.text(x, y, text, size=10, anchor="middle", colour=FAINT)
    else:
        x, y = start[0] + 6, end[1] + 16 if frame.backward else end[1] - 7
        svg.box(x - 2, y - 10, LABEL * len(text), 13, PAPER, stroke="none", radius=0)
        svg.text(x, y, text, size=10, colour=FAINT)


def _draw_node(svg, frame, n, node):
    x, y = frame.corner(n)
    strips = node.in_place
    if frame.rankdir == "BT":  # data rise through the strips, too
        top = y + STRIP * len(strips)
        places = [top - STRIP * (k + 1) for k in range(len(strips))]
    else:
        top, places = y, [y + HEIGHT + STRIP * k for k in range(len(strips))]
    for strip, place in zip(strips, places, strict=True):
        _draw_box(svg, x, place, frame.box, STRIP, strip)
        room = frame.box - 27 - 6 * len(strip.type)
        svg.text(x + 15, place + 13, _short(strip.name, room), size=10)
        right = x + frame.box - 6
        svg.text(right, place + 13, strip.type, size=9.5, anchor="end", colour=FAINT)
    _draw_box(svg, x, top, frame.box, HEIGHT, node)
    name = _short(node.name, (frame.box - 20) * SMALL / NAME)
    svg.text(x + 17, top + 16, name, size=12, font_weight="bold")
    svg.text(x + 17, top + 31, f"{node.type} {node.window}", size=10.5, colour=FAINT)
    if node.phase:
        right = x + frame.box - 6
        svg.text(right, top + 31, f"{node.phase} only", size=9, anchor="end")


def _draw_box(svg, x, y, width, height, node):
    svg.box(x, y, width, height, PAPER, _tip(node), stroke=INK)
    svg.box(x, y, 9, height, colour_of(node.type), _tip(node), stroke=INK)


def _draw_head(svg, graph, title):
    svg.text(MARGIN, 24, title, size=15, font_weight="bold")
    svg.text(MARGIN, 42, _totals(graph), size=10.5, colour=FAINT)
    for row, entries in enumerate(_legend_rows(graph, svg.width)):
        x = MARGIN
        for words in entries:
            y = TITLE + row * LEGEND
            svg.box(x, y, 12, 12, FAMILIES[words][0], stroke=INK, radius=2)
            svg.text(x + 18, y + 10, words, size=10.5)
            x += _entry_width(words)


def _legend_rows(graph, width):
    """Return the families that occur, in as many rows as they need."""
    colours = {colour_of(node.type) for node in graph.all_nodes}
    rows, room = [], 0.0
    for words, (colour, _) in FAMILIES.items():
        if colour in colours:
            if room < _entry_width(words):
                rows.append([])
                room = width - 2 * MARGIN
            rows[-1].append(words)
            room -= _entry_width(words)
    return rows


def _totals(graph):
    """Return what all layers are together."""
    layers = graph.all_nodes
    macs, params = (
        sum(getattr(n, k) for n in layers) for k in ("num_macs", "num_params")
    )
    told = [graph.phase] if graph.phase else []
    told += [f"{len(layers)} layers"]
    told += [f"{params:,} parameters"] if params else []
    told += [f"{macs:,} multiply-adds"] if macs else []
    told += [] if graph.is_built else ["shapes unknown: its data are not here"]
    return ", ".join(told)


def _entry_width(words):
    return 34 + SMALL * len(words)


def colour_of(type_name):
    """Return the colour of a layer type: that of its family."""
    otherwise = FAMILIES["loss, score"][0] if "Loss" in type_name else BLUE
    return _COLOURS.get(type_name, otherwise)


def shape_text(shape):
    """Return a shape as people write it: ``64 × 1 × 28 × 28``."""
    return " × ".join(str(size) for size in shape) or "scalar"


def _shapes(node):
    shapes = [shape_text(shape) for _, shape in node.tops if shape is not None]
    return ", ".join(shapes)


def _box_width(graph):
    widths = [len(node.name) * NAME + 26 for node in graph.nodes]
    widths += [
        (len(node.type) + len(node.window) + 10 * bool(node.phase)) * SMALL + 30
        for node in graph.nodes
    ]
    for node in graph.nodes:
        widths += [(len(n.name) + len(n.type)) * SMALL + 30 for n in node.in_place]
    return min(WIDEST, max(NARROWEST, max(widths, default=0)))


def _tip(node):
    lines = [f"{node.name} ({node.type} {node.window}".rstrip() + ")"]
    lines += [f"in phase {node.phase} only"] if node.phase else []
    for kind, blobs in ("bottom", node.bottoms), ("top", node.tops):
        for name, shape in blobs:
            lines.append(f"{kind} {name}" + (f": {shape_text(shape)}" if shape else ""))
    lines += [f"parameter {k}: {shape_text(s)}" for k, s in enumerate(node.params)]
    if node.num_params:
        lines.append(f"{node.num_params:,} parameters")
    if node.num_macs:
        lines.append(f"{node.num_macs:,} multiply-adds")
    return "\n".join(lines)


def _short(text, room):
    """Return text that fits into so many pixels: its middle is left out."""
    limit = max(5, int(room / SMALL))
    half = (limit - 1) // 2
    return text if len(text) <= limit else f"{text[:half]}…{text[-half:]}"
