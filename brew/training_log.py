"""What the log of a training says, line by line, as Caffe and brew write it."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from brew.files import AnyPath, read_bytes

# I1122 09:30:00.123456  4242 solver.py:17] message
_LINE = re.compile(r"[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{6}) .*?\] *(.*)")
LEAP_DAY = "0229"
_ITERATION = re.compile(r"Iteration (\d+)")
_NUMBER = r"(?P<value>[+-]?(?:\d[\d.]*(?:e[+-]?\d+)?|\.\d+|nan|inf))"
_KINDS = {
    "solving": "Solving",
    "resumed": "Resuming from|Restoring previous solver status",
    "testing": r"Iteration \d+, Testing net \(#(?P<net>\d+)\)",
    "loss": rf"Iteration \d+(?: \(.*?\))?, loss = {_NUMBER}",
    "rate": rf"Iteration \d+, lr = {_NUMBER}",
    "test": rf"Test net output #\d+: (?P<name>\S+) = {_NUMBER}",
    "train": rf"Train net output #\d+: (?P<name>\S+) = {_NUMBER}(?P<weight> \(\* )?",
}
_PATTERNS = {kind: re.compile(text, re.I) for kind, text in _KINDS.items()}


class Entry(NamedTuple):
    """What one line says.

    Attributes
    ----------
    kind : str
        ``"solving"`` begins a training, ``"resumed"`` goes on with one, ``"testing"``
        begins a test; ``"loss"`` and ``"rate"`` have a value; ``"train"`` and
        ``"test"`` have the value of an output of the net.
    time : datetime
        The log does not tell the year: it is that of the file, or the leap year before
        if there is a February 29.
    iteration : int
        The one that was told last; 0 before the first.
    value : float
    name : str
        Of the output.
    is_loss : bool
        Has the output of the train net a weight in its loss?
    test_net : int
        The test net that was told last.
    """

    kind: str
    time: datetime
    iteration: int
    value: float
    name: str
    is_loss: bool
    test_net: int


def read_entries(path: AnyPath) -> Iterator[Entry]:
    """Yield what the lines of a log say; other lines are passed over.

    Parameters
    ----------
    path : str or Path
        What ``caffe train`` or ``python -m brew train`` wrote to stderr.

    Raises
    ------
    FileError
        If it cannot be read.
    """
    lines = read_bytes(path).decode("utf-8", "replace").splitlines()
    clock = _Clock(path, lines)
    iteration = test_net = 0
    for line in lines:
        parts = _LINE.match(line)
        time = clock(parts.groups()[:-1]) if parts else None
        if parts is None or time is None:
            continue
        if told := _ITERATION.search(parts[7]):
            iteration = int(told[1])
        for kind, pattern in _PATTERNS.items():
            if found := pattern.match(parts[7]):
                says = found.groupdict()
                test_net = int(says.get("net", test_net))
                value, name = float(says.get("value", "nan")), says.get("name", "")
                is_loss = bool(says.get("weight"))
                yield Entry(kind, time, iteration, value, name, is_loss, test_net)


class _Clock:
    """Turns month, day, hour, minute, second, microsecond into a time."""

    def __init__(self, path, lines):
        self._year = datetime.fromtimestamp(Path(path).stat().st_mtime).year
        self._month = 1
        dates = [parts[1] + parts[2] for parts in map(_LINE.match, lines) if parts]
        if LEAP_DAY in dates:
            self._year -= self._year % 4 + (dates[0] > LEAP_DAY)

    def __call__(self, numbers):
        month, *rest = map(int, numbers)
        year = self._year + (month < self._month - 6)  # a new year began
        try:
            time = datetime(year, month, *rest)  # type: ignore[arg-type]
        except ValueError:  # no such day or hour: another line that looks alike
            return None
        self._year, self._month = year, month
        return time
