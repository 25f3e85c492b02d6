"""A net as a picture: bottoms below, tops above, as the words say."""

from itertools import pairwise

from brew.views.layered import Layout
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

WIDTH, HEIGHT, STEP, GAP, MARGIN = 150, 36, 74, 176, 16

_FAMILIES = {
    VERMILION: ("Convolution", "Deconvolution", "InnerProduct", "Embed", "LSTM", "RNN"),
    ORANGE: ("Pooling", "SPP", "LRN", "BatchNorm", "MVN", "Dropout"),
    GREEN: ("ReLU", "PReLU", "ELU", "Sigmoid", "TanH", "Softmax", "Power"),
    SKY: ("Input", "Data", "HDF5Data", "MemoryData", "ImageData", "DummyData"),
    PURPLE: ("Accuracy", "ArgMax", "Python"),
}
_COLOURS = {kind: colour for colour, kinds in _FAMILIES.items() for kind in kinds}


def draw_net(net, title=None):
    """Draw the layers of a net and the blobs that connect them.

    Data come in at the bottom. Boxes are layers, with type and name; lines are
    blobs, with their shapes. Split layers are left out: the lines fork instead.
    Where the SVG is part of a page, as in a web browser or ``ipywidgets.HTML``,
    rest the mouse on a box to see its blobs and parameters.

    Parameters
    ----------
    net : Net
    title : str, optional
        Default: the name of the net.

    Returns
    -------
    Svg
        Shows itself in a notebook; ``str`` gives the SVG text.
    """
    layers = [i for i, layer in enumerate(net.layers) if layer.type != "Split"]
    number = {layer: n for n, layer in enumerate(layers)}
    edges = [(number[a], number[b]) for a, b in _edges(net)]
    layout = Layout(len(layers), edges, GAP, GAP / 4)
    num_rows = max(layout.rank, default=0) + 1
    svg = Svg(
        max(layout.x, default=0) + WIDTH + 2 * MARGIN,
        num_rows * STEP + 2 * MARGIN + 18,
        title or net.name,
    )
    svg.text(MARGIN, 20, title or net.name, size=13, font_weight="bold")

    def place(x, rank):
        return x + MARGIN + WIDTH / 2, svg.height - MARGIN - HEIGHT - rank * STEP

    for route in layout.routes.values():
        _draw_edge(svg, [place(*point) for point in route])
    for n, i in enumerate(layers):
        x, y = place(layout.x[n], layout.rank[n])
        _draw_layer(svg, net, i, x, y)
    return svg


def _edges(net):
    """Yield pairs of layers that a blob connects, looking through splits."""
    producer, through = {}, {}
    for i, layer in enumerate(net.layers):
        for b in net.bottom_ids[i]:
            if layer.type == "Split":
                through[i] = producer[b]
            else:
                yield through.get(producer[b], producer[b]), i
        for t in net.top_ids[i]:
            producer[t] = i


def _draw_edge(svg, points):
    for i, ((x1, y1), (x2, y2)) in enumerate(pairwise(points)):
        leaves = y1 if i == 0 else y1 + HEIGHT / 2
        arrives = y2 + HEIGHT if i == len(points) - 2 else y2 + HEIGHT / 2
        svg.curve(x1, leaves, x2, arrives)


def _draw_layer(svg, net, i, x, y):
    layer, name = net.layers[i], net._layer_names[i]
    colour = VERMILION if "Loss" in layer.type else _COLOURS.get(layer.type, BLUE)
    left = x - WIDTH / 2
    svg.box(left, y, WIDTH, HEIGHT, "#ffffff", _tip(net, i), stroke=INK)
    svg.box(left, y, 9, HEIGHT, colour, _tip(net, i), stroke=INK)
    svg.text(left + 17, y + 15, _short(name, 19), size=12, font_weight="bold")
    svg.text(left + 17, y + 30, _short(layer.type, 22), size=10.5, colour=FAINT)
    shapes = [shape_text(blob.shape) for blob in net._tops[i]]
    if shapes:
        halo = {"stroke": PAPER, "stroke_width": 4, "paint_order": "stroke"}
        svg.text(x + 5, y - 6, ", ".join(shapes), size=10, colour=FAINT, **halo)


def shape_text(shape):
    """Return a shape as people write it: ``64 × 1 × 28 × 28``."""
    return " × ".join(str(size) for size in shape) or "scalar"


def _tip(net, i):
    layer = net.layers[i]
    lines = [f"{layer.name} ({layer.type})"]
    lines += [f"bottom {b.name}: {shape_text(b.shape)}" for b in net._bottoms[i]]
    lines += [f"top {t.name}: {shape_text(t.shape)}" for t in net._tops[i]]
    lines += [
        f"parameter {k}: {shape_text(b.shape)} = {b.count:,}"
        for k, b in enumerate(layer.blobs)
    ]
    return "\n".join(lines)


def _short(text, limit):
    return text if len(text) <= limit else text[: limit - 1] + "…"
