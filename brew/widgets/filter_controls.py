"""The controls of FilterViewer: what to see, of which layer, of which image."""

from threading import get_ident

import ipywidgets

from brew.widgets.photo import ACCEPT


class FilterControls(ipywidgets.VBox):
    """Sliders, lists and buttons that say what a FilterView shows.

    Parameters
    ----------
    view : FilterView
    changed : callable
        Called with what the user has chosen, as ``view.choose`` takes it.
    uploaded : callable
        Called with the content of a file that the user has uploaded.
    """

    def __init__(self, view, changed, uploaded):
        self._view, self._changed, self._adjusting = view, changed, None
        self.kind = ipywidgets.ToggleButtons()
        self.kind.style.button_width = "120px"
        self.name = ipywidgets.Dropdown(description="layer", layout=_wide("260px"))
        self.units = _slider(ipywidgets.IntRangeSlider, "channels")
        self.unit = _slider(ipywidgets.IntSlider, "channel")
        self.alone = ipywidgets.Checkbox(description="only one", indent=False)
        self.alone.layout.width = "90px"
        self.image = _slider(ipywidgets.IntSlider, "image")
        self.upload = ipywidgets.FileUpload(accept=ACCEPT, multiple=False)
        self.words = ipywidgets.HTML()
        self.when = _slider(ipywidgets.IntSlider, "iteration", readout=False)
        self._iteration = ipywidgets.HTML()
        for name in "kind", "name", "units", "unit", "alone", "image", "when":
            getattr(self, name).add_class(f"brew-{name}").observe(self._act, "value")
        self.upload.add_class("brew-upload").observe(
            lambda change: [uploaded(bytes(file.content)) for file in change.new],
            "value",
        )
        super().__init__(
            [
                self.kind,
                _row(self.name, self.units, self.unit, self.alone),
                _row(self.image, self.upload, self.words),
                _row(self.when, self._iteration),
            ]
        )

    def _choices(self):
        """Return what the controls say, as ``view.choose`` takes it."""
        view = self._view
        kind, name = self.kind.value, self.name.value
        if kind != view.kind or name != view.name:
            return {"kind": kind} | ({"name": name} if name in view.names(kind) else {})
        alone = self.alone.value
        recorded = [*view.records, None]
        return {
            "units": (self.unit.value, self.unit.value) if alone else self.units.value,
            "image": min(self.image.value, view.num_images - 1),
            "iteration": recorded[min(self.when.value, len(recorded) - 1)],
        }

    def show(self, is_training):
        """Let the controls say what the view shows."""
        self._adjusting = get_ident()
        try:
            self._show(self._view, is_training)
        finally:
            self._adjusting = None

    def _show(self, view, is_training):
        _set_options(self.kind, view.kinds, view.kind)
        _set_options(self.name, view.names(), view.name)
        self.name.description = "blob" if "map" in view.kind else "layer"
        self._show_units(view)
        _set(self.image, view.num_images - 1, view.image)
        recorded = [*view.records, None]
        _set(self.when, len(recorded) - 1, recorded.index(view.iteration))
        self.when.disabled = is_training or len(recorded) == 1
        self._iteration.value = "now" if view.iteration is None else str(view.iteration)

    def _show_units(self, view):
        last = view.num_units - 1
        first, final = (min(unit, last) for unit in view.units)
        # a range that the user has made as small as one stays a range
        alone = first == final and last > 0 and self.units.value != (first, final)
        self.alone.value = alone
        _set(self.unit, last, first)
        if not alone:
            _set(self.units, last, (first, final))
        self.unit.layout.display = "" if alone else "none"
        self.units.layout.display = "none" if alone else ""

    def _act(self, _):
        # a user's choice may come in another thread, while this one adjusts
        if self._adjusting != get_ident():
            self._changed(self._choices())


def _set_options(choice, options, value):
    if choice.options != tuple(options):
        choice.options = options
    choice.value = value


def _set(slider, last, value):
    slider.max = max(1, last)  # a slider of no length is an error in the page
    slider.disabled = last == 0
    slider.value = value


def _slider(kind, words, **more):
    return kind(min=0, max=1, description=words, layout=_wide("320px"), **more)


def _wide(width):
    return ipywidgets.Layout(width=width)


def _row(*widgets):
    layout = ipywidgets.Layout(flex_flow="row wrap", align_items="center")
    return ipywidgets.HBox(widgets, layout=layout)
