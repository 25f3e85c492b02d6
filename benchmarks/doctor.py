"""What it costs to be watched: iterations with and without the doctor, in turns.

python -m benchmarks.doctor
"""

from time import perf_counter

from brew import diagnose
from tests.diagnose.helpers import LENET, LOGREG, MLP, SCALE, digits, make_solver

NETS = {"logistic regression": LOGREG, "64 hidden units": MLP, "small LeNet": LENET}
TURNS, ITERS = 60, 10


def main():
    x, y = digits()
    print("| net, batches of 32 | iteration, ms | watched, ms | more |")
    print("| --- | ---: | ---: | ---: |")
    for name, body in NETS.items():
        alone, watched = (make_solver(body, x * SCALE, y) for _ in range(2))
        diagnose.watch(watched)
        plain, seen = seconds(alone, watched)
        cells = f"{plain * 1e3:.3f} | {seen * 1e3:.3f} | {seen / plain - 1:.1%}"
        print(f"| {name} | {cells} |")


def seconds(*solvers):
    """Return the least seconds of an iteration of each, taken in turns."""
    for solver in solvers:
        solver.step(30)
    times = [[] for _ in solvers]
    for _ in range(TURNS):
        for solver, own in zip(solvers, times, strict=True):
            start = perf_counter()
            solver.step(ITERS)
            own.append((perf_counter() - start) / ITERS)
    return map(min, times)  # what other programs cost is not ours


if __name__ == "__main__":
    main()
