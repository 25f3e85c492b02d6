"""check_solver: see whether a solver takes the steps that its formula says.

The problem is small enough to solve by hand: least squares, with rates and decays
that differ for weight and bias.
"""

import tempfile
from pathlib import Path

import numpy

from brew.errors import CheckError, SolverError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.solver import BLOCK
from brew.solvers import solver_class
from brew.testing.compare import compare
from brew.testing.sample import lopsided
from brew.testing.solver_step import Step, likely_mistake
from brew.testing.updates import DECOUPLED, UPDATES, rate_by_hand

RTOL = 1e-4  # the solver computes in float32, the hand in float64

NET = """
    name: "least squares"
    layer {{
      name: "data" type: "Input" top: "x" top: "t"
      input_param {{ shape {{ dim: 6 dim: 4 }} shape {{ dim: 6 dim: {num_output} }} }}
    }}
    layer {{
      name: "line" type: "InnerProduct" bottom: "x" top: "y"
      param {{ lr_mult: 1 decay_mult: 1 }} param {{ lr_mult: 2 decay_mult: 0.5 }}
      inner_product_param {{ num_output: {num_output} }}
    }}
    layer {{
      name: "loss" type: "EuclideanLoss" bottom: "y" bottom: "t" top: "loss"
    }}
"""

