"""SVG pictures of brew as PNG, PDF and whatever else matplotlib writes."""

import re
from io import BytesIO
from xml.etree import ElementTree

from brew.errors import FileError, did_you_mean, import_extra

DPI = 144
POINTS = 72 / 96  # in a pixel of the web
ANCHORS = {"start": "left", "middle": "center", "end": "right"}


def rasterize(svg, form="png"):
    """Return a picture in another form, as bytes.

    Parameters
    ----------
    svg : Svg
        Its lines, curves, dots, boxes and words are drawn.
    form : str, default "png"
        The ending of such files: png, pdf, jpg, ...

    Raises
    ------
    FileError
        If there is no such form.
    MissingExtra
        If matplotlib is not installed.
    """
    figure_class = import_extra("matplotlib.figure", "widgets").Figure
    figure = figure_class(figsize=(svg.width / 96, svg.height / 96), dpi=DPI)
    known = figure.canvas.get_supported_filetypes()
    if form not in known:
        raise FileError(
            f"pictures cannot be written as {form!r}.{did_you_mean(form, known)} "
            f"Known: {', '.join(known)}"
        )
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, svg.width), ylim=(svg.height, 0))
    axes.axis("off")
    root = ElementTree.fromstring(str(svg))
    _draw(axes, root, 0.0, 0.0)
    content = BytesIO()
    figure.savefig(content, format=form, dpi=DPI)
    return content.getvalue()


def _draw(axes, parent, dx, dy):
    for element in parent:
        kind = element.tag.rpartition("}")[2]
        if kind == "g":
            x, y = _numbers(element.get("transform", "0 0"))
            _draw(axes, element, dx + x, dy + y)
        elif kind in DRAWERS:
            DRAWERS[kind](axes, element, dx, dy)


def _line(axes, element, dx, dy):
    x1, y1, x2, y2 = (float(element.get(name)) for name in ("x1", "y1", "x2", "y2"))
    axes.plot([x1 + dx, x2 + dx], [y1 + dy, y2 + dy], **_stroke(element))


def _polyline(axes, element, dx, dy):
    numbers = _numbers(element.get("points"))
    xs, ys = ([v + d for v in numbers[i::2]] for i, d in ((0, dx), (1, dy)))
    axes.plot(xs, ys, solid_joinstyle="round", **_stroke(element))


def _path(axes, element, dx, dy):
    path = import_extra("matplotlib.path", "widgets").Path
    patch = import_extra("matplotlib.patches", "widgets").PathPatch
    numbers = _numbers(element.get("d"))
    points = [
        (x + dx, y + dy) for x, y in zip(numbers[::2], numbers[1::2], strict=True)
    ]
    codes = [path.MOVETO] + [path.CURVE4] * (len(points) - 1)
    look = _stroke(element)
    axes.add_patch(
        patch(path(points, codes), fill=False, ec=look["color"], lw=look["lw"])
    )


def _circle(axes, element, dx, dy):
    circle = import_extra("matplotlib.patches", "widgets").Circle
    x, y, radius = (float(element.get(name)) for name in ("cx", "cy", "r"))
    axes.add_patch(circle((x + dx, y + dy), radius, color=element.get("fill"), lw=0))


def _rect(axes, element, dx, dy):
    if element.get("width") == "100%":
        return  # the paper
    box = import_extra("matplotlib.patches", "widgets").FancyBboxPatch
    x, y, width, height = (
        float(element.get(name)) for name in ("x", "y", "width", "height")
    )
    round_off = f"round,pad=0,rounding_size={element.get('rx', '0')}"
    look = {"fc": element.get("fill"), "ec": element.get("stroke"), "lw": POINTS}
    axes.add_patch(box((x + dx, y + dy), width, height, boxstyle=round_off, **look))


def _text(axes, element, dx, dy):
    turned = _numbers(element.get("transform", ""))
    axes.text(
        float(element.get("x")) + dx,
        float(element.get("y")) + dy,
        (element.text or "").replace("$", r"\$"),
        size=float(element.get("font-size")) * POINTS,
        color=element.get("fill"),
        ha=ANCHORS[element.get("text-anchor", "start")],
        va="baseline",
        weight=element.get("font-weight", "normal"),
        rotation=-turned[0] if turned else 0,
        rotation_mode="anchor",
    )


DRAWERS = {
    "line": _line,
    "polyline": _polyline,
    "path": _path,
    "circle": _circle,
    "rect": _rect,
    "text": _text,
}


def _stroke(element):
    width = float(element.get("stroke-width", "1")) * POINTS
    dashes = _numbers(element.get("stroke-dasharray", ""))
    look = {"color": element.get("stroke"), "lw": width}
    if dashes:
        look["linestyle"] = (0, [dash * POINTS / width for dash in dashes])
    return look


def _numbers(text):
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]
