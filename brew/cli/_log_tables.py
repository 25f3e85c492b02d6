"""The tables in the log of a training, as Caffe's ``parse_log.py`` reads them."""

import re
from dataclasses import dataclass
from datetime import datetime
from math import isnan, nan
from pathlib import Path

from brew.errors import FileError
from brew.files import read_bytes

# I1122 09:30:00.123456  4242 solver.py:17] message
CLOCK = re.compile(r"^[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{6}) ")
NUMBER = r"[+-]?(?:\d[\d.]*(?:[eE][+-]?\d+)?|\.\d+|nan|inf)"
ITERATION = re.compile(r"Iteration (\d+)")
RATE = re.compile(rf"lr = ({NUMBER})", re.I)
OUTPUT = re.compile(rf"(Train|Test) net output #\d+: (\S+) = ({NUMBER})", re.I)
FIXED = ("NumIters", "Seconds", "LearningRate")


@dataclass
class LogTables:
    """What a log tells about the outputs of the nets.

    Attributes
    ----------
    train, test : list of dict of str to float
        A row an iteration: ``NumIters``, ``Seconds`` since the start, the
        ``LearningRate``, then each output by its name.
    """

    train: list
    test: list


def read_log_tables(path):
    """Return the tables of a log file.

    Parameters
    ----------
    path : str or Path
        What ``caffe train`` or ``python -m brew train`` wrote to stderr.

    Raises
    ------
    FileError
        If it cannot be read, or is no such log.
    """
    lines = read_bytes(path).decode("utf-8", "replace").splitlines()
    clock = _Clock(path)
    start = next((clock(line) for line in lines if "Solving" in line), None)
    if start is None:
        raise FileError(
            f"{path}: no line with a time and the word 'Solving' is in it; give the "
            "log of a training, what caffe train or brew train wrote to stderr"
        )
    tables = {"train": _Table(), "test": _Table()}
    clock, iteration, rate = _Clock(path), None, nan
    for line in lines:
        moment = clock(line)
        if found := ITERATION.search(line):
            iteration = int(found[1])
        if iteration is None or moment is None:
            continue
        if found := RATE.search(line):
            rate = float(found[1])
        if found := OUTPUT.search(line):
            head = iteration, (moment - start).total_seconds(), rate
            tables[found[1].lower()].add(head, found[2], float(found[3]))
    return LogTables(*(table.finished() for table in tables.values()))


class _Clock:
    """Reads the times of log lines, which do not tell the year."""

    def __init__(self, path):
        self._year = datetime.fromtimestamp(Path(path).stat().st_mtime).year
        self._last = None

    def __call__(self, line):
        found = CLOCK.match(line)
        if not found:
            return None
        try:
            moment = datetime(self._year, *map(int, found.groups()))  # type: ignore[arg-type]
        except ValueError:  # no such day or hour: another line that looks alike
            return None
        if self._last and (self._last - moment).days > 180:  # a new year began
            self._year += 1
            moment = moment.replace(year=self._year)
        self._last = moment
        return moment


class _Table:
    """Collects outputs into rows; a row is full when it is as wide as the first."""

    def __init__(self):
        self.rows = []
        self._row = {}

    def add(self, head, name, value):
        if self._row.get("NumIters") != head[0]:
            if self._row and not self.rows:
                self.rows.append(self._row)
            self._row = dict(zip(FIXED, head, strict=True))
        self._row[name] = value
        if self.rows and len(self._row) == len(self.rows[0]):
            self.rows.append(self._row)
            self._row = {}

    def finished(self):
        if self._row and not self.rows:
            self.rows.append(self._row)  # the only one
        if len(self.rows) > 1 and isnan(self.rows[0]["LearningRate"]):
            # the rate is logged after the first outputs
            self.rows[0]["LearningRate"] = self.rows[1]["LearningRate"]
        return self.rows
