"""What pycaffe offers for training on several GPUs; here one process trains.

The numbers and the class are there so that scripts such as Caffe's ``train.py`` run
on one device as they are: one solver has nobody to exchange gradients with.
"""

import secrets

from brew.backend import whole_number
from brew.errors import BackendError

_solvers = {"count": 1, "rank": 0, "multiprocess": False}


def has_nccl():
    """Tell whether gradients can be exchanged by NCCL: no."""
    return False


def solver_count():
    """Return how many solvers train together, as set; at first 1."""
    return _solvers["count"]


def set_solver_count(count):
    """Set how many solvers train together; more than one cannot, see `NCCL`."""
    _solvers["count"] = whole_number(count, "the number of solvers", least=1)


def solver_rank():
    """Return the number of this solver among them, as set; at first 0."""
    return _solvers["rank"]


def set_solver_rank(rank):
    """Set the number of this solver, from 0 on."""
    _solvers["rank"] = whole_number(rank, "the rank of a solver")


def set_multiprocess(multiprocess):
    """Set whether each solver has a process of its own; it makes no difference."""
    _solvers["multiprocess"] = bool(multiprocess)


class NCCL:
    """The group of solvers that exchange gradients, here a group of one.

    It can be given to ``solver.add_callback`` and ``net.after_backward``, and does
    nothing there.

    Parameters
    ----------
    solver : Solver
        The one that trains.
    uid : bytes
        From :meth:`new_uid`, the same for all of the group.

    Raises
    ------
    BackendError
        If ``set_solver_count`` has asked for more than one solver.
    """

    def __init__(self, solver, uid):
        if solver_count() > 1:
            raise BackendError(
                f"{solver_count()} solvers cannot train together: there is no NCCL; "
                "train on one device, with caffe.set_solver_count(1)"
            )
        self.solver = solver
        self.uid = uid

    @staticmethod
    def new_uid():
        """Return bytes that name a new group."""
        return secrets.token_bytes(128)

    def bcast(self):
        """Send the parameters of the first solver to the others: there are none."""

    def on_start(self):
        """Do nothing before an iteration."""

    def on_gradients_ready(self):
        """Do nothing with the gradients: they are those of the whole group."""

    def __call__(self, layer):
        """Do nothing after the backward pass of a layer."""
