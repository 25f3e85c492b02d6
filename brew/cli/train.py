r"""Train a net as a solver file says.

Examples::

    python -m brew train --solver=solver.prototxt
    python -m brew train --solver=solver.prototxt --weights=pretrained.caffemodel
    python -m brew train --solver=solver.prototxt \
        --snapshot=lenet_iter_5000.solverstate
    python -m brew train --solver=solver.prototxt --snapshot=auto

Ctrl-C finishes the running iteration, takes a snapshot and stops. With
--snapshot=auto the training goes on from its newest whole snapshot, and starts anew
if there is none: the same line starts it, and restarts it after a crash.
"""

from contextlib import closing

from brew.cli._device import use_device
from brew.cli._flags import UsageError, parse_flags, split_stages
from brew.cli._progress import progress_bar
from brew.cli._signals import Signals
from brew.log import init_log, log
from brew.solver_files import newest_snapshot
from brew.solver_nets import solver_param
from brew.solvers import get_solver

AUTO = "auto"
USES = (
    *("solver", "snapshot", "weights", "gpu", "level", "stage"),
    *("sigint_effect", "sighup_effect"),
)


def main(argv: list[str]) -> int:
    """Run ``train --solver=FILE``."""
    flags = parse_flags("train", __doc__, argv, USES, needs=("solver",))
    if flags.snapshot not in ("", AUTO) and flags.weights:
        raise UsageError(
            "train: give --snapshot (go on where training stopped) or --weights "
            "(start anew from trained parameters), not both"
        )
    init_log()
    if flags.snapshot == AUTO:
        flags.snapshot = find_snapshot(solver_param(flags.solver))
    param = read_solver(flags)
    use_device(flags.gpu, param)
    with Signals(flags.sigint_effect, flags.sighup_effect) as signals:
        solver = get_solver(param)
        solver.action = signals
        with closing(solver):
            train(solver, flags.snapshot)
    return 0


def find_snapshot(param):
    """Return the newest whole snapshot of a solver, or "" if there is none."""
    path = newest_snapshot(param)
    if path is None:
        log(f"There is no snapshot {param.snapshot_prefix}_iter_* yet: starting anew")
    return path or ""


def read_solver(flags):
    """Return the SolverParameter of the file, changed as the flags say."""
    param = solver_param(flags.solver)
    param.train_state.level = flags.level
    param.train_state.stage.extend(split_stages(flags.stage))
    if flags.snapshot or flags.weights:
        del param.weights[:]
    if flags.weights and not flags.snapshot:
        param.weights.append(flags.weights)
    return param


def train(solver, snapshot=""):
    """Train to the end, from a snapshot if one is given, under a progress bar."""
    if snapshot:
        log(f"Resuming from {snapshot}")
        solver.restore(snapshot)
    log("Starting Optimization")
    with progress_bar(solver.param.max_iter - solver.iter, "iter") as advance:
        solver.add_callback(lambda: None, advance)
        solver.solve()
    log("Optimization Done.")
