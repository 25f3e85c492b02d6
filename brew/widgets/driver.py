"""Driver: the buttons, and the event loop, of every widget that trains."""

import asyncio
import traceback
from html import escape
from time import perf_counter

import ipywidgets

from brew.errors import SolverError
from brew.interrupts import finish_iteration_first

WORK = 0.03  # seconds of training between two breaths of the notebook
REDRAW = 0.1  # seconds between two pictures, or more:
MOST = 0.05  # the share of the time that drawing may take
CAN_START = ("ready", "paused", "failed")
ICONS = {"Start": "play", "Pause": "pause", "Stop": "stop"}


class Driver(ipywidgets.VBox):
    """Train in a notebook's own event loop, a few iterations at a time.

    No thread is needed, and other cells can run meanwhile. The buttons may be
    handled in another thread, as JupyterLab does: so they only change ``state``, and
    the loop acts on it.

    Parameters
    ----------
    new_steps : callable
        Returns an iterator that trains a little whenever it is asked for the next
        item, from where the training stands to its end. Called again after an error.
    num_iters : int
        How many iterations that are.
    first_iter : int, default 0
        Where the training starts.
    more : list of Widget
        What stands below the picture.

    Attributes
    ----------
    state : str
        "ready", "training", "paused", "stopped", "done" or "failed".
    last_iter : int
        Where the training ends.

    Raises
    ------
    SolverError
        If num_iters is no number of iterations.
    """

    state = "ready"

    def __init__(self, new_steps, num_iters, first_iter=0, more=()):
        if not hasattr(num_iters, "__index__") or num_iters < 0:
            raise SolverError(
                f"num_iters is the number of iterations to train, not {num_iters!r}"
            )
        self.last_iter = first_iter + num_iters
        self._new_steps, self._steps = new_steps, new_steps()
        self._loop, self._task = _running_loop(), None
        self._next_picture = 0.0
        self._buttons = {name: self._button(name) for name in ICONS}
        self._bar = ipywidgets.IntProgress(
            min=first_iter, max=self.last_iter, layout=ipywidgets.Layout(width="200px")
        )
        self._status = ipywidgets.HTML().add_class("brew-status")
        self._picture = ipywidgets.HTML().add_class("brew-curves")
        self._error = ipywidgets.HTML()
        row = [*self._buttons.values(), self._bar, self._status]
        wrap = ipywidgets.Layout(flex_flow="row wrap")
        top = ipywidgets.HBox(row, layout=wrap)
        super().__init__([top, self._picture, *more, self._error])
        self._draw()

    def __repr__(self):
        """Return what a page shows that cannot show widgets."""
        return f"<{type(self).__name__}: run the cell to use it>"

    def start(self):
        """Start training, or go on after a pause; outside notebooks see :meth:`run`.

        Raises
        ------
        SolverError
            If there is no event loop, which every notebook has.
        """
        if self.state not in CAN_START:
            return
        if not self._find_loop():
            raise SolverError(
                "without a notebook's event loop nothing can train in between; call "
                "run() to train here and now"
            )
        self._ask_for("training")

    def pause(self):
        """Stop after the running iteration; :meth:`start` goes on."""
        if self.is_running:
            self._ask_for("paused")

    def stop(self):
        """Stop after the running iteration; only :meth:`run` goes on."""
        if self.state != "done":
            self._ask_for("stopped")

    def run(self):
        """Train what is left, here and now, instead of in between."""
        self._show("training")
        try:
            with finish_iteration_first() as interrupt:
                while self.is_running and not interrupt.requested:
                    self._train_briefly()
        finally:
            self._show("paused" if self.is_running else self.state)

    def close(self):
        """Stop training, and take the widget away with all its parts."""
        if self.is_running:
            self.stop()
        for part in _parts_of(self):
            part.close()
        super().close()

    def snapshot(self):
        """Return the present picture, which needs no kernel."""
        raise NotImplementedError

    def picture(self):
        """Return what the page shows, as HTML."""
        return str(self.snapshot())

    def progress(self):
        """Return the present iteration, and a few words for the status line."""
        raise NotImplementedError

    @property
    def is_running(self):
        """Whether it is training."""
        return self.state == "training"

    def _ask_for(self, state):
        self.state = state
        self._soon(self._obey)

    def _soon(self, act):
        """Let the loop act, since buttons may be handled in another thread."""
        loop = self._find_loop()
        if loop:
            loop.call_soon_threadsafe(act)
        else:
            act()

    def _find_loop(self):
        if self._loop is None or self._loop.is_closed():
            self._loop = _running_loop()
        return self._loop

    def _obey(self):
        if self.is_running and (self._task is None or self._task.done()):
            self._error.value = ""
            self._task = asyncio.get_running_loop().create_task(self._train())
        self._draw()

    async def _train(self):
        try:
            while self.is_running:
                self._train_briefly()
                await asyncio.sleep(0.001)
        except Exception:
            self._show("failed", traceback.format_exc())
        except BaseException:  # somebody ends all tasks; Start goes on
            self._show("paused" if self.is_running else self.state)
            raise

    def _train_briefly(self):
        """Train for some milliseconds."""
        end = perf_counter() + WORK
        try:
            for _ in self._steps:
                if perf_counter() > end:
                    break
            else:
                self._show("done")
        except BaseException:  # which ends a generator: the next start needs another
            self._steps = self._new_steps()
            raise
        if perf_counter() > self._next_picture:
            self._draw()

    def _show(self, state, error=""):
        self.state = state
        self._error.value = f"<pre>{escape(error)}</pre>" if error else ""
        self._draw()

    def _draw(self):
        start = perf_counter()
        done, words = self.progress()
        self._picture.value = self._picture_or_why_not()
        self._bar.value = done
        may_start = self.state in CAN_START
        self._buttons["Start"].disabled = not may_start
        self._buttons["Pause"].disabled = not self.is_running
        self._buttons["Stop"].disabled = not (may_start or self.is_running)
        self._status.value = (  # at last: what it tells stands there already
            f"{self.state}: iteration {done} of {self.last_iter}{escape(words)}"
        )
        now = perf_counter()
        self._next_picture = now + max(REDRAW, (now - start) / MOST)

    def _picture_or_why_not(self):
        try:
            return self.picture()
        except Exception:  # of a layer, perhaps of your own: training may go on
            return f"<pre>{escape(traceback.format_exc(limit=-1))}</pre>"

    def _button(self, name):
        button = ipywidgets.Button(
            description=name,
            icon=ICONS[name],
            layout=ipywidgets.Layout(width="90px"),
        ).add_class(f"brew-{name.lower()}")
        act = getattr(self, name.lower())
        button.on_click(lambda _: act())
        return button


def _parts_of(box):
    """Yield all widgets in a box; those in boxes of its own, too."""
    for part in getattr(box, "children", ()):
        yield from _parts_of(part)
        yield part


def _running_loop():
    try:
        return asyncio.get_running_loop()
    except RuntimeError:  # a script; notebooks have a loop
        return None
