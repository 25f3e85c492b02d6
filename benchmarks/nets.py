"""Whole nets of the zoo: forward, backward, and a training iteration."""

import numpy as np

import brew
from benchmarks.contest import contest
from brew import zoo
from brew.net_filter import filter_net
from brew.proto import caffe_pb2
from brew.proto.upgrade import read_net, read_solver

TABLE = {
    "lenet": (64, 1, 28, 28),
    "cifar10_quick": (100, 3, 32, 32),
    "cifar10_full": (100, 3, 32, 32),
    "mnist_autoencoder": (100, 1, 28, 28),
    "logreg": (10, 4),
    "caffenet": (16, 3, 227, 227),
    "googlenet": (8, 3, 224, 224),
}


def run(rows, rounds, seconds):
    """Yield a line of the table for each part of each net: (name, Result)."""
    from benchmarks.twin import Twin

    for name in rows:
        solver = solver_without_data(name)
        twin = Twin(solver.net)
        loss, same = solver.net.run_forward(), twin.forward(as_brew=True)[0].item()
        if abs(loss - same) > 1e-4 * abs(same):
            raise SystemExit(f"{name}: our loss is {loss}, that of PyTorch {same}")
        optimizer = twin.optimizer(solver.param)
        for part, ours, theirs in parts(solver, twin, optimizer):
            yield f"{name} {part}", contest(ours, theirs, rounds, seconds)


def parts(solver, twin, optimizer):
    """Yield what is timed: its name, our function, that of PyTorch."""

    def iteration():
        optimizer.zero_grad()
        twin.forward()[0].backward()
        optimizer.step()

    loss, _ = twin.forward()
    yield "forward", solver.net.run_forward, twin.forward
    yield "backward", solver.net.run_backward, lambda: loss.backward(retain_graph=True)
    yield "iteration", lambda: solver.step(1), iteration


def solver_without_data(name, num_items=None):
    """Return the solver of a zoo model, its data layers replaced by filled inputs."""
    brew.set_random_seed(1)
    solver = brew.get_solver(solver_param_without_data(name, num_items))
    fill_inputs(solver.net)
    return solver


def solver_param_without_data(name, num_items=None):
    """Return the SolverParameter of a zoo model, with inputs in place of data layers.

    They take `num_items` images, or as many as :data:`TABLE` says.
    """
    folder, (batch, *item) = zoo.path(name), TABLE[name]
    param = read_solver(folder / "solver.prototxt")
    net = read_net(folder / param.net)
    for field in ("net", "test_iter", "test_interval", "test_state", "display"):
        param.ClearField(field)
    param.snapshot_after_train = False
    param.base_lr = 1e-6  # as it learns, tiny numbers appear, with which a CPU is slow
    param.net_param.CopyFrom(with_inputs(net, (num_items or batch, *item)))
    return param


def with_inputs(net, shape):
    """Return the net for training with Input layers in place of its data layers."""
    net.state.phase = brew.TRAIN
    net = filter_net(net)
    for layer in net.layer:
        if layer.type.endswith("Data"):
            inputs = caffe_pb2.LayerParameter(name=layer.name, type="Input")
            inputs.top.extend(layer.top)
            for top in layer.top:
                size = shape[:1] if top == "label" else shape
                inputs.input_param.shape.add(dim=size)
            layer.CopyFrom(inputs)
    return net


def fill_inputs(net):
    """Fill the inputs with random images in [0, 1) and labels 0 and 1."""
    rng = np.random.default_rng(1)
    for name in net.inputs:
        blob = net.blobs[name]
        values = rng.random(blob.shape)
        blob.data[...] = values.round() if name == "label" else values
