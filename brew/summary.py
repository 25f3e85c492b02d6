"""What a net is made of and what it will cost, as a table, before it takes memory."""

from dataclasses import dataclass
from html import escape

from brew.errors import BrewError, NetError, SourceError, did_you_mean
from brew.layer import TEST, TRAIN
from brew.net import Net
from brew.net_build import read_param
from brew.net_cost import count_bytes, count_macs, forecast_memory
from brew.solvers import solver_class
from brew.table import align, html_row, html_table, text_align
from brew.views.net_graph import shape_text

PHASES = {"TRAIN": TRAIN, "TEST": TEST}
HEADS = ("layer", "type", "tops", "parameters", "MACs", "bytes")
SIDES = "<<<>>>"  # where the texts of each column stand
KINDS = {
    "params": "parameters",
    "param_diffs": "their gradients",
    "history": "history of the solver",
    "data": "blobs",
    "diffs": "their gradients",
    "inside": "kept inside layers",
}


@dataclass(frozen=True)
class Row:
    """One layer of a net.

    Attributes
    ----------
    name, type : str
    tops : list of tuple of int
        The shapes of its tops.
    num_params : int
        How many numbers it learns; those it shares with a layer before count there.
    num_macs : int
        See :func:`brew.net_cost.count_macs`.
    num_bytes : int
        Of its parameters and of the data of its tops; 0 where it works in place.
    """

    name: str
    type: str
    tops: list
    num_params: int
    num_macs: int
    num_bytes: int

    def cells(self):
        """Return what the table shows."""
        tops = ", ".join(map(shape_text, self.tops))
        numbers = f"{self.num_params:,}", in_short(self.num_macs)
        return [self.name, self.type, tops, *numbers, in_bytes(self.num_bytes)]


@dataclass(frozen=True)
class Summary:
    """The layers of a net and a forecast of the memory it takes.

    Printed it is a text; a notebook shows it as tables.

    Attributes
    ----------
    name : str
        Of the net.
    phase : {"TRAIN", "TEST"}
        Which layers the rows show.
    rows : list of Row
        The layers in order, without Split.
    memory : dict of str to Memory
        By phase.
    problems : dict of str to str
        Why there is no forecast for a phase.
    solver : str
        The type of the solver whose history is counted.
    """

    name: str
    phase: str
    rows: list
    memory: dict
    problems: dict
    solver: str

    @property
    def total(self):
        """The sums of the three numbers, as a Row."""
        sums = [
            sum(getattr(row, field) for row in self.rows)
            for field in ("num_params", "num_macs", "num_bytes")
        ]
        return Row("total", "", [], *sums)

    @property
    def training_bytes(self):
        """Of both nets of a solver, which share their parameters."""
        test = self.memory["TEST"]
        return self.memory["TRAIN"].total + test.total - test.params

    def __str__(self):
        forecast = _as_text(self._forecast(), self._forecast_sides())
        notes = "\n".join(self._notes())
        title = f"{self.name or 'net'} in phase {self.phase}"
        return f"{title}\n\n{_as_text(self._layers(), SIDES)}\n\n{forecast}\n{notes}"

    __repr__ = __str__

    def _repr_html_(self):
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        title = f"<b>{escape(self.name or 'net')}</b> in phase {self.phase}"
        forecast = _as_html(self._forecast(), self._forecast_sides())
        return f"{title}{_as_html(self._layers(), SIDES)}{forecast}{notes}"

    def _layers(self):
        return [HEADS, *(row.cells() for row in [*self.rows, self.total])]

    def _forecast_sides(self):
        return "<" + ">" * len(self.memory)

    def _forecast(self):
        """Return the rows of the forecast: a head, the kinds, the sum."""
        columns = self.memory.values()
        body = [
            [text, *(in_bytes(getattr(memory, kind)) for memory in columns)]
            for kind, text in KINDS.items()
        ]
        total = ["total", *(in_bytes(memory.total) for memory in columns)]
        return [["memory forecast", *self.memory], *body, total]

    def _notes(self):
        if len(self.memory) == 2:
            both = in_bytes(self.training_bytes)
            yield f"Training with {self.solver}, both nets together: {both}."
        for phase, problem in self.problems.items():
            yield f"No forecast for phase {phase}: {problem}"


