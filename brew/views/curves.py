"""Curves of numbers over iterations, as SVG."""

from math import ceil, floor, isfinite, log10

from brew.views.style import DASHES, FAINT, GRID, INK, LINES, Svg

MAX_POINTS = 200
LEFT, RIGHT, TOP, BOTTOM = 56, 20, 30, 42


def draw_curves(series, title="", x_label="iteration", y_label="", size=(420, 260)):
    """Draw several curves into one picture.

    Parameters
    ----------
    series : dict of str to (list of float, list of float)
        For each name its x and its y values. Values that are not finite are left
        out.
    title, x_label, y_label : str
        What stands around it.
    size : (float, float), default (420, 260)
        Width and height in pixels.

    Returns
    -------
    Svg
        Shows itself in a notebook; ``str`` gives the SVG text.
    """
    width, height = size
    svg = Svg(width, height, title or ", ".join(series))
    points = {name: _thinned(*xy) for name, xy in series.items()}
    everything = [point for some in points.values() for point in some]
    x_ticks = _ticks([x for x, _ in everything])
    y_ticks = _ticks([y for _, y in everything])
    place = _Frame(x_ticks, y_ticks, width, height)
    _draw_axes(svg, place, x_label, y_label)
    svg.text(LEFT, 18, title, size=13, font_weight="bold")
    for i, (name, some) in enumerate(points.items()):
        style = i % len(LINES)
        if some:
            line = [place(*point) for point in some]
            svg.path(line, LINES[style], dash=DASHES[style])
        if len(points) > 1:
            _draw_key(svg, i, style, name, width)
    return svg


class _Frame:
    """Turns values into pixels."""

    def __init__(self, x_ticks, y_ticks, width, height):
        self.x_ticks, self.y_ticks = x_ticks, y_ticks
        self.left, self.right = LEFT, width - RIGHT
        self.top, self.bottom = TOP, height - BOTTOM

    def __call__(self, x, y):
        return self.x(x), self.y(y)

    def x(self, value):
        low, high = self.x_ticks[0], self.x_ticks[-1]
        share = (value - low) / (high - low)
        return self.left + share * (self.right - self.left)

    def y(self, value):
        low, high = self.y_ticks[0], self.y_ticks[-1]
        share = (value - low) / (high - low)
        return self.bottom - share * (self.bottom - self.top)


def _draw_axes(svg, place, x_label, y_label):
    for tick in place.y_ticks:
        y = place.y(tick)
        svg.line(place.left, y, place.right, y, GRID)
        svg.text(place.left - 6, y + 4, f"{tick:g}", size=11, anchor="end")
    for tick in place.x_ticks:
        x = place.x(tick)
        svg.line(x, place.bottom, x, place.bottom + 4, FAINT)
        svg.text(x, place.bottom + 17, f"{tick:g}", size=11, anchor="middle")
    svg.line(place.left, place.bottom, place.right, place.bottom, INK)
    middle = (place.left + place.right) / 2
    svg.text(middle, svg.height - 8, x_label, size=12, anchor="middle", colour=FAINT)
    y = (place.top + place.bottom) / 2
    turned = {"transform": f"rotate(-90 14 {y:.0f})"}
    svg.text(14, y, y_label, size=12, anchor="middle", colour=FAINT, **turned)


def _draw_key(svg, i, style, name, width):
    y = TOP + 14 + 17 * i
    ends = [(width - 132, y - 4), (width - 104, y - 4)]
    svg.path(ends, LINES[style], dash=DASHES[style])
    svg.text(width - 98, y, name, size=11)


def _thinned(xs, ys):
    points = [(x, y) for x, y in zip(xs, ys, strict=True) if isfinite(y)]
    step = max(1, ceil(len(points) / MAX_POINTS))
    return points[::step] + (points[-1:] if len(points) % step != 1 % step else [])


def _ticks(values):
    """Return about five round numbers that enclose all values."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / 4
    unit = 10.0 ** floor(log10(rough))
    step = next(m * unit for m in (1, 2, 2.5, 5, 10) if m * unit >= rough)
    first, last = floor(low / step), ceil(high / step)
    return [round(i * step, 10) for i in range(first, last + 1)]
