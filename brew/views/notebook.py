"""How nets, blobs and solvers show themselves as the value of a notebook's cell.

A net shows its picture, a blob its numbers, a solver where it stands. All of it is
plain HTML and SVG: no matplotlib, and nothing runs in the page.
"""

from html import escape
from math import ceil

import numpy

from brew.blob import Blob
from brew.net import Net
from brew.solver import Solver
from brew.synced_mem import UNINITIALIZED
from brew.views.net_graph import draw_net, shape_text
from brew.views.style import BLUE, Svg

MOST_LAYERS = 500  # of a net that is drawn unasked
MOST_VALUES = 1_000_000  # of a blob that are looked at
NUM_BARS, BAR, BARS_HEIGHT = 24, 5, 26
SCROLLS = "max-height:640px;overflow:auto"


def net_html(net):
    """Return the picture of a net, or None (its plain text) if it is very large."""
    if len(net.layers) > MOST_LAYERS:
        return None
    return f"<div style='{SCROLLS}'>{draw_net(net)}</div>"


def blob_html(blob):
    """Return a table of the values of a blob, data and diff; allocates nothing."""
    heads = "".join(f"<th>{words}</th>" for words in ("", *_STATISTICS, "distribution"))
    rows = [
        f"<tr><td>{kind}</td>{_cells(blob, mem)}</tr>"
        for kind, mem in (("data", blob.data_mem), ("diff", blob.diff_mem))
    ]
    name = f" <b>{escape(blob.name)}</b>" if blob.name else ""
    size = f"{blob.count:,} values of {blob.dtype.name}"
    return (
        f"Blob{name} {shape_text(blob.shape)}, {size}"
        f"<table><tr>{heads}</tr>{''.join(rows)}</table>"
    )


def solver_html(solver):
    """Return a table that tells where a solver stands."""
    param = solver.param
    rows = {
        "type": solver.type,
        "iteration": f"{solver.iter:,} of {param.max_iter:,}",
        "learning rate": f"{solver.lr:g} (lr_policy {param.lr_policy!r})",
        "trains": repr(solver.net),
        "tests": "<br>".join(escape(repr(net)) for net in solver.test_nets)
        or "nothing",
        "snapshots": _snapshots(param),
    }
    cells = "".join(
        f"<tr><td>{key}</td><td style='text-align:left'>"
        f"{value if key == 'tests' else escape(value)}</td></tr>"
        for key, value in rows.items()
    )
    return f"<table>{cells}</table>"


_STATISTICS: dict = {
    "smallest": numpy.min,
    "mean": numpy.mean,
    "largest": numpy.max,
    "standard deviation": numpy.std,
}


def _cells(blob, mem):
    """Return the cells of one row: statistics and bars."""
    columns = len(_STATISTICS) + 1
    if mem.state == UNINITIALIZED or not blob.count:
        return f"<td colspan='{columns}'>all zero: not used yet</td>"
    values = mem.cpu_data()[: blob.count]
    values = values[:: ceil(blob.count / MOST_VALUES)].astype(numpy.float64)
    finite = values[numpy.isfinite(values)]
    if len(finite) < len(values):
        share = 1 - len(finite) / len(values)
        return f"<td colspan='{columns}'><b>{share:.1%} are NaN or infinite</b></td>"
    told = "".join(f"<td>{f(values):.4g}</td>" for f in _STATISTICS.values())
    return f"{told}<td>{_bars(values)}</td>"


def _bars(values):
    """Return a small histogram, from the smallest value to the largest."""
    low, spread = values.min(), numpy.ptp(values)
    places = (values - low) / spread if spread else numpy.full(values.shape, 0.5)
    heights, _ = numpy.histogram(places, NUM_BARS, (0, 1))
    svg = Svg(NUM_BARS * BAR, BARS_HEIGHT, "how often each value occurs")
    for i, count in enumerate(heights):
        height = BARS_HEIGHT * count / max(heights.max(), 1)
        svg.box(
            i * BAR,
            BARS_HEIGHT - height,
            BAR - 1,
            height,
            BLUE,
            stroke="none",
            radius=0,
        )
    return svg


def _snapshots(param):
    if not param.snapshot:
        return "none while it trains"
    return f"every {param.snapshot:,} iterations: {param.snapshot_prefix}_iter_*"


# Attached from above, since a net must not know how it is drawn.
Net._repr_html_ = net_html  # type: ignore[attr-defined]
Blob._repr_html_ = blob_html  # type: ignore[attr-defined]
Solver._repr_html_ = solver_html  # type: ignore[attr-defined]
