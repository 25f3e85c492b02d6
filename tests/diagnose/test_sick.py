"""Each symptom is produced by a real training and recognised by its name."""

import numpy as np
import pytest

import brew
from brew import diagnose
from brew.errors import LayerError
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
    relu,
    small,
    softmax,
    train,
)
from tests.net.helpers import build

FLAT_START = ip("ip", "data", 10, 'type: "constant"') + softmax("ip")
NORMED = (
    conv("conv1", "data", 4)
    + layer("BatchNorm", "bn", "conv1", "conv1", "OPTION")
    + relu("conv1")
    + ip("ip", "conv1", 10)
    + softmax("ip")
)


def only(diagnosis, name):
    """Return the one finding of that name."""
    (finding,) = [finding for finding in diagnosis if finding.name == name]
    return finding


def test_a_rate_far_too_high_ends_at_nan_or_87():
    x, y = small()
    with np.errstate(all="ignore"):
        diagnosis = train(MLP, x, y, 60, base_lr=100.0)
    assert {"loss is not finite", "loss 87.3365"} & set(diagnosis.names)
    finding = only(diagnosis, "learning rate too high")
    assert "the learning rate is 100" in finding.evidence


def test_a_loss_of_nan_is_traced_to_its_layer():
    x, y = small()
    body = layer("Power", "shift", "data", None, "power_param { shift: -0.5 }")
    body += layer("Log", "log", "shift") + ip("ip", "log", 10) + softmax("ip")
    with np.errstate(all="ignore"):
        diagnosis = train(body, x, y, 5)
    assert "loss is not finite" in diagnosis.names
    assert "learning rate too high" not in diagnosis.names
    assert only(diagnosis, "first nan").layer == "log"


def test_nan_in_the_data_is_named():
    x, y = small()
    x = x.copy()
    x[3, 0, 5, 5] = np.nan
    with np.errstate(all="ignore"):
        diagnosis = train(LOGREG, x, y, 5)
    assert "'data'" in only(diagnosis, "input is not finite").evidence
    assert "learning rate too high" not in diagnosis.names


def test_a_saturated_softmax_is_recognised_by_87():
    x, y = small()
    diagnosis = train(
        ip("ip", "data", 10, 'type: "gaussian" std: 1000') + softmax("ip"),
        *(x, y, 30),
        base_lr=1e-6,
    )
    assert "87.3365 = -log" in only(diagnosis, "loss 87.3365").evidence
    assert "learning rate too high" not in diagnosis.names


def test_a_net_that_gives_all_classes_the_same_probability():
    x, y = small()
    shuffled = np.random.default_rng(0).permutation(y)
    diagnosis = train(LOGREG, x * 0, shuffled, 200)
    assert "ln(10) = 2.3026" in only(diagnosis, "plateau at ln K").evidence


@pytest.mark.parametrize("net", [MLP, LENET])
def test_dead_relus(net):
    x, y = small()
    dying = 'num_output: 64 bias_filler { type: "constant" value: -50 }'
    diagnosis = train(net.replace("num_output: 64", dying), x, y, 70)
    finding = only(diagnosis, "dead ReLU")
    assert finding.layer == "relu_ip1"
    assert "64 of 64 units" in finding.evidence


def test_raw_pixels():
    x, y = digits()
    diagnosis = train(MLP, x, y, 200)
    finding = only(diagnosis, "unnormalised input")
    assert "from 0 to 255" in finding.evidence
    assert finding.layer == "ip1"
    assert "learning rate too high" not in diagnosis.names


def test_raw_pixels_that_are_learned_all_the_same_raise_no_alarm():
    x, y = digits()
    assert train(LOGREG, x, y, 200, base_lr=1e-5) == []


def test_labels_that_count_from_one():
    x, y = small()
    body = MLP.replace("num_output: 10", "num_output: 11")
    finding = only(train(body, x, y + 1, 60), "labels off by one")
    assert "from 1 to 10" in finding.evidence
    assert "num_output to 10" in finding.remedy


def test_labels_that_count_from_one_and_do_not_fit():
    x, y = small()
    solver = make_solver(MLP, x, y + 1)
    doctor = diagnose.watch(solver)
    with pytest.raises(LayerError):
        solver.step(50)
    assert "subtract 1" in only(doctor.examine(), "labels off by one").remedy


def test_constant_labels():
    x, y = small()
    finding = only(train(MLP, x, y * 0 + 3, 30), "constant labels")
    assert "are 3" in finding.evidence
    assert finding.layer == "loss"


def test_too_few_outputs():
    x, y = small()
    solver = make_solver(MLP.replace("num_output: 10", "num_output: 5"), x, y)
    doctor = diagnose.watch(solver)
    with pytest.raises(LayerError):
        solver.step(50)
    assert "0 to 4" in only(doctor.examine(), "wrong num_output").evidence


