r"""Draw curves from the logs of one or several trainings.

Examples::

    python -m brew plot train_loss_vs_iters loss.svg train.log
    python -m brew plot test_accuracy_vs_seconds accuracy.png first.log second.log
    python -m brew plot 6 loss.png train.log

A chart is train or test, an output of the net (or learning_rate), and what it is drawn
over, iters or seconds. Caffe's charts have numbers, too:

    0 test_accuracy_vs_iters          1 test_accuracy_vs_seconds
    2 test_loss_vs_iters              3 test_loss_vs_seconds
    4 train_learning_rate_vs_iters    5 train_learning_rate_vs_seconds
    6 train_loss_vs_iters             7 train_loss_vs_seconds
"""

import re
from pathlib import Path

from brew.cli._flags import Parser
from brew.cli._log_tables import FIXED, read_log_tables
from brew.errors import FileError, did_you_mean
from brew.files import write_atomically
from brew.views.curves import draw_curves
from brew.views.raster import rasterize

CHARTS = [
    f"{what}_vs_{over}"
    for what in ("test_accuracy", "test_loss", "train_learning_rate", "train_loss")
    for over in ("iters", "seconds")
]
OVER = {"iters": ("NumIters", "iteration"), "seconds": ("Seconds", "seconds")}


def main(argv: list[str]) -> int:
    """Run ``plot CHART PICTURE LOG...``."""
    parser = Parser("plot", __doc__)
    parser.add_argument("chart", metavar="CHART", help="its name, or Caffe's number")
    parser.add_argument("picture", metavar="PICTURE", help="the .svg or .png to write")
    parser.add_argument("logs", metavar="LOG", nargs="+", help="a log of a training")
    given = parser.parse(argv)
    if given.chart.isdecimal() and int(given.chart) < len(CHARTS):
        given.chart = CHARTS[int(given.chart)]
    found = re.fullmatch(r"(train|test)_(.+)_vs_(iters|seconds)", given.chart)
    if not found:
        parser.error(
            f"there is no chart {given.chart!r}.{did_you_mean(given.chart, CHARTS)} "
            f"Take one of {', '.join(CHARTS)}, or the number of one of them, from 0 on"
        )
    form = Path(given.picture).suffix[1:].lower()
    if not form:
        parser.error(f"{given.picture}: give it an ending, .svg or .png")
    svg = _draw(found, given.logs)
    content = str(svg).encode() if form == "svg" else rasterize(svg, form)
    with write_atomically(given.picture) as file:
        file.write(content)
    return 0


def _draw(chart, logs):
    phase, name, over = chart.groups()
    column = "LearningRate" if name == "learning_rate" else name
    x, x_label = OVER[over]
    series = {}
    for label, path in zip(_labels(logs), logs, strict=True):
        rows = getattr(read_log_tables(path), phase)
        columns = {name for row in rows for name in row}
        if column not in columns:
            known = sorted(columns - set(FIXED)) or ["none"]
            raise FileError(
                f"{path}: the {phase} net has no output {name!r}."
                f"{did_you_mean(name, known)} It has: {', '.join(known)}"
            )
        kept = [row for row in rows if column in row]
        series[label] = [row[x] for row in kept], [row[column] for row in kept]
    words = "learning rate" if column in FIXED else f"{phase} {name}"
    title = words[0].upper() + words[1:]
    return draw_curves(series, title, x_label, size=(640, 400))


def _labels(logs):
    """Return the names of files without their folders, if these tell them apart."""
    names = [Path(log).name for log in logs]
    return names if len(set(names)) == len(names) else logs
