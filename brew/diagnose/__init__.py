"""The doctor: names what is wrong with a training, with evidence and remedy.

>>> from brew import diagnose
>>> doctor = diagnose.watch(solver)  # doctest: +SKIP
>>> solver.step(500)  # doctest: +SKIP
>>> doctor  # doctest: +SKIP
Nothing found: all looked healthy up to iteration 499.

It looks and never touches: a training that is watched ends with the same bits. It
speaks only when it is sure; what it says nothing about may still be wrong.

`watch` follows a solver; `examine` looks at a solver, a net or a finished log of Caffe
or brew; ``python -m brew diagnose train.log`` does the latter from the command line.
"""

from pathlib import Path

from brew.diagnose.curves import judge_curves
from brew.diagnose.doctor import Doctor, watch
from brew.diagnose.finding import Diagnosis, Finding
from brew.diagnose.log_record import read_log
from brew.diagnose.nets import judge_net, judge_solver
from brew.net import Net

__all__ = ["Diagnosis", "Doctor", "Finding", "examine", "watch"]


def examine(patient):
    """Say what is wrong with a solver, a net or a finished training.

    Parameters
    ----------
    patient : Solver, Net, str or Path
        A solver: if it was watched, all that was seen, else how it is set up. A net:
        how it is built, and what its blobs hold now. A path: the log of a training,
        written by Caffe or brew.

    Returns
    -------
    Diagnosis
        A list of findings; empty if nothing is wrong for certain.

    Raises
    ------
    SolverError
        If it is none of these.
    FileError
        If the log cannot be read.
    ProtoError
        If the file is no log of a training.
    """
    if isinstance(patient, str | Path):
        record = read_log(patient)
        return Diagnosis(judge_curves(record), record.describe())
    if isinstance(patient, Net):
        return Diagnosis(judge_net(patient), f"{patient!r} looked healthy")
    doctor = Doctor.of(patient)  # which refuses all but solvers
    if doctor is not None:
        return doctor.examine()
    return Diagnosis(
        judge_solver(patient), "its setup looked healthy, and it was not watched"
    )
