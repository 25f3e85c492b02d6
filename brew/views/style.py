"""One look for all pictures: colours that colour-blind people can tell apart.

Source of the palette: Okabe and Ito, "Color Universal Design", 2008.
"""

from html import escape

BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"
VERMILION, PURPLE, SKY = "#D55E00", "#CC79A7", "#56B4E9"
LINES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "1 2")  # for those who print in grey

INK, FAINT, GRID, PAPER = "#222222", "#666666", "#dddddd", "#ffffff"
FONT = "font-family='DejaVu Sans, Helvetica, Arial, sans-serif'"


class Svg:
    """A picture that is written element by element.

    Parameters
    ----------
    width, height : float
        Size in pixels.
    title : str
        What a screen reader says.

    Attributes
    ----------
    shrinks : bool
        Does it become smaller where a page is too narrow for it?
    """

    shrinks = True

    def __init__(self, width, height, title):
        self.width, self.height, self.title = width, height, title
        self.parts = []

    def line(self, x1, y1, x2, y2, colour=GRID, width=1.0):
        """Draw a straight line."""
        self.parts.append(
            f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' "
            f"stroke='{colour}' stroke-width='{width:g}'/>"
        )

    def path(self, points, colour, width=2.0, dash=""):
        """Draw a line through points (x, y)."""
        steps = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(
            f"<polyline points='{steps}' fill='none' stroke='{colour}' "
            f"stroke-width='{width:g}' stroke-linejoin='round'"
            + (f" stroke-dasharray='{dash}'/>" if dash else "/>")
        )

    def dot(self, x, y, colour, radius=3.5):
        """Draw a filled circle."""
        self.parts.append(
            f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{radius:g}' fill='{colour}'/>"
        )

    def text(self, x, y, words, size=12, anchor="start", colour=INK, **more):
        """Write a line of text; `anchor` is start, middle or end."""
        options = "".join(f" {k.replace('_', '-')}='{v}'" for k, v in more.items())
        self.parts.append(
            f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' text-anchor='{anchor}' "
            f"fill='{colour}'{options}>{escape(words)}</text>"
        )

    def box(self, x, y, width, height, fill, tip="", stroke=FAINT, radius=4):
        """Draw a box; `tip` shows when the mouse rests on it."""
        hint = f"<title>{escape(tip)}</title>" if tip else ""
        self.parts.append(
            f"<rect x='{x:.1f}' y='{y:.1f}' width='{width:.1f}' height='{height:.1f}' "
            f"rx='{radius}' fill='{fill}' stroke='{stroke}'>{hint}</rect>"
        )

    def curve(self, x1, y1, x2, y2, colour=FAINT, sideways=False):
        """Draw a line that leaves and arrives vertically, or `sideways`."""
        middle = (x1 + x2) / 2 if sideways else (y1 + y2) / 2
        bends = (
            [(middle, y1), (middle, y2)] if sideways else [(x1, middle), (x2, middle)]
        )
        (a, b), (c, d) = bends
        self.parts.append(
            f"<path d='M{x1:.1f},{y1:.1f} C{a:.1f},{b:.1f} {c:.1f},{d:.1f} "
            f"{x2:.1f},{y2:.1f}' fill='none' stroke='{colour}' stroke-width='1.4'/>"
        )

    def __str__(self):
        """Return the SVG text."""
        style = "max-width:100%;height:auto" if self.shrinks else "max-width:none"
        return (
            f"<svg xmlns='http://www.w3.org/2000/svg' width='{self.width:.0f}' "
            f"height='{self.height:.0f}' viewBox='0 0 {self.width:.0f} "
            f"{self.height:.0f}' style='{style}' role='img' "
            f"aria-label='{escape(self.title)}' {FONT}>"
            f"<rect width='100%' height='100%' fill='{PAPER}'/>"
            + "".join(self.parts)
            + "</svg>"
        )

    def __repr__(self):
        return f"<picture: {self.title}; run the cell to see it>"

    def _repr_svg_(self):
        return str(self)


def side_by_side(*pictures):
    """Return one Svg that shows several, from left to right."""
    width = sum(picture.width for picture in pictures)
    height = max(picture.height for picture in pictures)
    both = Svg(width, height, "; ".join(picture.title for picture in pictures))
    left = 0.0
    for picture in pictures:
        both.parts += [f"<g transform='translate({left:.0f} 0)'>", *picture.parts]
        both.parts.append("</g>")
        left += picture.width
    return both
