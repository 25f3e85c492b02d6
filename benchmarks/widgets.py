"""What it costs to train in a widget: the same iterations bare and watched, in turns.

python -m benchmarks.widgets

All is measured in a Jupyter kernel, where each picture becomes a message.
"""

import asyncio
from time import perf_counter

from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from tests.diagnose.helpers import (
    LENET,
    LOGREG,
    MLP,
    SCALE,
    digits,
    make_solver,
    serve,
)

NETS = {"logistic regression": LOGREG, "64 hidden units": MLP, "small LeNet": LENET}
TURNS, SECONDS = 7, 1.0
MANY = 10**9
NAMES = ("first", "second", "third")


def main():
    cell = new_code_cell("from benchmarks import widgets\nawait widgets.measure()")
    notebook = new_notebook(cells=[cell])
    NotebookClient(notebook, timeout=900).execute()
    for output in notebook.cells[0].outputs:
        print(output.get("text", ""), end="")


async def measure():
    """Print the table."""
    from brew.widgets import FilterViewer, SolverShowdown, TrainingMonitor

    x, y = digits()
    print("| net, batches of 32 | widget | bare, ms | in the widget, ms | more |")
    print("| --- | --- | ---: | ---: | ---: |")
    for name, body in NETS.items():
        solvers = [make_solver(body, x * SCALE, y) for _ in range(10)]
        monitor = TrainingMonitor(solvers[0], MANY)
        await compare(name, monitor, [solvers[0]], [solvers[1]])
        racers = dict(zip(NAMES, solvers[2:5], strict=True))
        showdown = SolverShowdown(racers, MANY)
        await compare(name, showdown, solvers[2:5], solvers[5:8])
        viewer = FilterViewer(solvers[8], MANY, kind="map gradients")
        await compare(name, viewer, [solvers[8]], [solvers[9]])
        tuner = make_tuner(solvers[9], lambda one: serve(one.net, x * SCALE, y))
        await compare(name, tuner, list(tuner.tuning.solvers.values()), solvers[6:8])


def make_tuner(solver, prepare):
    """Return a FineTuner that has begun, all of its layers learning."""
    from brew.widgets import FineTuner

    tuner = FineTuner(solver.param, solver.net, MANY, prepare=prepare)
    tuner.tuning.choose_from(next(iter(tuner.tuning.layers)), "learn")
    next(tuner._steps)
    return tuner


async def compare(name, widget, watched, bare):
    """Print a row: the milliseconds of an iteration of each, in turns."""
    times = {"bare": [], "watched": []}
    for _ in range(TURNS):
        times["bare"].append(train_bare(bare))
        times["watched"].append(await train_watched(widget, watched))
    plain, seen = (min(own) * 1e3 for own in times.values())
    kind = type(widget).__name__
    print(f"| {name} | {kind} | {plain:.3f} | {seen:.3f} | {seen / plain - 1:.1%} |")


def train_bare(solvers):
    """Return the seconds of an iteration in a plain loop."""
    steps = [solver.steps(MANY) for solver in solvers]
    start, count = perf_counter(), 0
    while perf_counter() < start + SECONDS:
        for each in steps:
            next(each)
        count += len(steps)
    return (perf_counter() - start) / count


async def train_watched(widget, solvers):
    """Return the seconds of an iteration between Start and Pause."""
    first, start = sum(solver.iter for solver in solvers), perf_counter()
    widget.start()
    await asyncio.sleep(SECONDS)
    widget.pause()
    await asyncio.sleep(0)
    await widget._task
    count = sum(solver.iter for solver in solvers) - first
    return (perf_counter() - start) / count


if __name__ == "__main__":
    main()
