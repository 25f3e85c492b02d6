"""FineTuner: choose what becomes of each layer, and race against a fresh net."""

from html import escape

import ipywidgets

from brew.views.fine_tuning import WORDS, FineTuning
from brew.widgets.driver import Driver

INTRO = "For each layer with parameters, from the bottom of the net to its top:"
TABLE_HEIGHT = "200px"  # longer lists of layers are scrolled
WIDTHS = (140, 95, 180)  # of a layer's name, type and shapes, in pixels


class FineTuner(Driver):
    """Fine-tune a net in a notebook, beside the same net trained from scratch.

    A table has a row for each layer: copy its parameters and freeze them, copy and
    learn, or start anew. Start trains both nets in turns, on the same batches. Again
    forgets the trainings, so that you can choose otherwise; their results stay in the
    table. See :class:`brew.widgets.driver.Driver` for the other buttons, and what
    they do in a script.

    Parameters
    ----------
    solver : str, Path or SolverParameter
        What trains the net; any net, also with layers of your own.
    weights : Net, NetParameter, str or Path
        A trained net, or its .caffemodel. Layers of the same name are copied.
    num_iters : int
        How many iterations each of the two trains.
    test_every : int, default 0
        Test on the first test net at the beginning and every so many iterations; 0
        is never.
    prepare : callable, optional
        Called with each of the two solvers before it trains; may feed its nets.

    Attributes
    ----------
    tuning : FineTuning
        Choices, solvers and results; ``tuning.choose(layer, choice)`` chooses, too.
    state : str
        "ready", "training", "paused", "stopped", "done" or "failed".

    Raises
    ------
    SolverError, NetError, FileError
        If solver, net or weights are no good, or there is nothing to test on.
    """

    children: tuple  # of widgets

    def __init__(
        self, solver, weights, num_iters, test_every=0, prepare=lambda solver: None
    ):
        self.tuning = FineTuning(solver, weights, test_every, prepare)
        self._menu_layout = ipywidgets.Layout(width="180px")
        self._menus = {name: self._menu(name) for name in self.tuning.layers}
        self._again = ipywidgets.Button(description="Again", icon="undo")
        self._again.add_class("brew-again").layout.width = "90px"
        self._again.on_click(lambda _: self._soon(self.again))
        self._table = ipywidgets.HTML().add_class("brew-table")
        super().__init__(lambda: self.tuning.until(self.last_iter), num_iters)
        buttons, picture, error = self.children
        buttons.children = (*buttons.children[:3], self._again, *buttons.children[3:])
        layers = ipywidgets.VBox(
            [self._row(*pair) for pair in enumerate(self.tuning.layers)]
        )
        layers.layout = ipywidgets.Layout(
            max_height=TABLE_HEIGHT, display="block", overflow="auto"
        )
        intro = ipywidgets.HTML(INTRO)
        self.children = (intro, layers, buttons, picture, self._table, error)

    def again(self):
        """Forget the trainings unless one runs; the choices are open again."""
        if not self.is_running:
            self.tuning.forget()
            self._steps = self._new_steps()
            self._show("ready")

    def snapshot(self):
        """Return choices and curves as an SVG that needs no kernel."""
        return self.tuning.draw(self.last_iter)

    def table(self):
        """Return the results as a Table."""
        return self.tuning.table()

    def progress(self):
        """Return the iteration that both have done, and their losses in words."""
        losses = [
            f"{name} {history.losses[-1]:.3f}"
            for name, history in self.tuning.histories.items()
            if history.losses
        ]
        words = f", loss {' and '.join(losses)}" if losses else ""
        return self.tuning.iter, words

    def picture(self):
        """Return what the page shows, as HTML; menus and table follow."""
        self._follow()
        return super().picture()

    def _follow(self):
        is_open = not self.tuning.solvers
        for name, menu in self._menus.items():
            layer = self.tuning.layers[name]
            menu.value = layer.choice
            menu.disabled = not is_open or self.is_running or len(layer.choices) == 1
        self._again.disabled = is_open or self.is_running
        table = self.table()
        self._table.value = table._repr_html_() if table.rows else ""

    def _menu(self, name):
        layer = self.tuning.layers[name]
        options = [(WORDS[choice], choice) for choice in layer.choices]
        menu = ipywidgets.Dropdown(
            options=options, value=layer.choice, layout=self._menu_layout
        )
        menu.observe(lambda _: self._soon(lambda: self._take(name)), "value")
        return menu

    def _take(self, name):
        choice = self._menus[name].value  # it may have changed again
        if choice == self.tuning.layers[name].choice:
            return
        if not self.tuning.solvers:  # else it is too late, and the menu goes back
            self.tuning.choose(name, choice)
        self._draw()

    def _row(self, number, name):
        layer = self.tuning.layers[name]
        shapes = " and ".join(" × ".join(map(str, shape)) for shape in layer.shapes)
        words = ipywidgets.HTML(_columns(name, layer.type, shapes))
        menu = self._menus[name].add_class(f"brew-choice-{number}")
        problem = [ipywidgets.HTML(escape(layer.problem))] if layer.problem else []
        return ipywidgets.HBox([words, menu, *problem])


def _columns(*texts):
    return "".join(
        f"<span style='display:inline-block;width:{width}px'>{escape(text)}</span>"
        for text, width in zip(texts, WIDTHS, strict=True)
    )
