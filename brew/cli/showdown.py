r"""Let several solvers race on one net, and print a table of what each has reached.

Examples::

    python -m brew showdown sgd.prototxt adam.prototxt --iterations=500
    python -m brew showdown \
        $(python -m brew zoo path mnist_autoencoder)/solver*.prototxt

All begin with the parameters of the first and see the same batches, for as many
iterations as the first solver's max_iter says. At the end each is tested on all of its
test nets. Nothing is logged and no snapshot is taken on the way; Ctrl-C ends the race
early and shows how they stand.
"""

from contextlib import closing
from pathlib import Path

from brew.cli._device import use_device
from brew.cli._flags import FLAGS, Parser
from brew.cli._progress import progress_bar
from brew.interrupts import finish_iteration_first
from brew.solver_nets import solver_param
from brew.views.showdown import Race


def main(argv: list[str]) -> int:
    """Run ``showdown SOLVER...``."""
    parser = Parser("showdown", __doc__)
    parser.add_argument(
        "solvers", metavar="SOLVER", nargs="+", help="solver definition (.prototxt)"
    )
    parser.add_argument(
        "--iterations", type=int, metavar="N", help="how many each solver trains"
    )
    parser.add_argument("--gpu", **({"default": ""} | FLAGS["gpu"]))
    given = parser.parse(argv)
    params = _read(given.solvers, parser)
    first = next(iter(params.values()))
    num_iters = first.max_iter if given.iterations is None else given.iterations
    if num_iters < 1:
        parser.error(f"--iterations must be at least 1, not {num_iters}")
    use_device(given.gpu, first)
    with closing(Race(params)) as race:
        try:
            _run(race, num_iters)
        finally:
            print(race.table())
    return 0


def _read(paths, parser):
    """Return the solvers by type, or by file where several are of one type."""
    params = {path: solver_param(path) for path in paths}
    if len(params) < len(paths):
        parser.error("the same solver is given twice")
    for param in params.values():
        param.snapshot, param.display = 0, 0
    types = [param.type for param in params.values()]
    if len(set(types)) == len(types):
        return dict(zip(types, params.values(), strict=True))
    stems = [Path(path).stem for path in paths]
    names = stems if len(set(stems)) == len(stems) else paths
    return dict(zip(names, params.values(), strict=True))


def _run(race, num_iters):
    with (
        finish_iteration_first() as interrupt,
        progress_bar(num_iters, "iter") as advance,
    ):
        done = 0
        for _ in race.until(num_iters):
            advance(race.iter - done)
            done = race.iter
            if interrupt.requested:
                break
