"""SolverShowdown: watch several solvers race on one net."""

import ipywidgets

from brew.errors import SolverError
from brew.views.showdown import Race
from brew.views.style import LINES
from brew.widgets.driver import Driver


class SolverShowdown(Driver):
    """Let up to six solvers race in a notebook: one net, one start, the same batches.

    See :class:`brew.widgets.driver.Driver` for the buttons, and what they do in a
    script. The table below the curves tells how they stand, and what the test nets
    say at the end.

    Parameters
    ----------
    solvers : dict of str to Solver
        By the name that the curves show. Solvers of any net, also with layers of your
        own, or with a solver of your own among them; files and messages will do, too.
        See :class:`brew.views.showdown.Race`.
    num_iters : int
        How many iterations each trains at most.
    test_every : int, default 0
        Test on the first test nets at the beginning and every so many iterations; 0
        is only at the end.

    Attributes
    ----------
    race : Race
        All losses and results, by the name of the solver.
    state : str
        "ready", "training", "paused", "stopped", "done" or "failed".

    Raises
    ------
    SolverError
        If there are too many solvers, or none, or one has trained already, or their
        nets differ, or there is nothing to test on, or num_iters is no number.
    """

    def __init__(self, solvers, num_iters, test_every=0):
        self.race = Race(solvers, test_every)
        if len(solvers) > len(LINES):
            raise SolverError(
                f"a showdown has room for {len(LINES)} solvers, not {len(solvers)}; "
                "leave some out"
            )
        self._table = ipywidgets.HTML().add_class("brew-table")
        super().__init__(
            lambda: self.race.until(self.last_iter), num_iters, more=[self._table]
        )

    @property
    def solvers(self):
        """The solvers by their names."""
        return self.race.solvers

    def snapshot(self):
        """Return the present curves as an SVG that needs no kernel."""
        return self.race.draw(self.last_iter)

    def table(self):
        """Return the standings as a Table, the leader first."""
        return self.race.table()

    def picture(self):
        """Return what the page shows, as HTML, and renew the table below it."""
        self._table.value = self.table()._repr_html_()
        return super().picture()

    def progress(self):
        """Return the iteration that all have done, and who leads."""
        leader = self.race.ranking()[0]
        losses = self.race.histories[leader].losses
        words = f", {leader} leads with a loss of {losses[-1]:.4f}" if losses else ""
        return self.race.iter, words
