"""What is special about Softmax and SoftmaxWithLoss."""

from math import log

import numpy
import pytest

from brew.errors import LayerError
from brew.testing import Case, choices, lopsided
from brew.testing.rig import Rig


def loss_of(scores, labels, proto="", **options):
    """Return a rig of SoftmaxWithLoss on these numbers."""
    bottoms = [numpy.shape(scores), numpy.shape(labels)]
    samples = [lopsided(), choices(0)]
    rig = Rig(Case("SoftmaxWithLoss", proto, bottoms, samples=samples, **options))
    rig.bottom[0].data[...] = scores
    rig.bottom[1].data[...] = labels
    return rig


def test_loss_of_equal_scores_is_the_log_of_the_number_of_classes():
    rig = loss_of([[5, 5, 5, 5], [0, 0, 0, 0]], [1, 3])
    assert rig.forward()[0] == pytest.approx(log(4))


def test_loss_weight_scales_the_gradient_and_not_the_loss():
    plain, weighted = loss_of([[1, 2]], [0]), loss_of([[1, 2]], [0], "loss_weight: 3")
    for rig in plain, weighted:
        rig.forward()
        rig.layer.backward(rig.top, [True, False], rig.bottom)
    assert weighted.top[0].data == plain.top[0].data
    gradient = plain.bottom[0].diff
    numpy.testing.assert_allclose(weighted.bottom[0].diff, 3 * gradient)
    assert gradient.sum() == pytest.approx(0)
    assert gradient[0, 0] < 0 < gradient[0, 1]


def test_ignored_labels_count_neither_for_the_loss_nor_the_gradient():
    rig = loss_of([[1, 2], [7, 9]], [0, 255], "loss_param { ignore_label: 255 }")
    alone = loss_of([[1, 2]], [0])
    assert rig.forward()[0] == pytest.approx(alone.forward()[0])
    rig.layer.backward(rig.top, [True, False], rig.bottom)
    assert not rig.bottom[0].diff[1].any()


def test_second_top_is_the_softmax():
    rig = loss_of([[0, log(3)]], [0], "loss_weight: 1 loss_weight: 0", tops=2)
    _, p = rig.forward()
    numpy.testing.assert_allclose(p, [[0.25, 0.75]])


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            [0, 2],
            r"layer 'checked' .*'in1'.*labels go from 0 to 2, but must be from 0 to 1",
        ),
        ([-1, 1], "labels go from -1 to 1.*ignore_label"),
        ([0, numpy.nan], "'in1'.*some labels are NaN"),
    ],
)
def test_labels_that_cannot_be_are_refused(labels, message):
    rig = loss_of([[1, 2], [3, 4]], labels)
    with pytest.raises(LayerError, match=message):
        rig.forward()


def test_axis_that_does_not_exist_is_refused():
    with pytest.raises(LayerError, match=r"no axis 2 in shape \(2, 3\).*'in0'"):
        Rig(Case("Softmax", "softmax_param { axis: 2 }", [(2, 3)]))
