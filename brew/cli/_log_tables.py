"""The tables in the log of a training, as Caffe's ``parse_log.py`` reads them."""

from dataclasses import dataclass
from math import isnan, nan

from brew.errors import FileError
from brew.training_log import read_entries

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
    tables = {"train": _Table(), "test": _Table()}
    start, rate = None, nan
    for entry in read_entries(path):
        if entry.kind == "solving":
            start = start or entry.time
        elif entry.kind == "rate":
            rate = entry.value
        elif entry.kind in tables and start is not None:
            head = entry.iteration, (entry.time - start).total_seconds(), rate
            tables[entry.kind].add(head, entry.name, entry.value)
    if start is None:
        raise FileError(
            f"{path}: no line with a time and the word 'Solving' is in it; give the "
            "log of a training, what caffe train or brew train wrote to stderr"
        )
    return LogTables(*(table.finished() for table in tables.values()))


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
