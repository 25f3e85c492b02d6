"""Make the Record of a training from its log."""

from brew.diagnose.record import Record
from brew.errors import ProtoError
from brew.training_log import read_entries


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
    for kind, _, iteration, value, name, is_loss, test_net in read_entries(path):
        if kind == "loss":
            totals.append((iteration, value))
        elif kind == "rate":
            record.rates.append((iteration, value))
        elif kind == "test" and test_net == 0:
            record.tests.setdefault(name, []).append((iteration, value))
        elif kind == "train" and is_loss:
            record.losses.setdefault(name, []).append((iteration, value))
        elif kind == "resumed":
            record.starts = False
    if not totals:
        raise ProtoError(
            f"{path}: no line such as 'Iteration 100, loss = 2.3' is in it; give the "
            "log of a training, what caffe train or brew train wrote to stderr"
        )
    record.losses = record.losses or {"loss": totals}
    return record
