"""Turn the log of a training into two tables, for spreadsheets.

Examples::

    python -m brew train --solver=solver.prototxt 2> train.log
    python -m brew parse_log train.log .

This writes train.log.train and train.log.test, with the columns NumIters, Seconds,
LearningRate, and one for each output of the net.
"""

import csv
import io
from pathlib import Path

from brew.cli._flags import Parser
from brew.cli._log_tables import read_log_tables
from brew.files import write_atomically


def main(argv: list[str]) -> int:
    """Run ``parse_log LOG FOLDER``."""
    parser = Parser("parse_log", __doc__)
    parser.add_argument("log", metavar="LOG", help="what the training wrote to stderr")
    parser.add_argument("folder", metavar="FOLDER", help="where the tables shall be")
    parser.add_argument("--verbose", action="store_true", help="tell what is written")
    parser.add_argument(
        "--delimiter", default=",", help="what stands between the columns [,]"
    )
    given = parser.parse(argv)
    if len(given.delimiter) != 1:
        parser.error(f"--delimiter must be one character, not {given.delimiter!r}")
    tables = read_log_tables(given.log)
    for name, rows in vars(tables).items():
        path = Path(given.folder) / f"{Path(given.log).name}.{name}"
        with write_atomically(path) as file:
            file.write(_as_csv(rows, given.delimiter).encode())
        if given.verbose:
            print(f"Wrote {path}")
    return 0


def _as_csv(rows, delimiter):
    if not rows:
        return ""
    text = io.StringIO()
    columns = list(rows[0])
    writer = csv.DictWriter(
        text, columns, extrasaction="ignore", delimiter=delimiter, lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
