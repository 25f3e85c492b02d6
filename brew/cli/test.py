r"""Test a net: score a trained model on batches of its test data.

Examples::

    python -m brew test --model=train_test.prototxt \
        --weights=lenet_iter_10000.caffemodel --iterations=20
"""

from contextlib import closing

from brew.cli._device import use_device
from brew.cli._flags import parse_flags, split_stages
from brew.cli._progress import progress_bar
from brew.layer import TEST
from brew.log import init_log, log
from brew.net import Net

USES = ("model", "weights", "iterations", "gpu", "level", "stage")


def main(argv: list[str]) -> int:
    """Run ``test --model=FILE --weights=FILE``."""
    flags = parse_flags("test", __doc__, argv, USES, needs=("model", "weights"))
    init_log()
    use_device(flags.gpu)
    stages = split_stages(flags.stage)
    net = Net(flags.model, TEST, flags.level, stages, weights=flags.weights)
    with closing(net):
        log(f"Running for {flags.iterations} iterations.")
        loss, means = run(net, flags.iterations)
        log(f"Loss: {loss:g}")
        for (name, _), mean in zip(iter_scores(net), means, strict=True):
            log(f"{name} = {mean:g}{weighted(mean, net.blob_loss_weights[name])}")
    return 0


def run(net, iterations):
    """Return the mean loss and the mean of each score over so many batches."""
    losses, scores = [], []
    with progress_bar(iterations, "batch") as advance:
        for i in range(iterations):
            losses.append(net.run_forward())
            scores.append([score for _, score in iter_scores(net)])
            for name, score in iter_scores(net):
                log(f"Batch {i}, {name} = {score:g}")
            advance()
    means = [sum(values) / iterations for values in zip(*scores, strict=True)]
    return sum(losses) / iterations, means


def iter_scores(net):
    """Yield (blob name, value) for each element of each output of `net`."""
    for name in net.outputs:
        for value in net.blobs[name].cpu_data().flat:
            yield name, float(value)


def weighted(mean, weight):
    """Return how a score goes into the loss, in Caffe's words; "" if it does not."""
    return f" (* {weight:g} = {weight * mean:g} loss)" if weight else ""
