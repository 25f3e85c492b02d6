"""TrainingMonitor: watch a solver train, and start, pause and stop it."""

from brew.views.training import TrainingHistory
from brew.widgets.driver import Driver


class TrainingMonitor(Driver):
    """Train a solver in a notebook while its curves grow.

    See :class:`brew.widgets.driver.Driver` for the buttons, and what they do in a
    script.

    Parameters
    ----------
    solver : Solver
        Any solver of any net, also with layers of your own.
    num_iters : int
        How many iterations Start trains at most.
    test_every : int, default 0
        Test on the first test net at the beginning and every so many iterations;
        0 is never.

    Attributes
    ----------
    history : TrainingHistory
        Iterations, losses and test results so far.
    state : str
        "ready", "training", "paused", "stopped", "done" or "failed".

    Raises
    ------
    SolverError
        If there is nothing to test on, or num_iters is no number of iterations.
    """

    def __init__(self, solver, num_iters, test_every=0):
        self.history = TrainingHistory(solver, test_every)
        self.solver = solver
        super().__init__(
            lambda: self.history.until(self.last_iter), num_iters, solver.iter
        )

    def snapshot(self):
        """Return the present picture as an SVG that needs no kernel."""
        return self.history.draw(self.last_iter)

    def progress(self):
        """Return the present iteration, and the loss in words."""
        losses = self.history.losses
        return self.solver.iter, f", loss {losses[-1]:.4f}" if losses else ""
