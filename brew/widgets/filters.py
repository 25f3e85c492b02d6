"""FilterViewer: look at any net's filters and feature maps, also while it learns."""

from html import escape

from brew.errors import NetError
from brew.solver import Solver
from brew.views.filters import FilterView
from brew.views.recording import Recording
from brew.widgets.driver import Driver
from brew.widgets.filter_controls import FilterControls
from brew.widgets.photo import NO_IMAGE, decode


class FilterViewer(Driver):
    """Choose a layer, its channels and an image, and see what the net makes of it.

    With a solver the net can also be trained here, and the picture follows. A slider
    leads back to earlier iterations, for all that can be chosen. See
    :class:`brew.widgets.driver.Driver` for the buttons, and what they do in a script.

    Parameters
    ----------
    net : Net or Solver
        Any net, also with layers of your own.
    num_iters : int, default 0
        How many iterations of the solver Start trains at most.
    images, labels, prepare : optional
        See :class:`brew.views.filters.FilterView`.
    **choices
        What to show first: kind, name, units, image.

    Attributes
    ----------
    view : FilterView
        What is shown.
    recording : Recording or None
        The parameters at earlier iterations.

    Raises
    ------
    NetError
        If there is nothing to see in the net, or not what was chosen.
    """

    children: tuple  # of widgets

    def __init__(
        self, net, num_iters=0, images=None, labels=None, prepare=None, **choices
    ):
        solver = net if isinstance(net, Solver) else None
        if num_iters and not solver:
            raise NetError(f"{net!r} does not train; give its solver, or num_iters=0")
        shown = solver.net if solver else net
        self.view = FilterView(shown, images, labels, prepare)
        self.recording = Recording(solver, num_iters) if num_iters else None
        first, steps = 0, lambda: iter(())
        if self.recording:
            self.view.records, first = self.recording.records, solver.iter
            steps = self.recording.steps
        self.view.choose(**choices)
        self.controls = FilterControls(
            self.view,
            lambda choices: self._soon(lambda: self.choose(**choices)),
            lambda content: self._soon(lambda: self._take_photo(content)),
        )
        super().__init__(steps, num_iters, first)
        self._picture.add_class("brew-filters")
        buttons, *rest = self.children
        above = [buttons, self.controls] if num_iters else [self.controls]
        self.children = (*above, *rest)

    def choose(self, **choices):
        """Choose without the mouse: kind, name, units, image, iteration."""
        self.view.choose(**choices)
        self._draw()

    def snapshot(self):
        """Return the present picture, which needs no kernel."""
        return self.view.draw()

    def picture(self):
        """Return what the page shows, as HTML; the controls follow."""
        if self.is_running:
            self.view.iteration = None  # the picture follows the training
        self.controls.show(self.is_running)
        return super().picture()

    def progress(self):
        """Return the present iteration, and the loss in words."""
        if not self.recording:
            return 0, ""
        losses = self.recording.losses
        loss = f", loss {next(reversed(losses.values())):.4f}" if losses else ""
        return self.recording.solver.iter, loss

    def _take_photo(self, content):
        self.controls.words.value = escape(self._add_photo(content))
        self._draw()

    def _add_photo(self, content):
        """Add what was uploaded; return why it cannot be, or nothing."""
        try:
            photo = decode(content)
        except OSError:
            return NO_IMAGE
        try:
            self.view.add_photo(photo)
        except NetError as error:
            return str(error)
        except Exception as error:  # of a `prepare` of your own
            return repr(error)
        return ""
