"""Report: what an operation did, parameter by parameter, as a table."""

from html import escape

from brew.table import align, html_row, html_table

GOOD, WARNING = "color:#009E73", "color:#D55E00"
CELL = "text-align:left;padding-right:14px;"


class Report:
    """A table that a person reads, with a row for each parameter.

    Parameters
    ----------
    title : str
    columns : sequence of str
    rows : list of tuple
        As many values as columns. The second is what was done: its colour in a
        notebook.
    """

    def __init__(self, title, columns, rows):
        self.title, self.columns, self.rows = title, tuple(columns), rows

    def count(self, action):
        """Return how many rows tell of this action, say ``"copied"``."""
        return sum(row[1] == action for row in self.rows)

    def __iter__(self):
        return iter(self.rows)

    def __len__(self):
        return len(self.rows)

    def __repr__(self):
        lines = [self.columns, *[tuple(map(str, row)) for row in self.rows]]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        lines.insert(1, tuple("-" * width for width in widths))
        return "\n".join([self.title, *align(lines, "<" * len(widths))])

    def _repr_html_(self):
        head = html_row(self.columns, [CELL] * len(self.columns), "th")
        body = [html_row(map(str, row), _styles(row)) for row in self.rows]
        title = f"<caption style='text-align:left'>{escape(self.title)}</caption>"
        return html_table(head, body, title)


def _styles(row):
    """Return the CSS of each cell: what was done has a colour, in dark pages, too."""
    styles = [CELL] * len(row)
    styles[1] += WARNING if row[1] == "skipped" else GOOD
    return styles
