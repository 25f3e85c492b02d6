"""Curves of numbers over iterations, as SVG."""

from itertools import cycle
from math import ceil, floor, isfinite, log10

from brew.views.style import DASHES, FAINT, GRID, INK, LINES, Svg

MAX_POINTS = 200
STYLES = tuple(zip(LINES, DASHES, strict=True))
HEAD, LINE = 18, 17  # where the first line of text stands, and the next ones
LEFT, RIGHT, BOTTOM = 44, 20, 42
ALIKE = 1e-5  # numbers that differ by a smaller share: labels would not tell them apart


def draw_curves(
    series,
    title="",
    x_label="iteration",
    y_label="",
    size=(420, 260),
    x_reach=(),
    x_log=False,
    y_log=False,
):
    """Draw several curves into one picture, each with a dot at its end.

    Parameters
    ----------
    series : dict of str to (list of float, list of float)
        For each name its x and its y values. Values that are not finite are left
        out.
    title, x_label, y_label : str
        What stands around it.
    size : (float, float), default (420, 260)
        Width and height in pixels.
    x_reach : list of float, optional
        Numbers that the x axis includes, so that it stands still while curves grow.
    x_log, y_log : bool, default False
        Is the axis logarithmic? Then only positive values are drawn.

    Returns
    -------
    Svg
        Shows itself in a notebook; ``str`` gives the SVG text.
    """
    points = {
        str(name): [
            (x, y)
            for x, y in _thinned(*xy)
            if (x > 0 or not x_log) and (y > 0 or not y_log)
        ]
        for name, xy in series.items()
    }
    width, height = size
    svg = Svg(width, height, title or ", ".join(points))
    everything = [point for some in points.values() for point in some]
    reach = [x for x in x_reach if x > 0 or not x_log]
    keys = _places_of_keys(points if len(points) > 1 else [], title, svg.width)
    place = _Frame(
        _Axis([x for x, _ in everything] + reach, x_log),
        _Axis([y for _, y in everything], y_log),
        left=LEFT + (LINE if y_label else 0),
        right=svg.width - RIGHT,
        top=max([HEAD, *(y for _, y in keys)]) + 12,
        bottom=svg.height - BOTTOM,
    )
    svg.text(place.left, HEAD, title, size=13, font_weight="bold")
    _draw_axes(svg, place, x_label, y_label)
    for some, style in zip(points.values(), cycle(STYLES), strict=False):
        if some:
            _draw_curve(svg, [place(*point) for point in some], style)
    for name, key, style in zip(points, keys, cycle(STYLES), strict=False):
        _draw_key(svg, name, key, style)
    return svg


class _Axis:
    """Turns values into shares of an axis, and knows its ticks."""

    def __init__(self, values, is_log):
        self.ticks = (_log_ticks if is_log else _ticks)(values)
        self._scale = log10 if is_log else float

    def share(self, value):
        low, value, high = map(self._scale, (self.ticks[0], value, self.ticks[-1]))
        return (value - low) / (high - low)


class _Frame:
    """Turns values into pixels."""

    def __init__(self, x_axis, y_axis, left, right, top, bottom):
        self.x_axis, self.y_axis = x_axis, y_axis
        self.left, self.right, self.top, self.bottom = left, right, top, bottom

    def __call__(self, x, y):
        return self.x(x), self.y(y)

    def x(self, value):
        return self.left + self.x_axis.share(value) * (self.right - self.left)

    def y(self, value):
        return self.bottom - self.y_axis.share(value) * (self.bottom - self.top)


def _draw_axes(svg, place, x_label, y_label):
    for tick in place.y_axis.ticks:
        y = place.y(tick)
        svg.line(place.left, y, place.right, y, GRID)
        svg.text(place.left - 6, y + 4, f"{tick:g}", size=11, anchor="end")
    for tick in place.x_axis.ticks:
        x = place.x(tick)
        svg.line(x, place.bottom, x, place.bottom + 4, FAINT)
        svg.text(x, place.bottom + 17, f"{tick:g}", size=11, anchor="middle")
    svg.line(place.left, place.bottom, place.right, place.bottom, INK)
    middle = (place.left + place.right) / 2
    svg.text(middle, svg.height - 8, x_label, size=12, anchor="middle", colour=FAINT)
    y = (place.top + place.bottom) / 2
    turned = {"transform": f"rotate(-90 14 {y:.0f})"}
    svg.text(14, y, y_label, size=12, anchor="middle", colour=FAINT, **turned)


def _draw_curve(svg, line, style):
    colour, dash = style
    svg.path(line, colour, dash=dash)
    svg.dot(*line[-1], colour)


def _draw_key(svg, name, key, style):
    (x, y), (colour, dash) = key, style
    svg.path([(x, y - 4), (x + 26, y - 4)], colour, dash=dash)
    svg.text(x + 31, y, name, size=11)


def _places_of_keys(names, title, width):
    """Return where each key stands: behind the title if all fit there, else below it.

    There they run on in lines, like words.
    """
    lengths = [44 + 6.5 * len(name) for name in names]
    places, x, y = [], LEFT + 10.0 * len(title) + 20, HEAD
    if title and x + sum(lengths) > width:
        x, y = LEFT, y + LINE
    for length in lengths:
        if x > LEFT and x + length > width:
            x, y = LEFT, y + LINE
        places.append((x, y))
        x += length
    return places


def _thinned(xs, ys):
    points = [(x, y) for x, y in zip(xs, ys, strict=True) if isfinite(y)]
    step = max(1, ceil(len(points) / MAX_POINTS))
    return points[::step] + (points[-1:] if len(points) % step != 1 % step else [])


def _ticks(values):
    """Return about five round numbers that enclose all values."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    largest = max(abs(low), abs(high))
    if high - low <= ALIKE * largest:
        margin = largest / 4 or 0.5
        low, high = low - margin, high + margin
    rough = (high - low) / 4
    power = floor(log10(rough))
    step = next(m * 10.0**power for m in (1, 2, 2.5, 5, 10) if m * 10.0**power >= rough)
    first, last = floor(low / step), ceil(high / step)
    return [round(i * step, 2 - power) for i in range(first, last + 1)]


def _log_ticks(values):
    """Return numbers that begin with 1, 2 or 5, or 1 alone, that enclose all values."""
    low, high = (min(values), max(values)) if values else (1.0, 10.0)
    first, last = floor(log10(low)), floor(log10(high)) + 1
    steps = (1, 2, 5) if last - first <= 3 else (1,)
    # from one power below: log10 of a number just under 0.001 is rounded to -3
    ticks = [m * 10.0**power for power in range(first - 1, last + 1) for m in steps]
    below = max(i for i, tick in enumerate(ticks) if tick <= low)
    above = min(i for i, tick in enumerate(ticks) if tick >= high)
    return ticks[below : max(above, below + 1) + 1]
