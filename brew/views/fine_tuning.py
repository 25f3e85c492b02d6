"""Fine-tuning beside training from scratch: choices for each layer, curves, a table."""

from contextlib import ExitStack, closing
from dataclasses import dataclass
from time import perf_counter

from brew import backend, surgery
from brew.errors import SolverError, did_you_mean
from brew.proto import caffe_pb2
from brew.solver_nets import make_train_net, solver_param, take_nets_in
from brew.solvers import get_solver
from brew.table import Table
from brew.views.curves import draw_curves
from brew.views.style import BLUE, GRID, ORANGE, SKY, VERMILION, Svg, side_by_side
from brew.views.training import TrainingHistory, in_turns, watched_output

RATES = {"freeze": 0.0, "tenth": 0.1, "learn": 1.0, "new": 1.0}
WORDS = {
    "freeze": "copy, and freeze",
    "tenth": "copy, learn at a tenth",
    "learn": "copy, learn",
    "new": "start anew",
}
COLOURS = {"freeze": BLUE, "tenth": SKY, "learn": ORANGE, "new": VERMILION}
TUNED, SCRATCH = "fine-tuned", "from scratch"
STRIP = 62  # height of the strip of layers above the curves


@dataclass
class LayerPlan:
    """What shall become of one layer.

    Attributes
    ----------
    name, type : str
    shapes : list of tuple
        Of its parameters.
    problem : str
        Why the weights do not fit; empty if they do.
    choice : str
        "freeze", "tenth", "learn" or "new".
    """

    name: str
    type: str
    shapes: list
    problem: str
    choice: str

    @property
    def choices(self):
        """What may be chosen."""
        return ["new"] if self.problem else list(RATES)


