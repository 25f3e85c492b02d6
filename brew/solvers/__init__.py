"""The solver types, each a file with one ``compute_update``."""

from brew.errors import SolverError, did_you_mean
from brew.solver_nets import solver_param
from brew.solvers.adadelta import AdaDeltaSolver
from brew.solvers.adagrad import AdaGradSolver
from brew.solvers.adam import AdamSolver
from brew.solvers.adamw import AdamWSolver
from brew.solvers.nesterov import NesterovSolver
from brew.solvers.rmsprop import RMSPropSolver
from brew.solvers.sgd import SGDSolver

SOLVERS = {
    solver.type: solver
    for solver in (
        SGDSolver,
        NesterovSolver,
        AdaGradSolver,
        RMSPropSolver,
        AdaDeltaSolver,
        AdamSolver,
        AdamWSolver,
    )
}


def get_solver(solver):
    """Return a solver of the type that a solver prototxt names.

    Parameters
    ----------
    solver : str, Path or SolverParameter
        Its ``type`` ["SGD"] is one of SGD, Nesterov, AdaGrad, RMSProp, AdaDelta,
        Adam, AdamW.

    Raises
    ------
    SolverError
        If the type is unknown; and whatever the solver itself raises.
    """
    param = solver_param(solver)
    return solver_class(param.type)(param)


def solver_class(name):
    """Return the class of the solver type `name`; SolverError if there is none."""
    if name not in SOLVERS:
        raise SolverError(
            f"solver type {name!r} is unknown."
            + did_you_mean(name, SOLVERS)
            + f" Known: {', '.join(SOLVERS)}"
        )
    return SOLVERS[name]
