"""What a training looks like: losses and test results, collected and drawn."""

from brew.errors import SolverError
from brew.solver import Solver
from brew.views.curves import draw_curves
from brew.views.style import side_by_side

DONE = object()


class TrainingHistory:
    """Drive a solver and remember what it did.

    Parameters
    ----------
    solver : Solver
    test_every : int, default 0
        Test on the first test net before the training and every so many
        iterations; 0 is never.

    Attributes
    ----------
    iters, losses : list
        The iteration number and the smoothed loss after each iteration.
    test_iters : list of int
    test_results : dict of str to list of float
        The mean of each scalar output of the test net, at ``test_iters``.

    Raises
    ------
    SolverError
        If it is no solver, or there is nothing to test on.
    """

    def __init__(self, solver, test_every=0):
        if not isinstance(solver, Solver):
            raise SolverError(
                f"a solver trains, as brew.get_solver makes one, not {solver!r}"
            )
        if test_every and not solver.test_nets:
            raise SolverError(
                f"test_every is {test_every}, but {solver!r} has no test net; give "
                "test_net and test_iter in the solver, or set test_every=0"
            )
        self.solver, self.test_every = solver, test_every
        self.iters, self.losses = [], []
        self.test_iters, self.test_results = [], {}

    def until(self, last_iter):
        """Train up to an iteration, testing in between.

        Yields
        ------
        None
            After each iteration and each batch of a test, so that whoever drives
            the training can do something else, or leave off.
        """
        if self.test_every and not self.test_iters:
            yield from self._test()
        for loss in self.solver.steps(last_iter - self.solver.iter):
            self.iters.append(self.solver.iter)
            self.losses.append(loss)
            yield
            if self.test_every and self.solver.iter % self.test_every == 0:
                yield from self._test()

    def _test(self):
        means = {}
        for means_so_far in self.solver.test_steps(0):
            means = means_so_far
            yield
        self.test_iters.append(self.solver.iter)
        for name, value in means.items():
            if value.size == 1:
                self.test_results.setdefault(name, []).append(float(value))

    def draw(self, last_iter=None):
        """Return the curves: losses at the left, other test results at the right.

        Parameters
        ----------
        last_iter : int, optional
            How far the axes reach at least.
        """
        losses = {"train loss": (self.iters, self.losses)}
        scores = {}
        for name, values in self.test_results.items():
            kind = losses if "loss" in name else scores
            kind[f"test {name}"] = (self.test_iters, values)
        reach = [0, last_iter] if last_iter else []
        left = draw_curves(losses, "Loss", x_reach=reach)
        if not self.test_every:
            return left
        return side_by_side(left, draw_curves(scores, _title(scores), x_reach=reach))


def in_turns(runs):
    """Let several trainings run in turns, a step each, until all have ended.

    Parameters
    ----------
    runs : dict of str to iterator

    Yields
    ------
    str
        The name of the one that has just made a step.
    """
    runs = dict(runs)
    while runs:
        for name, run in tuple(runs.items()):
            if next(run, DONE) is DONE:
                del runs[name]
            else:
                yield name


def watched_output(histories):
    """Return the output of a test net that is drawn: not a loss, if it can be.

    Parameters
    ----------
    histories : iterable of TrainingHistory

    Returns
    -------
    str
        Empty before the first test.
    """
    outputs = [output for history in histories for output in history.test_results]
    scores = [output for output in outputs if "loss" not in output]
    return next(iter([*scores, *outputs]), "")


def _title(scores):
    name = next(iter(scores)) if len(scores) == 1 else "tests"
    return name[0].upper() + name[1:]
