"""Report: what an operation did, parameter by parameter, as a table."""

from html import escape

GOOD, WARNING = "color:#009E73", "color:#D55E00"
_CELL = "text-align:left;padding-right:14px;"


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
        text = [
            "  ".join(f"{cell:{w}}" for cell, w in zip(line, widths, strict=True))
            for line in lines
        ]
        text.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join([self.title, *(line.rstrip() for line in text)])

    def _repr_html_(self):
        head = "".join(f"<th style='{_CELL}'>{x}</th>" for x in self.columns)
        body = "".join(f"<tr>{_cells(row)}</tr>" for row in self.rows)
        return (
            f"<table><caption style='text-align:left'>{escape(self.title)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def _cells(row):
    colours = [""] * len(row)  # the page's own, be it light or dark
    colours[1] = WARNING if row[1] == "skipped" else GOOD
    return "".join(
        f"<td style='{_CELL}{colour}'>{escape(str(value))}</td>"
        for value, colour in zip(row, colours, strict=True)
    )
