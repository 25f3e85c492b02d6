"""What is special about BatchNorm and MVN."""

import numpy
import pytest

from brew.errors import LayerError
from brew.layer import TEST, TRAIN
from brew.testing import Case, exactly
from brew.testing.rig import Rig
from tests.net.helpers import build, data, ip, loss

X = [[1, 2], [3, 6]]  # means 2 and 4, variances 1 and 4; one less: 2 and 8


def batch_norm(proto="", x=X, type_name="BatchNorm", phase=TRAIN):
    options = {"samples": exactly(x), "params": None, "phase": phase}
    return Rig(Case(type_name, proto, [numpy.shape(x)], **options))


def gathered(rig):
    return [blob.data.tolist() for blob in rig.layer.blobs]


def test_every_pass_in_train_adds_its_statistics_to_what_is_left_of_the_sums():
    rig = batch_norm("batch_norm_param { moving_average_fraction: 0.5 }")
    assert gathered(rig) == [[0, 0], [0, 0], [0]]
    rig.forward()
    assert gathered(rig) == [[2, 4], [2, 8], [1]]
    rig.forward()
    assert gathered(rig) == [[3, 6], [3, 12], [1.5]]


def test_at_test_the_sums_divided_by_their_count_are_mean_and_variance():
    rig = batch_norm("batch_norm_param { eps: 0 }", phase=TEST)
    for blob, values in zip(rig.layer.blobs, ([4, 8], [8, 32], [2]), strict=True):
        blob.data[...] = values
    (y,) = rig.forward()
    numpy.testing.assert_allclose(y, [[-0.5, -0.5], [0.5, 0.5]])
    assert gathered(rig) == [[4, 8], [8, 32], [2]]


def test_without_statistics_only_eps_divides():
    (y,) = batch_norm("batch_norm_param { eps: 0.25 }", phase=TEST).forward()
    assert y.tolist() == [[2, 4], [6, 12]]


def test_a_single_value_is_its_own_mean_and_has_no_variance():
    rig = batch_norm(x=[[5, 7]])
    (y,) = rig.forward()
    assert y.tolist() == [[0, 0]]
    assert gathered(rig) == [[5, 7], [0, 0], [1]]


def test_an_empty_batch_changes_nothing():
    rig = batch_norm()
    rig.bottom[0].reshape(0, 2)
    rig.forward()
    rig.backward()
    assert gathered(rig) == [[0, 0], [0, 0], [0]]


def test_a_large_mean_does_not_drown_the_variance():
    x = numpy.array([[[3000.0, 3001.0, 3002.0]], [[3000.5, 3001.5, 3000.0]]])
    rig = Rig(Case("BatchNorm", "", [x.shape], samples=exactly(x)), "float32")
    (y,) = rig.forward()
    numpy.testing.assert_allclose(y, (x - x.mean()) / x.std(), atol=1e-3)


BATCH_NORM = (
    'layer { name: "bn" type: "BatchNorm" bottom: "ip" top: "%s" %s }\n'
    'layer { name: "scale" type: "Scale" bottom: "%s" top: "%s" scale_param { '
    "filler { value: 3 } } }"
)


def net(top="ip", more=""):
    layers = BATCH_NORM % (top, more, top, top)
    x, t = data("x", "dim: 4 dim: 2"), data("t", "dim: 4 dim: 3")
    return build(x + t + ip("ip", "x") + layers + loss(top), TRAIN, seed=1)


def test_solvers_leave_the_statistics_alone():
    assert net().params_lr_mult == [1, 1, 0, 0, 0, 1]
    given = net(more="param { lr_mult: 0 } param { lr_mult: 0 }")
    assert given.params_lr_mult == [1, 1, 0, 0, 0, 1]


def test_a_learning_rate_for_the_statistics_is_refused():
    with pytest.raises(LayerError, match="'bn'.*param 1 has lr_mult 2; .*lr_mult: 0"):
        net(more="param { lr_mult: 0 } param { lr_mult: 2 }")
    with pytest.raises(LayerError, match="'bn'.*param 0 has lr_mult 1"):
        net(more="param { name: 'shared' }")


def test_in_place_the_gradient_is_right_also_when_the_next_layer_works_in_place():
    diffs = []
    for top in "ip", "other":
        mine = net(top)
        rng = numpy.random.default_rng(0)
        for name in "x", "t":
            mine.blobs[name].data[...] = rng.normal(1, 2, mine.blobs[name].shape)
        mine.forward_backward()
        diffs.append(mine.params["ip"][0].diff.copy())
    numpy.testing.assert_allclose(*diffs, rtol=1e-5)
    assert numpy.abs(diffs[0]).max() > 1e-3


def test_the_number_of_channels_is_fixed():
    rig = batch_norm()
    rig.bottom[0].reshape(2, 3)
    with pytest.raises(LayerError, match="statistics are of 2 channels.*'in0' has sha"):
        rig.forward()


def test_one_axis_is_too_few():
    with pytest.raises(LayerError, match=r"'in0' has shape \(3,\); .*channel axis"):
        batch_norm(x=[1, 2, 3])


def test_mvn_adds_eps_to_the_deviation():
    (y,) = batch_norm("mvn_param { eps: 1 }", [[[[1, 5]]]], "MVN").forward()
    assert y.tolist() == [[[[-2 / 3, 2 / 3]]]]


def test_mvn_always_gives_four_axes():
    (y,) = batch_norm("mvn_param { across_channels: true eps: 0 }", X, "MVN").forward()
    assert y.tolist() == [[[[-1]], [[1]]], [[[-1]], [[1]]]]


def test_mvn_of_an_empty_batch_is_empty():
    rig = batch_norm(type_name="MVN")
    rig.bottom[0].reshape(0, 2)
    assert rig.forward()[0].shape == (0, 2, 1, 1)
    rig.backward()
