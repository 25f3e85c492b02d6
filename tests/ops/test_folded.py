"""Ops on folded arrays (rows, channels, tables) agree with the plain loops."""

import numpy
import pytest

from brew.ops import (
    argmax,
    channels,
    cross_entropy,
    embedding,
    margin,
    pieces,
    reduction,
)
from brew.reference import argmax as argmax_loops
from brew.reference import channels as channel_loops
from brew.reference import cross_entropy as cross_entropy_loops
from brew.reference import embedding as embedding_loops
from brew.reference import margin as margin_loops
from brew.reference import reduction as reduction_loops

close = numpy.testing.assert_allclose


def sample(shape, seed=0, low=-2.0, high=3.0):
    return numpy.asarray(numpy.random.default_rng(seed).uniform(low, high, shape))


@pytest.fixture(params=["whole", "in pieces"])
def way(request, monkeypatch):
    if request.param == "in pieces":
        monkeypatch.setattr(pieces, "LARGE", 5)
        monkeypatch.setattr(pieces, "PIECE", 4)


FACTORS = [((3, 4), 1, (4,)), ((3, 4), 0, (3, 4)), ((2, 3, 4, 2), 1, (3, 4))]
FACTORS += [((2, 3, 4), 2, (4,)), ((5, 2), 0, ()), ((2, 3, 1, 5), 1, (3,)), ((), 0, ())]


@pytest.mark.parametrize(("shape", "axis", "factor_shape"), FACTORS)
def test_channels_equal_loops(shape, axis, factor_shape, way):
    x, dy, a = sample(shape), sample(shape, 1), sample(factor_shape, 2)
    x[numpy.abs(x) < 0.5] = 0.0
    for name in "scale", "shift", "leak":
        right = getattr(channel_loops, name)(x, a, axis)
        close(getattr(channels, name)(x, a, axis), right, 1e-12)
        out = x.copy()
        assert getattr(channels, name)(out, a, axis, out=out) is out
        close(out, right, 1e-12)
    right = channel_loops.leak_backward(dy, x, a, axis)
    close(channels.leak_backward(dy, x, a, axis), right, 1e-12)
    right = channel_loops.collect(x, a.shape, axis)
    close(channels.collect(x, a.shape, axis), right, 1e-12)
    right = channel_loops.collect_product(dy, x, a.shape, axis)
    close(channels.collect_product(dy, x, a.shape, axis), right, 1e-12)


@pytest.mark.parametrize("shape", [(3, 5), (1, 1), (4, 1)])
@pytest.mark.parametrize("operation", ["SUM", "ASUM", "SUMSQ", "MEAN"])
def test_reduction_equals_loop(operation, shape):
    x, dy = sample(shape), sample(shape[:1], 1)
    options = getattr(reduction, operation), -1.5
    close(reduction.forward(x, *options), reduction_loops.forward(x, *options), 1e-12)
    right = reduction_loops.backward(dy, x, *options)
    close(reduction.backward(dy, x, *options), right, 1e-12)


@pytest.mark.parametrize("squared", [False, True])
def test_hinge_equals_loop(squared):
    x, labels = sample((6, 4)), numpy.array([[0], [3], [1], [1], [2], [0]])
    slack = margin.hinge_forward(x, labels, numpy.empty_like(x))
    close(slack, margin_loops.hinge_forward(x, labels, numpy.empty_like(x)), 1e-12)
    right = margin_loops.hinge_backward(slack, labels, squared, 0.3)
    close(margin.hinge_backward(slack, labels, squared, 0.3), right, 1e-12)


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("width", [0.5, 2.0, 9.0])
def test_contrastive_loss_equals_loop(legacy, width):
    difference = sample((8, 3), low=-1)
    difference[3] = 0
    similar = numpy.arange(8) % 3 == 0
    options = width, legacy
    right = margin_loops.contrastive_forward(difference, similar, *options)
    close(margin.contrastive_forward(difference, similar, *options), right, 1e-12)
    right = margin_loops.contrastive_backward(difference, similar, *options, 0.7)
    got = margin.contrastive_backward(difference, similar, *options, 0.7)
    close(got, right, 1e-12)


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("shape", [(3, 4, 2), (2, 5, 1)])
def test_largest_numbers_equal_loop_also_for_equal_and_infinite_ones(shape, count):
    ties = numpy.random.default_rng(0).integers(0, 3, shape).astype("float64")
    for x in sample(shape), ties, numpy.where(ties == 0, -numpy.inf, ties):
        got = argmax.find_largest(x, count)
        numpy.testing.assert_array_equal(got, argmax_loops.find_largest(x, count))
        values = argmax.take(x, got)
        numpy.testing.assert_array_equal(values, argmax_loops.take(x, got))
        numpy.testing.assert_array_equal(values, -numpy.sort(-x, axis=1)[:, :count])


def test_embedding_equals_loop_and_adds_repeated_rows():
    W, bias, dy = sample((5, 3)), sample((3,), 1), sample((4, 3), 2)
    indices = numpy.array([4, 0, 4, 2])
    for b in None, bias:
        right = embedding_loops.forward(indices, W, b)
        close(embedding.forward(indices, W, b), right, 1e-12)
    dW, right = numpy.ones((2, 5, 3))
    embedding.add_gradient(dy, indices, dW)
    embedding_loops.add_gradient(dy, indices, right)
    close(dW, right, 1e-12)
    close(dW[4], 1 + dy[0] + dy[2])


LABELS = numpy.array([[0, 2], [1, 1], [2, 0]])


def test_loss_of_given_probabilities_equals_loop():
    p = sample((3, 3, 2), low=0.01, high=0.9)
    p[0, 0, 0] = 0
    right = cross_entropy_loops.logistic_loss_forward(p, LABELS)
    close(cross_entropy.logistic_loss_forward(p, LABELS), right, 1e-12)
    right = cross_entropy_loops.logistic_loss_backward(p, LABELS, 0.3)
    close(cross_entropy.logistic_loss_backward(p, LABELS, 0.3), right, 1e-12)


@pytest.mark.parametrize("counted", [None, LABELS != 1])
def test_infogain_loss_equals_loop(counted):
    p, H = sample((3, 3, 2), low=0.01, high=0.9), sample((3, 3), 1)
    options = p, H, LABELS, counted
    right = cross_entropy_loops.infogain_loss_forward(*options)
    close(cross_entropy.infogain_loss_forward(*options), right, 1e-12)
    right = cross_entropy_loops.infogain_loss_backward(*options, 0.3)
    close(cross_entropy.infogain_loss_backward(*options, 0.3), right, 1e-12)


def test_infogain_with_the_identity_is_the_softmax_loss():
    p = sample((3, 3, 2), low=0.01, high=0.9)
    H = numpy.eye(3)
    right = cross_entropy.softmax_loss_forward(p, LABELS)
    close(cross_entropy.infogain_loss_forward(p, H, LABELS), right, 1e-12)
