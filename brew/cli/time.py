"""Time a net: how long forward and backward of each layer take.

Examples::

    python -m brew time --model=train_test.prototxt --iterations=20
"""

from contextlib import closing
from time import perf_counter

from brew import backend
from brew.cli._device import use_device
from brew.cli._flags import parse_flags, split_stages
from brew.layer import TEST, TRAIN
from brew.log import init_log, log
from brew.net import Net

USES = ("model", "iterations", "gpu", "phase", "level", "stage")


def main(argv: list[str]) -> int:
    """Run ``time --model=FILE``."""
    flags = parse_flags("time", __doc__, argv, USES, needs=("model",))
    init_log()
    use_device(flags.gpu)
    phase = TEST if flags.phase == "TEST" else TRAIN
    net = Net(flags.model, phase, flags.level, split_stages(flags.stage))
    with closing(net):
        _warm_up(net)
        log("*** Benchmark begins ***")
        log(f"Testing for {flags.iterations} iterations.")
        timer = LayerTimer(net)
        for i in range(flags.iterations):
            seconds = timer.run()
            log(f"Iteration: {i + 1} forward-backward time: {_ms(seconds)}.")
        _report(timer, flags.iterations)
        log("*** Benchmark ends ***")
    return 0


class LayerTimer:
    """Runs a net layer by layer and adds up the seconds that each one takes.

    Attributes
    ----------
    forward, backward : list of float
        Seconds for each layer, over all runs.
    total : float
        Seconds of all runs.
    """

    def __init__(self, net):
        self.net = net
        self.forward = [0.0] * len(net.layers)
        self.backward = [0.0] * len(net.layers)
        self.total = 0.0

    def run(self):
        """Run forward and backward once; return the seconds."""
        layers = range(len(self.net.layers))
        before = perf_counter()
        for i in layers:
            self.forward[i] += _seconds(self.net.run_forward, i)
        for i in reversed(layers):
            self.backward[i] += _seconds(self.net.run_backward, i)
        seconds = perf_counter() - before
        self.total += seconds
        return seconds


def _seconds(run, i):
    before = perf_counter()
    run(i, i)
    backend.synchronize()  # the GPU works on while Python has already come back
    return perf_counter() - before


def _warm_up(net):
    # the first pass allocates memory, so its time says nothing
    log("Performing Forward")
    log(f"Initial loss: {net.run_forward():g}")
    log("Performing Backward")
    net.run_backward()
    backend.synchronize()


def _report(timer, iterations):
    log("Average time per layer: ")
    for i, layer in enumerate(timer.net.layers):
        name = f"{layer.name:>10}"
        log(f"{name}\tforward: {_ms(timer.forward[i] / iterations)}.")
        log(f"{name}\tbackward: {_ms(timer.backward[i] / iterations)}.")
    log(f"Average Forward pass: {_ms(sum(timer.forward) / iterations)}.")
    log(f"Average Backward pass: {_ms(sum(timer.backward) / iterations)}.")
    log(f"Average Forward-Backward: {_ms(timer.total / iterations)}.")
    log(f"Total Time: {_ms(timer.total)}.")


def _ms(seconds):
    return f"{1000 * seconds:g} ms"
