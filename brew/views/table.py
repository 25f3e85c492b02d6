"""A small table: text where it is printed, HTML in a notebook."""

from dataclasses import dataclass
from html import escape

ROOM = "padding:4px 8px"  # around a cell: inside a widget a page gives it none


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
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        sides = [_side(column)[0] for column in self._columns()]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if side == "l" else cell.rjust(width)
                for cell, width, side in zip(line, widths, sides, strict=True)
            ).rstrip()
            for line in lines
        )

    __repr__ = __str__

    def _repr_html_(self):
        sides = [_side(column) for column in self._columns()]
        head = _html_row(self.heads, sides, "th")
        body = (_html_row(map(_told, row), sides, "td") for row in self.rows)
        return f"<table><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"

    def _columns(self):
        return [[row[i] for row in self.rows] for i in range(len(self.heads))]


def _told(cell):
    if cell is None:
        return ""
    return f"{cell:#.4g}".rstrip(".") if isinstance(cell, float) else str(cell)


def _side(column):
    return "left" if any(isinstance(cell, str) for cell in column) else "right"


def _html_row(cells, sides, tag):
    return "<tr>{}</tr>".format(
        "".join(
            f"<{tag} style='text-align:{side};{ROOM}'>{escape(cell)}</{tag}>"
            for cell, side in zip(cells, sides, strict=True)
        )
    )
