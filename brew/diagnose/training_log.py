"""Read the log of a training, as Caffe and brew write it."""

import re

from brew.diagnose.record import Record
from brew.errors import ProtoError
from brew.files import read_bytes

_NUMBER = r"[-+]?(?:nan|inf|[\d.]+(?:e[-+]?\d+)?)"
_ITERATION = re.compile(rf"\] Iteration (\d+)(?: \(.*?\))?, loss = ({_NUMBER})", re.I)
_OUTPUT = re.compile(
    rf"\] +(Train|Test) net output #\d+: (\S+) = ({_NUMBER})(?P<loss> \(\* )?", re.I
)
_TESTING = re.compile(r"\] Iteration (\d+), Testing net \(#(\d+)\)")
_RATE = re.compile(rf"\] Iteration (\d+), lr = ({_NUMBER})", re.I)
_RESUMED = re.compile(r"\] (?:Resuming from|Restoring previous solver status)")


def read_log(path):
    """Return the Record of a log file.

    Parameters
    ----------
    path : str or Path
        What ``caffe train`` or ``python -m brew train`` wrote to stderr.

    Raises
    ------
    FileError
        If the file cannot be read.
    ProtoError
        If there is no line with an iteration and its loss.
    """
    record, totals = Record(), []
    iteration = test_net = 0
    for line in read_bytes(path).decode("utf-8", "replace").splitlines():
        if found := _ITERATION.search(line):
            iteration = int(found[1])
            totals.append((iteration, float(found[2])))
        elif found := _TESTING.search(line):
            iteration, test_net = int(found[1]), int(found[2])
        elif found := _RATE.search(line):
            record.rates.append((int(found[1]), float(found[2])))
        elif found := _OUTPUT.search(line):
            _add_output(record, found, iteration, test_net)
        elif _RESUMED.search(line):
            record.starts = False
    if not totals:
        raise ProtoError(
            f"{path}: no line such as 'Iteration 100, loss = 2.3' is in it; give the "
            "log of a training, what caffe train or brew train wrote to stderr"
        )
    record.losses = record.losses or {"loss": totals}
    return record


def _add_output(record, found, iteration, test_net):
    kind, name, value = found[1], found[2], float(found[3])
    if kind == "Test" and test_net == 0:
        record.tests.setdefault(name, []).append((iteration, value))
    elif kind == "Train" and found["loss"]:
        record.losses.setdefault(name, []).append((iteration, value))
