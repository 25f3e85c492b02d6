"""A race of solvers: one net, one start, the same batches, different updates."""

from collections.abc import Mapping
from math import inf, isfinite, isnan

from brew.errors import SolverError
from brew.solver import Solver
from brew.solvers import get_solver
from brew.table import Table
from brew.views.curves import draw_curves
from brew.views.style import side_by_side
from brew.views.training import TrainingHistory, in_turns, watched_output

CEILING = 1.5  # losses above so many times the first ones are not drawn
SPAN = 4  # curves whose values differ by more than this factor get a log axis
ALONE, BESIDE = (640, 340), (420, 280)  # sizes of a picture, in pixels


class Race:
    """Let several solvers train in turns, all from one start, on the same batches.

    The parameters of the first solver's net are copied to the others, as are the
    place of every layer in its data and the state of its random numbers: so batches
    and dropout are the same for all. A solver whose loss is no longer finite drops
    out.

    Parameters
    ----------
    solvers : dict of str to Solver
        By the name that the pictures show, which may be a number, such as a learning
        rate; a solver prototxt or a SolverParameter will do, too. All have nets of the
        same layers and have not trained yet. Their own tests are switched off
        (``test_interval`` becomes 0): the race tests.
    test_every : int, default 0
        Test on the first test nets at the beginning and every so many iterations; 0
        is never.

    Attributes
    ----------
    solvers : dict of str to Solver
    histories : dict of str to TrainingHistory
        The losses, and the results of the tests on the way.
    results : dict of str to dict of str to float
        For each solver what its test nets said at the end.

    Raises
    ------
    SolverError
        If there is no solver, or one has trained already or comes twice, or their
        nets differ.
    """

    def __init__(self, solvers, test_every=0):
        if not isinstance(solvers, Mapping) or not solvers:
            raise SolverError(
                "a race needs solvers by their names, such as {'SGD': solver}, not "
                f"{solvers!r}"
            )
        self.solvers = {str(name): _solver(one) for name, one in solvers.items()}
        self._start_alike()
        self.histories = {
            name: TrainingHistory(solver, test_every)
            for name, solver in self.solvers.items()
        }
        self.test_every = test_every
        self.results = {}

    def until(self, last_iter):
        """Train all up to an iteration, then test each on all of its test nets.

        Yields
        ------
        None
            After each iteration of one solver and each batch of a test.
        """
        runs = {name: self._run(name, last_iter) for name in self.solvers}
        for _ in in_turns(runs):
            yield
        for name in self.solvers:
            if not self.dropped_out(name):
                yield from self._test(name)

    def dropped_out(self, name):
        """Tell whether the loss of a solver has become infinite or not a number."""
        loss = self._loss(name)
        return loss is not None and not isfinite(loss)

    @property
    def iter(self):
        """The iteration that all have done which are still in the race."""
        iters = [solver.iter for solver in self.solvers.values()]
        still_in = [
            solver.iter
            for name, solver in self.solvers.items()
            if not self.dropped_out(name)
        ]
        return min(still_in or iters)

    def ranking(self):
        """Return the names of the solvers, that with the least train loss first."""

        def place(name):
            loss = self._loss(name)
            return inf if loss is None or isnan(loss) else loss

        return sorted(self.solvers, key=place)

    def table(self):
        """Return the standings as a Table, the leader first.

        Columns: the solver, its ``base_lr``, its iteration and its smoothed train
        loss; and once the race is over, every output of every test net.
        """
        heads = list(dict.fromkeys(head for r in self.results.values() for head in r))
        rows = []
        for name in self.ranking():
            solver, loss = self.solvers[name], self._loss(name)
            if self.dropped_out(name):
                loss = "dropped out"
            tests = [self.results.get(name, {}).get(head) for head in heads]
            rows.append([name, f"{solver.param.base_lr:g}", solver.iter, loss, *tests])
        return Table(["solver", "base_lr", "iteration", "train loss", *heads], rows)

    def draw(self, last_iter=None):
        """Return the curves: train loss, and beside it one result of the tests.

        Parameters
        ----------
        last_iter : int, optional
            How far the axes reach at least.
        """
        losses = {name: (h.iters, h.losses) for name, h in self.histories.items()}
        losses = _without_flights(losses)
        if not self.test_every:
            return _draw(losses, "Train loss", last_iter, ALONE)
        output = watched_output(self.histories.values())
        results = {
            name: (h.test_iters, h.test_results.get(output, []))
            for name, h in self.histories.items()
        }
        first = next(iter(self.solvers.values()))
        title = f"{_label(first, 0)} {output}".strip()
        title = title[0].upper() + title[1:]
        return side_by_side(
            _draw(losses, "Train loss", last_iter, BESIDE),
            _draw(results, title, last_iter, BESIDE),
        )

    def close(self):
        """Stop threads and close files of all nets."""
        for solver in self.solvers.values():
            solver.close()

    def _start_alike(self):
        names, solvers = list(self.solvers), list(self.solvers.values())
        if len({id(solver) for solver in solvers}) < len(solvers):
            raise SolverError(
                "one solver comes twice, but each needs a net of its own; make another "
                "solver with brew.get_solver"
            )
        for name, solver in self.solvers.items():
            if solver.iter:
                raise SolverError(
                    f"solver {name!r} has trained {solver.iter} iterations, but a race "
                    "begins at 0; make a new solver with brew.get_solver"
                )
            _check_alike(name, solver, names[0], solvers[0])
            solver.param.test_interval = 0
        for solver in solvers[1:]:
            nets = [solver.net, *solver.test_nets]
            leaders = [solvers[0].net, *solvers[0].test_nets]
            for net, leader in zip(nets, leaders, strict=True):
                _copy_state(net, leader)

    def _loss(self, name):
        losses = self.histories[name].losses
        return losses[-1] if losses else None

    def _run(self, name, last_iter):
        if self.dropped_out(name):
            return
        for _ in self.histories[name].until(last_iter):
            yield
            if self.dropped_out(name):
                return

    def _test(self, name):
        solver, results = self.solvers[name], {}
        for i in range(len(solver.test_nets)):
            means = {}
            for means_so_far in solver.test_steps(i):
                means = means_so_far
                yield
            for output, value in means.items():
                if value.size == 1:
                    results[f"{_label(solver, i)} {output}"] = float(value)
        self.results[name] = results


