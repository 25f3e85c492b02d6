"""TrainingMonitor: watch a solver train, and start, pause and stop it."""

import asyncio
from time import perf_counter

import ipywidgets

from brew.views.training import TrainingHistory

WORK = 0.02  # seconds of training between two breaths of the notebook
REDRAW = 0.1  # seconds between two pictures


class TrainingMonitor(ipywidgets.VBox):
    """Train a solver in a notebook while its curves grow.

    The training runs in the notebook's own event loop, a few iterations at a
    time: no thread is needed, and other cells can run meanwhile.

    Parameters
    ----------
    solver : Solver
        Any solver of any net, also with layers of your own.
    num_iters : int
        How many iterations Start trains at most.
    test_every : int, default 0
        Test on the first test net every so many iterations; 0 is never.

    Attributes
    ----------
    history : TrainingHistory
        Iterations, losses and test results so far.
    is_running : bool
    """

    def __init__(self, solver, num_iters, test_every=0):
        self.history = TrainingHistory(solver, test_every)
        self.solver, self.last_iter = solver, solver.iter + num_iters
        self.is_running = False
        self._task = None
        self._buttons = {}
        for name, icon in ("Start", "play"), ("Pause", "pause"), ("Stop", "stop"):
            button = ipywidgets.Button(
                description=name, icon=icon, layout=ipywidgets.Layout(width="90px")
            )
            button.add_class(f"brew-{name.lower()}")
            button.on_click(getattr(self, f"_on_{name.lower()}"))
            self._buttons[name] = button
        self._bar = ipywidgets.IntProgress(
            min=solver.iter, max=self.last_iter, value=solver.iter
        )
        self._status = ipywidgets.HTML()
        self._status.add_class("brew-status")
        self._picture = ipywidgets.HTML()
        self._picture.add_class("brew-curves")
        row = ipywidgets.HBox([*self._buttons.values(), self._bar, self._status])
        super().__init__([row, self._picture])
        self._redraw("ready")

    def start(self):
        """Start training, or go on after a pause; returns the asyncio task."""
        if not self.is_running and self.solver.iter < self.last_iter:
            self.is_running = True
            self._task = asyncio.get_running_loop().create_task(self._train())
        return self._task

    def pause(self):
        """Stop after the running iteration; :meth:`start` goes on."""
        self.is_running = False

    def stop(self):
        """Stop after the running iteration, for good."""
        self.last_iter = self.solver.iter
        self.is_running = False
        self._redraw("stopped")

    def run(self):
        """Train to the end, here and now, and draw once (for scripts)."""
        for _ in self.history.steps(self.last_iter - self.solver.iter):
            pass
        self._redraw("done")

    def snapshot(self):
        """Return the present picture as an SVG that needs no kernel."""
        return self.history.draw()

    async def _train(self):
        drawn = 0.0
        steps = self.history.steps(self.last_iter - self.solver.iter)
        try:
            while self.is_running and self._train_briefly(steps):
                if perf_counter() - drawn > REDRAW:
                    self._redraw("training")
                    drawn = perf_counter()
                await asyncio.sleep(0.001)
        except Exception as error:
            self._redraw(f"failed: {error}")
            raise
        finally:
            steps.close()
            self.is_running = False
        self._redraw("done" if self.solver.iter >= self.last_iter else "paused")

    def _train_briefly(self, steps):
        """Train for some milliseconds; return False at the end."""
        end = perf_counter() + WORK
        while self.is_running and perf_counter() < end:
            if next(steps, None) is None:
                return False
        return True

    def _redraw(self, state):
        loss = f", loss {self.history.losses[-1]:.4f}" if self.history.losses else ""
        self._bar.value = self.solver.iter
        self._status.value = f"iteration {self.solver.iter}{loss} ({state})"
        self._picture.value = str(self.history.draw())
        self._buttons["Start"].disabled = self.is_running
        self._buttons["Pause"].disabled = not self.is_running

    def _on_start(self, _):
        self.start()
        self._redraw("training")

    def _on_pause(self, _):
        self.pause()

    def _on_stop(self, _):
        self.stop()
