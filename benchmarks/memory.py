"""The most memory that a training takes, of brew and of PyTorch, a process for each."""

import subprocess
import sys

import brew
from benchmarks import nets

ITERATIONS = 3  # from the second on nothing grows
MIB = 1024  # of the KiB that Linux counts in


def run(names):
    """Yield for each net: its name, the peak of brew and that of PyTorch, in MiB."""
    for name in names:
        yield name, peak_of("brew", name), peak_of("torch", name)


def peak_of(who, name):
    """Return the peak of a fresh process that trains, in MiB."""
    command = [sys.executable, "-m", "benchmarks.memory", who, name]
    return float(subprocess.run(command, check=True, capture_output=True).stdout)


def train_brew(name):
    """Train, and return the peak of this process."""
    nets.solver_without_data(name).step(ITERATIONS)
    return resident("VmHWM")


def train_torch(name):
    """Train the twin, and return the peak without what brew holds: its imports."""
    solver = nets.solver_param_without_data(name)
    net = brew.Net(solver.net_param, brew.TRAIN, fill=False)
    held = resident("VmRSS") - bare_python()
    from benchmarks.twin import Twin

    twin = Twin(net)
    optimizer = twin.optimizer(solver)
    for _ in range(ITERATIONS):
        optimizer.zero_grad()
        twin.forward()[0].backward()
        optimizer.step()
    return resident("VmHWM") - held


def bare_python():
    """Return what Python itself takes, in MiB."""
    code = "print(*open('/proc/self/status'))"
    status = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    return field("VmRSS", status.stdout.splitlines())


def resident(name):
    """Return a field of this process, in MiB: VmRSS is now, VmHWM the most so far."""
    with open("/proc/self/status") as file:
        return field(name, file)


def field(name, lines):
    """Return the number of the line that has this name, in MiB."""
    (line,) = (line for line in lines if line.split()[:1] == [f"{name}:"])
    return int(line.split()[1]) / MIB


if __name__ == "__main__":
    print({"brew": train_brew, "torch": train_torch}[sys.argv[1]](sys.argv[2]))