def _solver(one):
    return one if isinstance(one, Solver) else get_solver(one)


def _check_alike(name, solver, first_name, first):
    def shapes(one):
        nets = [one.net, *one.test_nets]
        return [[(layer.name, layer.type) for layer in net.layers] for net in nets], [
            blob.shape for blob in one.net.learnable_params
        ]

    if shapes(solver) != shapes(first):
        raise SolverError(
            f"the nets of {name!r} and {first_name!r} differ, but a race is run on one "
            "net: give all solvers the same net and the same test nets"
        )


def _copy_state(net, leader):
    """Let a net compute exactly what its twin does next."""
    for mine, theirs in zip(net.layers, leader.layers, strict=True):
        for blob, source in zip(mine.blobs, theirs.blobs, strict=True):
            blob.data[...] = source.data
        # the generator may not be made yet: layers make it when they first draw
        state = {"rng": theirs.rng.bit_generator.state} | theirs.get_state()
        mine.set_state(state)
    for name in net.inputs:
        net.blobs[name].data[...] = leader.blobs[name].data


def _label(solver, index):
    """Return what a test net is called: by its stage, if it has one."""
    states = solver.param.test_state
    stages = states[index].stage if index < len(states) else []
    number = f" {index}" if len(solver.test_nets) > 1 else ""
    return " ".join(stages) or f"test{number}"


def _without_flights(losses):
    """Leave out what is far above all first losses: it would flatten the others."""
    first = [ys[0] for _, ys in losses.values() if ys and isfinite(ys[0])]
    highest = max(first, default=0.0)
    ceiling = CEILING * highest if highest > 0 else inf
    kept = {}
    for name, (xs, ys) in losses.items():
        pairs = zip(_sampled(xs), _sampled(ys), strict=True)
        points = [(x, y) for x, y in pairs if y <= ceiling]
        kept[name] = [x for x, _ in points], [y for _, y in points]
    return kept


def _sampled(values):
    """Return at most so many as a picture has room for, the last one among them."""
    step = len(values) // ALONE[0] + 1
    return values[(len(values) - 1) % step :: step]


def _draw(series, title, last_iter, size):
    """Draw curves, on a log axis if their values need it."""
    values = [y for _, ys in series.values() for y in ys if isfinite(y)]
    is_wide = bool(values) and 0 < min(values) * SPAN < max(values)
    reach = [0, last_iter] if last_iter else []
    return draw_curves(series, title, size=size, x_reach=reach, y_log=is_wide)
