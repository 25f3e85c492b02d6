"""Train a model of the zoo anew, as its parameters were trained that come with brew."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from brew.proto.binary import write_message
from brew.solver_nets import solver_param
from brew.solvers import get_solver
from brew.zoo.base import without_base
from brew.zoo.cards import path, read_card
from brew.zoo.weights import BASE, base_weights, file_name


def retrain(name: str, step: Callable[[], None] = lambda: None) -> Path:
    """Train a model by its solver, from its base, and write what is new.

    The solver is ``solver.prototxt``, or what the card names as ``solver``. The same
    machine, version of brew and number of threads make the same bytes.

    Parameters
    ----------
    name : str
        A model of the zoo whose card names a caffemodel.
    step : callable, optional
        Called after each iteration.

    Returns
    -------
    Path
        The caffemodel, in the working folder.

    Raises
    ------
    FileError
        If there is no such model, its card names no caffemodel, it has no solver, or
        the parameters of its base cannot be had.
    """
    folder, facts = path(name), read_card(name).facts
    written = Path(file_name(facts, folder))
    base = base_weights(facts, folder) if BASE in facts else None
    param = solver_param(folder / facts.get("solver", "solver.prototxt"))
    param.weights.extend([str(base)] if base else [])
    with closing(get_solver(param)) as solver:
        solver.add_callback(lambda: None, step)
        # not solve(): the batch it looks at in the end would enter BatchNorm's sums
        solver.step(param.max_iter)
        net = solver.net.to_proto()
    write_message(without_base(net, base) if base else net, written)
    return written
