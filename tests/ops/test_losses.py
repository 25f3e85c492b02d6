"""Labels, normalization, cross entropy and accuracy."""

import numpy
import pytest

from brew.ops import accuracy, cross_entropy, labels, loss_normalization, softmax
from brew.proto import caffe_pb2
from brew.reference import accuracy as accuracy_loops
from brew.reference import cross_entropy as loops

SHAPES = [(1, 2, 1), (5, 3, 1), (2, 4, 6), (3, 1, 2)]


def scores_and_labels(shape):
    rng = numpy.random.default_rng(sum(shape))
    N, K, M = shape
    return rng.normal(0.5, 2, shape), rng.integers(0, K, (N, M))


@pytest.mark.parametrize("some_ignored", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_softmax_loss_equals_loop(shape, some_ignored):
    x, true = scores_and_labels(shape)
    p = softmax.forward(x)
    counted = numpy.arange(true.size).reshape(true.shape) % 3 > 0
    counted = counted if some_ignored else None
    assert cross_entropy.softmax_loss_forward(p, true, counted) == pytest.approx(
        loops.softmax_loss_forward(p, true, counted), rel=1e-12
    )
    numpy.testing.assert_allclose(
        cross_entropy.softmax_loss_backward(p, true, counted, 0.7),
        loops.softmax_loss_backward(p, true, counted, 0.7),
        1e-12,
        1e-15,
    )


@pytest.mark.parametrize("some_ignored", [False, True])
@pytest.mark.parametrize("shape", [(1,), (5, 3), (2, 3, 4)])
def test_sigmoid_loss_equals_loop(shape, some_ignored):
    rng = numpy.random.default_rng(len(shape))
    x, t = rng.normal(0.5, 3, shape), rng.uniform(size=shape)
    counted = (t < 0.7) if some_ignored else None
    assert cross_entropy.sigmoid_loss_forward(x, t, counted) == pytest.approx(
        loops.sigmoid_loss_forward(x, t, counted), rel=1e-12
    )
    numpy.testing.assert_allclose(
        cross_entropy.sigmoid_loss_backward(x, t, counted, 0.7),
        loops.sigmoid_loss_backward(x, t, counted, 0.7),
        1e-12,
        1e-15,
    )


@pytest.mark.parametrize("top_k", [1, 2])
@pytest.mark.parametrize("shape", [(5, 3, 1), (4, 2, 1), (2, 4, 6)])
def test_accuracy_equals_loop_also_for_equal_scores(shape, top_k):
    x, true = scores_and_labels(shape)
    for scores in x, numpy.round(x / 2):
        numpy.testing.assert_array_equal(
            accuracy.find_hits(scores, true, top_k),
            accuracy_loops.find_hits(scores, true, top_k),
        )


def test_a_net_that_scores_all_classes_alike_is_never_right():
    hits = accuracy.find_hits(numpy.ones((2, 3, 1)), numpy.array([[0], [1]]), top_k=2)
    assert not hits.any()


def test_nan_scores_are_never_right():
    scores = numpy.full((1, 3, 1), numpy.nan)
    assert not accuracy.find_hits(scores, numpy.array([[0]])).any()
    assert not accuracy_loops.find_hits(scores, numpy.array([[0]])).any()


def test_accuracy_of_each_class_is_a_share_of_its_labels():
    true = numpy.array([[0], [0], [2], [2], [1]])
    hits = numpy.array([[True], [False], [True], [True], [False]])
    counted = numpy.array([[True], [True], [True], [True], [False]])
    shares = accuracy.of_each_class(hits, counted, true, 4)
    numpy.testing.assert_array_equal(shares, [0.5, 0, 1, 0])


@pytest.mark.parametrize(
    ("values", "ignore_label", "words"),
    [
        ([0, 2], None, ""),
        ([], None, ""),
        ([0, 3], None, "labels go from 0 to 3, but must be from 0 to 2; mend them"),
        ([-1, 2], None, "labels go from -1 to 2"),
        ([255, 2], 255, ""),
        ([-1, 2], -1, ""),
        ([255, 2], -1, "labels go from 2 to 255"),
        ([0, numpy.nan], None, "some labels are NaN"),
        ([0, numpy.nan], 7, "some labels are NaN"),
        ([0, numpy.inf], None, "labels go from 0 to inf"),
    ],
)
def test_wrong_labels_are_found_and_told(values, ignore_label, words):
    _, _, problem = labels.read(numpy.array(values, "float32"), 3, ignore_label)
    assert problem.startswith(words)
    assert bool(problem) == bool(words)


def test_labels_that_do_not_count_become_a_class_that_exists():
    whole, counted, problem = labels.read(numpy.array([[2.0], [255.0]]), 3, 255)
    assert whole.tolist() == [[2], [0]]
    assert counted.tolist() == [[True], [False]]
    assert problem == ""


def test_without_ignore_label_all_labels_count():
    whole, counted, _ = labels.read(numpy.array([[2.0], [0.0]]), 3)
    assert whole.tolist() == [[2], [0]]
    assert counted is None


def test_labels_must_be_one_for_each_place():
    assert labels.find_shape_problem((2, 6), (2, 5, 2, 3), 1) == ""
    problem = labels.find_shape_problem((2, 5), (2, 5, 2, 3), 1)
    assert "need 12 labels, one for each item and place, not 10" in problem


@pytest.mark.parametrize(
    ("way", "everything", "half"),
    [("FULL", 6, 6), ("VALID", 6, 3), ("BATCH_SIZE", 2, 2), ("NONE", 1, 1)],
)
def test_losses_are_divided_as_loss_param_says(way, everything, half):
    message = caffe_pb2.LossParameter()
    message.normalization = getattr(caffe_pb2.LossParameter, way)
    chosen = loss_normalization.choose(message, None)
    counted = numpy.array([[True, False, True], [False, False, True]])
    assert loss_normalization.divisor(chosen, (2, 3)) == everything
    assert loss_normalization.divisor(chosen, (2, 3), counted) == half
    assert loss_normalization.divisor(chosen, (0, 3)) == 1
    assert loss_normalization.divisor(chosen, (2, 3), counted & False) >= 1


def test_normalize_counts_only_without_normalization():
    message = caffe_pb2.LossParameter()
    assert loss_normalization.choose(message, "default") == "default"
    message.normalize = True
    assert loss_normalization.choose(message, None) == loss_normalization.VALID
    message.normalize = False
    assert loss_normalization.choose(message, None) == loss_normalization.BATCH_SIZE
    message.normalization = caffe_pb2.LossParameter.NONE
    assert loss_normalization.choose(message, None) == loss_normalization.NONE
