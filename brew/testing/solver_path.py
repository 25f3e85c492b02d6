"""check_solver: see whether a solver takes the steps that its formula says.

The problem is small enough to solve by hand: least squares, with rates and decays
that differ for weight and bias.
"""

import tempfile
from pathlib import Path

import numpy

from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.solvers import SOLVERS
from brew.testing.compare import compare
from brew.testing.sample import lopsided
from brew.testing.updates import RATES, UPDATES, clipped, decayed

RTOL = 1e-4  # the solver computes in float32, the hand in float64
LR_MULTS, DECAY_MULTS = (1.0, 2.0), (1.0, 0.5)  # of weight and bias, as below

NET = """
    name: "least squares"
    layer {
      name: "data" type: "Input" top: "x" top: "t"
      input_param { shape { dim: 6 dim: 4 } shape { dim: 6 dim: 3 } }
    }
    layer {
      name: "line" type: "InnerProduct" bottom: "x" top: "y"
      param { lr_mult: 1 decay_mult: 1 } param { lr_mult: 2 decay_mult: 0.5 }
      inner_product_param { num_output: 3 }
    }
    layer {
      name: "loss" type: "EuclideanLoss" bottom: "y" bottom: "t" top: "loss"
    }
"""


class SolverReport:
    """What :func:`check_solver` compared: a row ``(iteration, rate, loss)`` a step.

    Attributes
    ----------
    title : str
        Which solver, with which fields.
    rows : list of (int, float, float)
        The rate as computed by hand, the loss as the solver saw it.
    """

    def __init__(self, title, rows):
        self.title = title
        self.rows = rows

    def __repr__(self):
        lines = [self.title, "iteration        rate        loss"]
        lines += [
            f"{i:>9}  {rate:>10.6f}  {loss:>10.6f}" for i, rate, loss in self.rows
        ]
        return "\n".join([*lines, "all steps as by hand; resumes to the bit"])


def check_solver(solver, update=None, num_iters=8, **fields):
    """Compare each step of a solver with the step computed by hand.

    Also writes a snapshot half-way, and sees that a solver restored from it takes
    the same second half, to the bit.

    Parameters
    ----------
    solver : str or type
        A solver type such as ``"Adam"``, or a class that derives from
        :class:`brew.solver.Solver`.
    update : callable, optional
        The formula: ``update(g, a, h, p, t)`` as those in
        :mod:`brew.testing.updates`. Needed for a class of your own.
    num_iters : int, default 8
        How many steps to compare.
    **fields
        Fields of the SolverParameter, such as ``momentum=0.9``.

    Returns
    -------
    SolverReport
        One line a step.

    Raises
    ------
    CheckError
        If a step differs; names the iteration, the parameter and the element.

    Examples
    --------
    >>> from brew.testing import check_solver
    >>> check_solver("SGD", momentum=0.9, num_iters=1)  # doctest: +ELLIPSIS
    SGD solver {'momentum': 0.9}
    iteration        rate        loss
            0    0.050000    1.858...
    all steps as by hand; resumes to the bit
    """
    maker = SOLVERS[solver] if isinstance(solver, str) else solver
    param = _solver_param(num_iters, fields)
    rows = _compare_steps(_start(maker, param), update or UPDATES[maker.type])
    _compare_resumed(maker, param)
    return SolverReport(f"{maker.type} solver {fields}", rows)


def _solver_param(num_iters, fields):
    param = caffe_pb2.SolverParameter(base_lr=0.05, lr_policy="fixed", random_seed=1)
    param.max_iter = num_iters
    param.net_param.CopyFrom(parse_text(NET, caffe_pb2.NetParameter()))
    for name, value in fields.items():
        if isinstance(value, list):
            getattr(param, name).extend(value)
        else:
            setattr(param, name, value)
    return param


def _start(maker, param):
    """Return a solver whose data and parameters are lopsided samples."""
    solver, rng = maker(param), numpy.random.default_rng(1)
    for blob in solver.net.blobs["x"], solver.net.blobs["t"]:
        blob.data[...] = lopsided()(blob.shape, rng)
    for blob in solver.net.params["line"]:
        blob.data[...] = lopsided(-0.5, 1.0, avoid=[0])(blob.shape, rng)
    return solver


def _compare_steps(solver, update):
    memories, rows = ({}, {}), []
    for i in range(solver.param.max_iter):
        before = _params(solver)
        rate = solver.param.base_lr * RATES[solver.param.lr_policy](solver.param, i)
        want = _updates_by_hand(solver, before, rate, memories, update)
        solver.step(1)
        for k, (old, new) in enumerate(zip(before, _params(solver), strict=True)):
            what = f"step of line[{k}] at iteration {i}"
            compare(what, old - new, want[k], RTOL, atol=3e-7 * numpy.abs(old).max())
        rows.append((i, rate, float(solver.net.blobs["loss"].data)))
    return rows


def _params(solver):
    return [blob.data.astype("float64") for blob in solver.net.params["line"]]


def _updates_by_hand(solver, params, rate, memories, update):
    p, (W, b) = solver.param, params
    x, t = (solver.net.blobs[name].data.astype("float64") for name in "xt")
    error = (x @ W.T + b - t) / len(x)
    sums = [p.iter_size * (error.T @ x), p.iter_size * error.sum(axis=0)]
    updates = []
    for k, g in enumerate(clipped(sums, p.clip_gradients)):
        decay = p.weight_decay * DECAY_MULTS[k]
        g = decayed(g / p.iter_size, params[k], decay, p.regularization_type)
        local_rate = rate * LR_MULTS[k]
        updates.append(update(g, local_rate, memories[k], p, solver.iter + 1))
    return updates


def _compare_resumed(maker, param):
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
        compare(f"line[{k}] after resuming at iteration {half}", got, want)