# What else a solver has to cope with. A trial is left out if the caller sets one of
# its fields.
TRIALS = {
    "as given": {},
    "with weight decay": {"weight_decay": 0.2},
    "with L1 decay": {"weight_decay": 0.2, "regularization_type": "L1"},
    "with clipped gradients": {"clip_gradients": 0.5},
    "with three passes an update": {"iter_size": 3},
    "with all of that": {"weight_decay": 0.2, "clip_gradients": 0.5, "iter_size": 3},
    "with a falling rate": {"lr_policy": "exp", "gamma": 0.9},
    "with large parameters": {"num_output": BLOCK // 8 * 3, "max_iter": 2},
}


class SolverReport:
    """What :func:`check_solver` compared.

    Attributes
    ----------
    title : str
        Which solver, with which fields.
    rows : list of (int, float, float)
        The steps of the first trial: iteration, rate as computed by hand, and loss
        as the solver saw it.
    trials : list of str
        Under which circumstances the steps were as by hand.
    """

    def __init__(self, title, rows, trials):
        self.title = title
        self.rows = rows
        self.trials = trials

    def __repr__(self):
        lines = [self.title, "iteration        rate        loss"]
        lines += [
            f"{i:>9}  {rate:>10.6f}  {loss:>10.6f}" for i, rate, loss in self.rows
        ]
        lines += [f"all steps as by hand {trial}" for trial in self.trials]
        return "\n".join([*lines, "resumes to the bit"])


def check_solver(solver, update=None, num_iters=8, decoupled_decay=None, **fields):
    """Compare each step of a solver with the step computed by hand.

    The fields are tried as given, then also with weight decay, clipping, several
    passes an update, a falling rate, and parameters so large that they come in
    pieces. At last a snapshot is written half-way: a solver restored from it must
    take the same second half, to the bit.

    Parameters
    ----------
    solver : str or type
        A solver type such as ``"Adam"``, or a class that derives from
        :class:`brew.solver.Solver`. One of your own with the ``type`` of one of
        brew's is compared with the formula of that.
    update : callable, optional
        The formula: ``update(g, a, h, p, t)`` as those in
        :mod:`brew.testing.updates`. Needed for a type of your own.
    num_iters : int, default 8
        How many steps to compare.
    decoupled_decay : bool, optional
        Whether weight decay goes past the formula. Default: as the type does; no,
        for a type of your own.
    **fields
        Fields of the SolverParameter, such as ``momentum=0.9``.

    Returns
    -------
    SolverReport
        One line a step, one a trial.

    Raises
    ------
    CheckError
        If a step differs; names the iteration, the parameter, the element, and the
        mistake that leads to such a step, if it is a common one.
    SolverError
        If there is no formula to compare with, or the solver refuses the fields.

    Examples
    --------
    >>> from brew.testing import check_solver
    >>> check_solver("SGD", momentum=0.9, num_iters=1)  # doctest: +ELLIPSIS
    SGD solver {'momentum': 0.9}
    iteration        rate        loss
            0    0.050000    1.858...
    all steps as by hand as given
    all steps as by hand with weight decay
    ...
    resumes to the bit
    """
    maker = solver_class(solver) if isinstance(solver, str) else solver
    formula = update or _known_formula(maker)
    if decoupled_decay is None:
        decoupled_decay = update is None and maker.type in DECOUPLED
    title = f"{maker.type} solver {fields}"
    reports = {}
    for trial, more in TRIALS.items():
        if not set(more) & set(fields):
            param = _solver_param(num_iters, more | fields)
            started = _start(maker, param)
            step = Step(param, formula, decoupled_decay, started.net)
            try:
                reports[trial] = _compare_steps(started, step)
            except CheckError as error:
                raise CheckError(f"{title}, {trial}: {error}") from None
    _compare_resumed(maker, _solver_param(num_iters, fields), title)
    return SolverReport(title, reports["as given"], list(reports))


def _known_formula(maker):
    if maker.type not in UPDATES:
        raise SolverError(
            f"{maker.__name__} has the type {maker.type!r}, for which brew knows no "
            "formula; hand over yours: check_solver(..., update=my_update), with "
            "my_update(g, a, h, p, t) like those in brew.testing.updates"
        )
    return UPDATES[maker.type]


def _solver_param(num_iters, fields):
    param = caffe_pb2.SolverParameter(base_lr=0.05, lr_policy="fixed", random_seed=1)
    param.max_iter = num_iters
    net = NET.format(num_output=fields.get("num_output", 3))
    param.net_param.CopyFrom(parse_text(net, caffe_pb2.NetParameter()))
    for name, value in fields.items():
        if isinstance(value, list):
            getattr(param, name).extend(value)
        elif name != "num_output":
            setattr(param, name, value)
    return param


def _start(maker, param):
    """Return a solver whose data and parameters are lopsided samples.

    Larger ones repeat the same numbers: among many there would be gradients so near
    to 0 that float32 rounds them away.
    """
    solver, rng = maker(param), numpy.random.default_rng(1)
    blobs = [solver.net.blobs["x"], solver.net.blobs["t"], *solver.net.params["line"]]
    ranges = [lopsided(), lopsided(), *[lopsided(-0.5, 1.0, avoid=[0])] * 2]
    shapes, k = [(6, 4), (6, 3), (3, 4), (3,)], blobs[1].shape[1] // 3
    repeats = [1, k, (k, 1), k]
    for blob, draw, shape, times in zip(blobs, ranges, shapes, repeats, strict=True):
        blob.data[...] = numpy.tile(draw(shape, rng), times)
    return solver


def _compare_steps(solver, step):
    rows = []
    for i in range(solver.param.max_iter):
        step.prepare(_params(solver), rate_by_hand(solver.param, i), i + 1)
        next(solver.steps(1))
        if solver.iter != i + 1:
            raise CheckError(
                f"iter is {solver.iter} after update {i + 1}; every update adds 1"
            )
        before, after = step.params, _params(solver)
        taken = [old - new for old, new in zip(before, after, strict=True)]
        _compare_step(step, taken, i)
        rows.append((i, step.rate, float(solver.net.blobs["loss"].data)))
    return rows


def _compare_step(step, taken, i):
    for k, (got, want) in enumerate(zip(taken, step.advance(), strict=True)):
        what = f"step of line[{k}] at iteration {i}"
        try:
            compare(what, got, want, RTOL, step.rounding(k))
        except CheckError as error:
            raise CheckError(f"{error}{likely_mistake(step, taken)}") from None


def _params(solver):
    return [blob.data.astype("float64") for blob in solver.net.params["line"]]


def _compare_resumed(maker, param, title):
    """Raise unless a snapshot half-way leads to the same end, to the bit."""
    with tempfile.TemporaryDirectory() as folder:
        param.snapshot_prefix = str(Path(folder) / "half")
        whole, half = _start(maker, param), param.max_iter // 2
        whole.step(half)
        _, state = whole.snapshot()
        whole.step(param.max_iter - half)
        resumed = _start(maker, param)
        resumed.restore(state)
    resumed.step(param.max_iter - half)
    pairs = zip(_params(resumed), _params(whole), strict=True)
    for k, (got, want) in enumerate(pairs):
        what = f"{title}: line[{k}] after resuming at iteration {half}"
        try:
            compare(what, got, want)
        except CheckError as error:
            raise CheckError(
                f"{error}; what the solver remembers from step to step must be in "
                "`history`, or it is not in the snapshot"
            ) from None