def summarize(net, phase=None, *, level=0, stages=None, shapes=None, solver="SGD"):
    """Return a table of the layers of a net, with a forecast of its memory.

    No memory is taken: the net may be larger than the machine.

    Parameters
    ----------
    net : str, Path, NetParameter or Net
        A prototxt or caffemodel file, the message, or a net that is built already.
    phase : int, optional
        ``brew.TRAIN`` or ``brew.TEST``. By default the rows show TRAIN if the net can
        be built so, else TEST; and the forecast is for both.
    level : int, default 0
    stages : list of str, optional
        As for :class:`brew.Net`.
    shapes : dict of str to tuple of int, optional
        The shapes of tops that come from data, by name: instead of opening the
        source, or in place of the shape in the file.
    solver : str, default "SGD"
        The type of the solver.

    Returns
    -------
    Summary

    Raises
    ------
    NetError, LayerError, ProtoError, FileError, SourceError, SolverError
        If the net cannot be built, or the type of the solver is unknown.

    Examples
    --------
    >>> from brew import zoo
    >>> summary = summarize(zoo.path("lenet") / "deploy.prototxt")
    >>> summary.total.num_params, summary.total.num_macs
    (431080, 146880000)
    """
    num_histories = solver_class(solver).num_histories
    problems: dict = {}
    if isinstance(net, Net):
        nets = {_phase_name(net): net}
    else:
        param = _without_sources(read_param(net, None, 0, None), shapes or {})
        nets = _build(param, phase, level, stages, problems)
    memory = {name: forecast_memory(one, num_histories) for name, one in nets.items()}
    shown = next(iter(nets))
    rows = list(_rows(nets[shown]))
    return Summary(nets[shown].name, shown, rows, memory, problems, solver)


def in_short(number):
    """Return a number to three digits: ``5.12 M``."""
    unit = 0
    while number >= 999.5 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.3g} {UNITS[unit]}".strip()


def in_bytes(number):
    """Return a number of bytes to three digits: ``1.72 MB``."""
    short = in_short(number)
    return short + "B" if short[-1].isalpha() else short + " B"


UNITS = ("", "k", "M", "G", "T")


def _phase_name(net):
    return "TEST" if net.param.state.phase == TEST else "TRAIN"


def _without_sources(param, shapes):
    """Drop stored blobs; make an Input of each source whose shapes are given."""
    sources = {top for layer in param.layer if not layer.bottom for top in layer.top}
    for name in shapes:
        if name not in sources:
            raise NetError(
                f"net {param.name!r} has no data {name!r} to give a shape to."
                f"{did_you_mean(name, sources)} Its data: {', '.join(sorted(sources))}"
            )
    for layer in param.layer:
        layer.ClearField("blobs")
        if not layer.bottom and any(top in shapes for top in layer.top):
            _make_input(layer, shapes)
    return param


def _make_input(layer, shapes):
    missing = [top for top in layer.top if top not in shapes]
    if missing:
        raise NetError(
            f"layer {layer.name!r} ({layer.type}): the shape of "
            f"{', '.join(missing)} is needed too"
        )
    layer.type = "Input"
    layer.ClearField("input_param")
    for top in layer.top:
        try:
            layer.input_param.shape.add().dim.extend(shapes[top])
        except (TypeError, ValueError) as error:
            raise NetError(
                f"the shape of {top!r} is a tuple such as (64, 3, 227, 227), not "
                f"{shapes[top]!r}"
            ) from error


def _build(param, phase, level, stages, problems):
    """Return the nets by phase; `problems` gets why there is none."""
    nets, first_error = {}, None
    for name, number in PHASES.items():
        if phase not in (None, number):
            continue
        try:
            net = Net(param, number, level, stages, fill=False)
            net.close()
            nets[name] = net
        except BrewError as error:
            first_error = first_error or error
            problems[name] = str(error)
    if isinstance(first_error, SourceError) and not nets:
        raise SourceError(
            f"{first_error}. Or give the shapes of its tops: shapes={{'data': (64, 3, "
            "227, 227), …}, in a shell --shape data=64,3,227,227"
        ) from first_error
    if not nets:
        raise first_error or NetError(f"phase must be TRAIN or TEST, not {phase!r}")
    return nets


def _rows(net):
    counted: set = set()
    for i, layer in enumerate(net.layers):
        tops = net._tops[i]
        mems = [blob.data_mem for blob in [*layer.blobs, *tops]]
        num_bytes = count_bytes(mems, counted)
        if layer.type != "Split":  # its tops share the data of its bottom
            own = [b for j, b in enumerate(layer.blobs) if net.owns_param[i, j]]
            num_params = sum(blob.count for blob in own)
            shapes = [blob.shape for blob in tops]
            macs = count_macs(net, i)
            yield Row(layer.name, layer.type, shapes, num_params, macs, num_bytes)


def _as_text(rows, sides):
    head, *body, total = align(rows, sides)
    rule = "-" * max(map(len, [head, *body, total]))
    return "\n".join([head, rule, *body, rule, total])


def _as_html(rows, sides):
    styles = text_align(sides)
    head, *body, total = rows
    lines = [*(html_row(row, styles) for row in body), html_row(total, styles, "th")]
    return html_table(html_row(head, styles, "th"), lines)
