"""A small table: text where it is printed, HTML in a notebook."""

from dataclasses import dataclass
from html import escape

ROOM = "padding:4px 8px;line-height:1.3"  # inside widgets a page gives no room


@dataclass(frozen=True)
class Table:
    """Rows of words and numbers.

    Parameters
    ----------
    heads : list of str
        What the columns are.
    rows : list of list
        Texts stand at the left of their column, numbers at the right, with four
        digits; None is an empty cell.
    """

    heads: list
    rows: list

    def __str__(self):
        lines = [self.heads, *([_told(cell) for cell in row] for row in self.rows)]
        return "\n".join(align(lines, self._sides()))

    __repr__ = __str__

    def _repr_html_(self):
        styles = [f"{style};{ROOM}" for style in text_align(self._sides())]
        head = html_row(self.heads, styles, "th")
        body = (html_row(map(_told, row), styles) for row in self.rows)
        return html_table(head, body)

    def _sides(self):
        columns = [[row[i] for row in self.rows] for i in range(len(self.heads))]
        return [_side(column) for column in columns]


def align(lines, sides):
    """Return lines of cells as lines of text, with straight columns.

    Parameters
    ----------
    lines : list of (list of str)
    sides : str, or list of str
        For each column "<" if its texts stand at the left, or ">".
    """
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            f"{cell:{side}{width}}"
            for cell, side, width in zip(line, sides, widths, strict=True)
        ).rstrip()
        for line in lines
    ]


def html_table(head, body, caption=""):
    """Return a table of rows that are HTML already."""
    return (
        f"<table>{caption}<thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"
    )


def html_row(cells, styles, tag="td"):
    """Return a row of texts as HTML.

    Parameters
    ----------
    cells, styles : iterable of str
        The texts, and what CSS says about each.
    tag : str, default "td"
        "th" for heads and sums.
    """
    inside = (
        f"<{tag} style='{style}'>{escape(cell)}</{tag}>"
        for cell, style in zip(cells, styles, strict=True)
    )
    return f"<tr>{''.join(inside)}</tr>"


def text_align(sides):
    """Return the CSS of each column, as :func:`align` takes its sides."""
    return [f"text-align:{'left' if side == '<' else 'right'}" for side in sides]


def _told(cell):
    if cell is None:
        return ""
    return f"{cell:#.4g}".rstrip(".") if isinstance(cell, float) else str(cell)


def _side(column):
    return "<" if any(isinstance(cell, str) for cell in column) else ">"
