"""Healthy trainings raise no alarm: that is worse than silence for a student."""

import numpy as np
import pytest

from brew import diagnose
from tests.diagnose.helpers import (
    LENET,
    LOGREG,
    MLP,
    SQUARED,
    conv,
    digits,
    ip,
    layer,
    make_solver,
    pool,
    relu,
    small,
    softmax,
    train,
)


def held_out(name="mnist10k"):
    """Return images and labels to learn, and as a pair some to test on."""
    x, y = small(name)
    return x[:1536], y[:1536], (x[1536:1664], y[1536:1664])


@pytest.mark.parametrize("name", ["mnist10k", "fashion12k"])
@pytest.mark.parametrize("net", ["LENET", "LOGREG", "MLP"])
def test_classifiers(net, name):
    x, y, test = held_out(name)
    body = {"LENET": LENET, "LOGREG": LOGREG, "MLP": MLP}[net]
    diagnosis = train(body, x, y, 160, test=test)
    assert diagnosis == [], diagnosis


@pytest.mark.parametrize("seed", range(3))
def test_short_trainings(seed):
    x, y = small()
    for num_iters in 1, 5, 30:
        assert train(LENET, x, y, num_iters, random_seed=seed) == []


def test_a_net_that_starts_with_tiny_weights_as_cifar10_quick_does():
    x, y = digits("fashion12k")
    body = (
        conv("conv1", "data", 8, 5, "pad: 2", 'type: "gaussian" std: 0.0001')
        + pool("pool1", "conv1", size=3)
        + relu("pool1")
        + conv("conv2", "pool1", 8, 5, "pad: 2", 'type: "gaussian" std: 0.01')
        + relu("conv2")
        + pool("pool2", "conv2", "AVE", 3)
        + ip("ip1", "pool2", 16, 'type: "gaussian" std: 0.1')
        + ip("ip2", "ip1", 10, 'type: "gaussian" std: 0.1')
        + softmax("ip2")
    )
    fields = {"base_lr": 0.001, "weight_decay": 0.004}
    assert train(body, x - x.mean(axis=0), y, 160, batch=16, **fields) == []


def test_an_autoencoder():
    x, y = small()
    body = ip("code", "data", 32) + layer("Sigmoid", "s", "code")
    body += ip("out", "s", 784) + layer("Flatten", "flat", "data")
    body += layer("SigmoidCrossEntropyLoss", "loss", "out flat")
    body += layer("Silence", "quiet", "label").replace('top: "quiet"', "")
    assert train(body, x, y, 200) == []


@pytest.mark.parametrize("relus", [False, True])
def test_a_regression(relus):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1024, 8, 1, 1)).astype("f4")
    y = x[:, :, 0, 0] @ rng.normal(size=8) + 0.1 * rng.normal(size=1024)
    body = ip("h", "data", 16) + (relu("h") if relus else "") + ip("out", "h", 1)
    assert train(body + SQUARED, x, y, 250, base_lr=0.01) == []


def test_a_net_with_batch_norm():
    x, y, test = held_out()
    body = conv("conv1", "data", 8) + layer("BatchNorm", "bn", "conv1", "conv1")
    body += layer("Scale", "sc", "conv1", "conv1", "scale_param { bias_term: true }")
    body += relu("conv1") + pool("pool1", "conv1") + ip("ip", "pool1", 10)
    body += softmax("ip")
    assert train(body, x, y, 130, test=test) == []


@pytest.mark.parametrize("kind", ["Nesterov", "AdaGrad", "RMSProp", "AdaDelta", "Adam"])
def test_other_solvers(kind):
    x, y = small()
    fields = {
        "RMSProp": {"base_lr": 0.001, "momentum": 0.0, "rms_decay": 0.98},
        "AdaDelta": {"base_lr": 1.0, "momentum": 0.95, "delta": 1e-6},
        "AdaGrad": {"momentum": 0.0},
        "Adam": {"base_lr": 0.001, "momentum2": 0.999},
    }.get(kind, {})
    assert train(MLP, x, y, 200, type=kind, **fields) == []


def test_fine_tuning_with_frozen_layers_that_were_trained():
    x, y = small()
    frozen = MLP.replace('top: "ip1"', 'top: "ip1" param { lr_mult: 0 }', 1)
    solver = make_solver(frozen, x, y)
    solver.net.params["ip1"][0].data[...] *= 1.01  # as if loaded from a file
    doctor = diagnose.watch(solver)
    solver.step(160)
    assert doctor.examine() == []


def test_a_training_that_goes_on_from_a_good_place_at_a_small_rate():
    x, y = small()
    solver = make_solver(MLP, x, y)
    solver.step(200)
    solver.param.base_lr = 1e-6
    doctor = diagnose.watch(solver)
    solver.step(160)
    assert doctor.examine() == []
    finetuned = make_solver(MLP, x, y, base_lr=1e-6)
    finetuned.net.share_with(solver.net)
    doctor = diagnose.watch(finetuned)
    finetuned.step(160)
    assert doctor.examine() == []


def test_two_classes_and_few_labels():
    x, y = small()
    keep = y < 2
    n = keep.sum() // 32 * 32
    body = ip("ip", "data", 2) + softmax("ip")
    assert train(body, x[keep][:n], y[keep][:n], 160) == []


def test_labels_that_do_not_count():
    x, y = small()
    labels = np.where(np.arange(len(y)) % 5, y, 255)
    more = "loss_param { ignore_label: 255 }"
    body = ip("ip", "data", 10)
    body += layer("SoftmaxWithLoss", "loss", "ip label", None, more)
    assert train(body, x, labels, 60) == []


def test_a_high_loss_that_falls():
    x, y = digits()
    assert train(MLP, x, y, 160, base_lr=1e-7) == []


NORMED = (
    ip("ip1", "data", 16)
    + layer("BatchNorm", "bn", "ip1", "ip1", "OPTION")
    + relu("ip1")
    + ip("ip2", "ip1", 10)
    + softmax("ip2")
)


def test_batch_norm_before_the_first_iteration():
    x, y = small()
    test = x[:128], y[:128]
    solver = make_solver(NORMED.replace("OPTION", ""), x, y, test=test)
    assert diagnose.examine(solver) == []


def test_batch_norm_whose_trained_statistics_are_kept_in_fine_tuning():
    x, y = small()
    option = "batch_norm_param { use_global_stats: true }"
    solver = make_solver(NORMED.replace("OPTION", option), x, y)
    for blob, value in zip(solver.net.params["bn"], (0, 1, 1), strict=True):
        blob.data[...] = value  # as if loaded from a file
    doctor = diagnose.watch(solver)
    solver.step(40)
    assert doctor.examine() == []