class FineTuning:
    """Train one net twice: from the weights of another, and from scratch.

    Both trainings have the same solver, seed and batches.

    Parameters
    ----------
    solver : str, Path or SolverParameter
        What trains the net; any net, also with layers of your own.
    weights : Net, NetParameter, str or Path
        A trained net, or its .caffemodel. Layers of the same name are copied.
    test_every : int, default 0
        Test on the first test net at the beginning and every so many iterations; 0
        is never.
    prepare : callable, optional
        Called with each of the two solvers before it trains; may feed its nets.

    Attributes
    ----------
    layers : dict of str to LayerPlan
        Those with parameters. At first, what fits is frozen and the rest is new.
    solvers, histories : dict
        By "fine-tuned" and "from scratch"; empty until the training begins.
    report : Report or None
        What was copied.

    Raises
    ------
    SolverError, NetError, FileError
        If solver, net or weights are no good, or there is nothing to test on.
    """

    def __init__(self, solver, weights, test_every=0, prepare=lambda solver: None):
        self.param, self.weights = take_nets_in(solver_param(solver)), weights
        if test_every and not self.param.test_iter:
            raise SolverError(
                f"test_every is {test_every}, but the solver has no test_iter; give "
                "test_net and test_iter, or set test_every=0"
            )
        self.test_every, self.prepare = test_every, prepare
        if self.param.random_seed < 0:
            self.param.random_seed = backend.net_seed()
        self.layers = self._plan()
        self.runs, self.solvers = [], {}
        self.forget()

    def choose(self, name, choice):
        """Choose for one layer: "freeze", "tenth", "learn" or "new".

        Raises
        ------
        SolverError
            If there is no such layer or choice, the weights do not fit, or it is
            too late.
        """
        if self.solvers:
            raise SolverError("it trains already; forget() lets you choose again")
        layer = self._find(name)
        if choice not in layer.choices:
            raise SolverError(
                f"layer {name!r} cannot be {choice!r}: {layer.problem or 'choose'} "
                f"({', '.join(layer.choices)})"
            )
        layer.choice = choice

    def choose_from(self, name, choice):
        """Choose for a layer and all above it that are copied; freeze those below.

        Raises
        ------
        SolverError
            As :meth:`choose`.
        """
        self._find(name)
        names = list(self.layers)
        for i, layer in enumerate(names):
            if self.layers[layer].choice != "new":
                self.choose(layer, choice if i >= names.index(name) else "freeze")

    def forget(self):
        """Forget the trainings, but not the choices nor the rows of the table."""
        if self.iter:
            self.runs = self._rows()
        self.close()
        self.solvers, self.histories, self.seconds, self.report = {}, {}, {}, None

    def until(self, last_iter):
        """Train both up to an iteration, in turns.

        Yields
        ------
        None
            After each iteration of one of them and each batch of a test.
        """
        if not self.solvers:
            self._begin()
            yield
        runs = {name: self._run(name, last_iter) for name in self.histories}
        for _ in in_turns(runs):
            yield

    @property
    def iter(self):
        """The iteration that both have done."""
        return min((solver.iter for solver in self.solvers.values()), default=0)

    def table(self):
        """Return the results as a Table: earlier trainings first, then these two."""
        output = watched_output(self.histories.values())
        heads = ["training", "copied", "frozen", "numbers learned", "iteration"]
        heads += ["train loss", f"test {output}".strip(), "ms per iteration"]
        return Table(heads, self._rows())

    def draw(self, last_iter=None):
        """Return the strip of layers, and the curves of both trainings.

        Parameters
        ----------
        last_iter : int, optional
            How far the axes reach at least.
        """
        reach = [0, last_iter] if last_iter else []
        output = watched_output(self.histories.values())
        losses = {name: ([], []) for name in (TUNED, SCRATCH)}
        scores = dict(losses)
        for name, history in self.histories.items():
            losses[name] = history.iters, history.losses
            scores[name] = history.test_iters, history.test_results.get(output, [])
        curves = draw_curves(losses, "Train loss", x_reach=reach)
        if self.test_every:
            title = f"Test {output}".strip()
            curves = side_by_side(curves, draw_curves(scores, title, x_reach=reach))
        return _under_strip(curves, self.layers.values())

    def close(self):
        """Stop threads and close files of all nets."""
        for solver in self.solvers.values():
            solver.close()

    def _find(self, name):
        if name not in self.layers:
            hint = did_you_mean(name, self.layers)
            raise SolverError(f"no layer {name!r} has parameters.{hint}")
        return self.layers[name]

    def _plan(self):
        with closing(make_train_net(self.param, self.param.random_seed)) as net:
            return self._plans(net, surgery.transplant(self.weights, net))

    def _plans(self, net, report):
        problems = {}
        for name, action, _, _, why in report:
            if action == "skipped":
                problems.setdefault(name.rpartition("[")[0], why)
        plans = {}
        for name, blobs in net.params.items():
            why = problems.get(name, "")
            shapes = [blob.shape for blob in blobs]
            kind = net.layer_dict[name].type
            plans[name] = LayerPlan(name, kind, shapes, why, "new" if why else "freeze")
        return plans

    def _begin(self):
        with ExitStack() as stack:  # closes the solvers if anything goes wrong
            tuned = stack.enter_context(closing(get_solver(self._tuned_param())))
            scratch = stack.enter_context(closing(get_solver(self.param)))
            copied = [name for name, one in self.layers.items() if one.choice != "new"]
            report = surgery.transplant(self.weights, tuned.net, layers=copied)
            for solver in tuned, scratch:
                solver.param.test_interval = 0
                self.prepare(solver)
            stack.pop_all()
        self.report, self.solvers = report, {TUNED: tuned, SCRATCH: scratch}
        self.seconds = dict.fromkeys(self.solvers, 0.0)
        self.histories = {
            name: TrainingHistory(solver, self.test_every)
            for name, solver in self.solvers.items()
        }

    def _run(self, name, last_iter):
        """Train one of the two, and add up the time that its iterations take."""
        solver, steps = self.solvers[name], self.histories[name].until(last_iter)
        done, begun = solver.iter, perf_counter()
        for _ in steps:
            if solver.iter > done:
                self.seconds[name] += perf_counter() - begun
            yield
            done, begun = solver.iter, perf_counter()

    def _tuned_param(self):
        """Return the solver whose net learns at the rates that were chosen."""
        param = caffe_pb2.SolverParameter()
        param.CopyFrom(self.param)
        own = "net_param" if param.HasField("net_param") else "train_net_param"
        for layer in getattr(param, own).layer:
            if layer.name in self.layers:
                plan = self.layers[layer.name]
                while len(layer.param) < len(plan.shapes):
                    layer.param.add()
                for spec in layer.param:
                    spec.lr_mult *= RATES[plan.choice]
        return param

    def _rows(self):
        rows, output = list(self.runs), watched_output(self.histories.values())
        tuned = [layer.choice for layer in self.layers.values()]
        choices = {TUNED: tuned, SCRATCH: ["new"] * len(tuned)}
        for name, history in self.histories.items():
            solver, num_frozen = self.solvers[name], choices[name].count("freeze")
            num_copied = len(tuned) - choices[name].count("new")
            losses, results = history.losses, history.test_results.get(output, [])
            time = 1000 * self.seconds[name] / solver.iter if solver.iter else None
            numbers = num_copied, num_frozen, _num_learned(solver.net), solver.iter
            rows.append([name, *numbers, _last(losses), _last(results), time])
        return rows


def _last(values):
    return values[-1] if values else None


def _num_learned(net):
    rates = zip(net.learnable_params, net.params_lr_mult, strict=True)
    return sum(blob.count for blob, rate in rates if rate)


def _under_strip(curves, layers):
    """Draw a box for each layer, in the colour of its choice, above the curves."""
    svg = Svg(curves.width, curves.height + STRIP, f"Layers; {curves.title}")
    left, width = 14, svg.width - 28
    side = min(width / max(len(layers), 1), 60)
    for i, layer in enumerate(layers):
        tip = f"{layer.name}: {WORDS[layer.choice]}"
        svg.box(left + i * side, 8, side - 3, 22, COLOURS[layer.choice], tip, GRID)
    x = float(left)
    for choice in dict.fromkeys(layer.choice for layer in layers):
        svg.box(x, 38, 11, 11, COLOURS[choice], stroke=GRID, radius=2)
        svg.text(x + 16, 48, WORDS[choice], size=11)
        x += 34 + 6.5 * len(WORDS[choice])
    svg.parts += [f"<g transform='translate(0 {STRIP})'>", *curves.parts, "</g>"]
    return svg
