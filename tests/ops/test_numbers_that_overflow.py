"""Where the textbook formula overflows, the ops still give the right number."""

import numpy
import pytest

from brew.ops import activation, cross_entropy, dropout, power, softmax

HUGE = numpy.array([[-1e4, -90.0, 0.0, 90.0, 1e4]], "float32")


def test_sigmoid_of_huge_numbers_is_0_or_1():
    y = activation.sigmoid_forward(HUGE)
    numpy.testing.assert_allclose(y, [[0, 0, 0.5, 1, 1]], atol=1e-7)
    dx = activation.sigmoid_backward(numpy.ones_like(y), y)
    numpy.testing.assert_allclose(dx, [[0, 0, 0.25, 0, 0]], atol=1e-7)


def test_activations_of_huge_numbers_are_their_limits():
    dy = numpy.ones_like(HUGE)
    numpy.testing.assert_allclose(
        activation.bnll_forward(HUGE), [[0, 0, numpy.log(2), 90, 1e4]], atol=1e-7
    )
    numpy.testing.assert_allclose(
        activation.bnll_backward(dy, HUGE), [[0, 0, 0.5, 1, 1]], atol=1e-7
    )
    elu = activation.elu_forward(HUGE, 2.0)
    numpy.testing.assert_allclose(elu, [[-2, -2, 0, 90, 1e4]])
    slopes = activation.elu_backward(dy, HUGE, elu, 2.0)
    numpy.testing.assert_allclose(slopes, [[0, 0, 2, 1, 1]])
    swish = activation.swish_forward(HUGE, 1.0, numpy.empty_like(HUGE))
    numpy.testing.assert_allclose(swish, [[0, 0, 0, 90, 1e4]], atol=1e-4)


def test_softmax_of_huge_numbers_adds_up_to_1():
    y = softmax.forward(HUGE)
    numpy.testing.assert_array_equal(y, [[0, 0, 0, 0, 1]])
    numpy.testing.assert_array_equal(softmax.forward(HUGE + 1e5), y)


def test_softmax_loss_of_an_impossible_class_is_finite():
    p = numpy.array([[0.0, 1.0]], "float32").reshape(1, 2, 1)
    loss = cross_entropy.softmax_loss_forward(p, numpy.array([[0]]))
    assert loss == pytest.approx(87.3365, rel=1e-5)


def test_sigmoid_loss_of_huge_scores_is_the_distance_from_right():
    for t in 0.0, 1.0:
        loss = cross_entropy.sigmoid_loss_forward(HUGE[0], numpy.full(5, t, "float32"))
        assert loss == pytest.approx(1e4 + 90 + numpy.log(2), rel=1e-6)


def test_power_gradient_at_zero_is_a_number():
    x = numpy.array([0.0, 2.0])
    numpy.testing.assert_array_equal(power.backward(x + 1, x, 3.0), [0, 36])
    numpy.testing.assert_array_equal(power.backward(x + 1, x, 2.0), [0, 12])
    numpy.testing.assert_array_equal(power.backward(x + 1, x, 0.0), [0, 0])


def test_dropout_keeps_the_share_it_is_told_to():
    rng = numpy.random.default_rng(0)
    for ratio in 0.1, 0.5, 0.8:
        share = dropout.draw(rng, (200, 500), ratio).mean()
        assert share == pytest.approx(1 - ratio, abs=0.006)
    assert dropout.draw(rng, (1000,), 0.0).all()