def test_far_too_many_outputs():
    x, y = small()
    body = MLP.replace("num_output: 10", "num_output: 1000")
    finding = only(train(body, x, y, 60), "wrong num_output")
    assert "1000 scores" in finding.evidence
    assert "num_output of the last layer to 10" in finding.remedy


def test_one_output():
    x, y = small()
    body = ip("ip", "data", 1) + softmax("ip")
    assert "one class" in only(train(body, x, y * 0, 10), "wrong num_output").evidence


def test_a_rate_too_high_to_settle():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(512, 8, 1, 1)).astype("f4")
    y = x.sum(axis=(1, 2, 3))
    diagnosis = train(ip("out", "data", 1) + SQUARED, x, y, 40, base_lr=3.0)
    assert diagnosis.names == ["learning rate too high", "diverging loss"]


def test_a_rate_too_low():
    x, y = small()
    finding = only(train(MLP, x, y, 180, base_lr=1e-7), "learning rate too low")
    assert "the learning rate is 1e-07" in finding.evidence


def test_a_rate_of_zero():
    x, y = small()
    diagnosis = train(MLP, x, y, 20, base_lr=0.0)
    assert "learning rate too low" in diagnosis.names


def test_an_input_without_gradient_and_what_force_backward_does():
    text = (
        'layer { name: "in" type: "Input" top: "data" input_param { '
        "shape { dim: 2 dim: 3 } } }\n" + ip("ip", "data", 4)
    )
    body = text.replace('top: "ip"', 'top: "ip" param { lr_mult: 0 }')
    for top, names in ("", ["zero data diff"]), ("force_backward: true ", []):
        net = build(top + body + layer("Softmax", "prob", "ip"))
        net.blobs["data"].data[...] = np.arange(6).reshape(2, 3)
        net.forward()
        assert diagnose.examine(net) == []
        net.backward(prob=np.eye(4)[:2])
        assert diagnose.examine(net).names == names


def test_batch_norm_with_global_statistics_in_training():
    x, y = small()
    option = "batch_norm_param { use_global_stats: true }"
    with np.errstate(all="ignore"):
        diagnosis = train(NORMED.replace("OPTION", option), x, y, 20, base_lr=1e-6)
    finding = only(diagnosis, "BatchNorm in the wrong phase")
    assert "in the train net" in finding.evidence
    assert finding.layer == "bn"


def test_batch_norm_with_batch_statistics_in_testing():
    x, y = small()
    option = "batch_norm_param { use_global_stats: false }"
    body = NORMED.replace("OPTION", option)
    diagnosis = train(body, x, y, 20, test=(x[:128], y[:128]))
    assert diagnosis.names == ["BatchNorm in the wrong phase"]
    assert "in the test net" in diagnosis[0].evidence


def test_batch_norm_whose_statistics_were_never_filled():
    text = 'layer { name: "in" type: "Input" top: "data" input_param { '
    text += "shape { dim: 2 dim: 3 } } }\n" + layer("BatchNorm", "bn", "data")
    net = build(text)
    assert only(diagnose.examine(net), "BatchNorm without statistics").layer == "bn"
    trained = build(text, brew.TRAIN)
    trained.forward()
    net.share_with(trained)
    assert diagnose.examine(net) == []


def test_a_frozen_layer_of_random_weights():
    x, y = small()
    body = MLP.replace('top: "ip2"', 'top: "ip2" param { lr_mult: 0 }', 1)
    finding = only(train(body, x, y, 30), "frozen lr_mult")
    assert finding.layer == "ip2"


def test_a_net_that_is_frozen_altogether():
    x, y = small()
    frozen = "param { lr_mult: 0 } param { lr_mult: 0 }"
    body = LOGREG.replace('top: "ip"', f'top: "ip" {frozen}', 1)
    assert "every parameter" in only(train(body, x, y, 5), "frozen lr_mult").evidence


def test_a_gap_between_training_and_test():
    x, y = small()
    rng = np.random.default_rng(0)
    noise = y.copy()  # nothing to be learned but by heart
    rng.shuffle(noise)
    few = slice(0, 64)
    diagnosis = train(
        MLP, x[few], noise[few], 320, base_lr=0.05, test=(x[1000:1128], y[1000:1128])
    )
    finding = only(diagnosis, "overfitting")
    assert "the best test was" in finding.evidence


@pytest.mark.parametrize("net", [MLP, LOGREG])
def test_steps_that_are_too_large_without_nan(net):
    x, y = small()
    diagnosis = train(net, x, y, 100, base_lr=10.0)
    assert diagnosis.names[0] == "learning rate too high"
    assert diagnosis.names[-1] == "diverging loss"
