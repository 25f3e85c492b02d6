import numpy as np
import pytest

from brew import backend
from brew.ops import batch_norm
from brew.reference import batch_norm as loops

SHAPES = [(3, 2, 5), (1, 4, 3), (7, 1, 1), (2, 3, 1), (1, 1, 9)]


@pytest.mark.parametrize("over_items", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_batch_norm_equals_its_loops(shape, over_items):
    x, dy = np.random.default_rng(0).normal(1, 2, (2, *shape))
    mean, variance = batch_norm.statistics(x, over_items)
    for got, want in zip(
        (mean, variance), loops.statistics(x, over_items), strict=True
    ):
        np.testing.assert_allclose(got, want, 1e-12, 1e-15)
    np.testing.assert_allclose(batch_norm.mean(x, over_items), mean, 1e-12)
    divisor = np.sqrt(variance + 0.1)
    for parts in (mean,), (mean, divisor):
        got, want = batch_norm.forward(x, *parts), loops.forward(x, *parts)
        np.testing.assert_allclose(got, want, 1e-12)
    got = batch_norm.backward(dy, x, mean, divisor)
    want = loops.backward(dy, x, mean, divisor)
    np.testing.assert_allclose(got, want, 1e-11, 1e-14)


def test_results_may_be_written_over_the_arguments():
    x, dy = np.random.default_rng(0).normal(1, 2, (2, 4, 3, 5))
    mean, variance = batch_norm.statistics(x)
    divisor = np.sqrt(variance)
    dx = batch_norm.backward(dy, x, mean, divisor)
    assert batch_norm.backward(dy, x, mean, divisor, out=dy) is dy
    np.testing.assert_array_equal(dy, dx)
    y = batch_norm.forward(x, mean, divisor)
    np.testing.assert_array_equal(batch_norm.forward(x, mean, divisor, out=x), y)


def test_the_number_of_threads_changes_no_bit():
    x, dy = np.random.default_rng(0).normal(size=(2, 16, 32, 40 * 40)).astype("f4")
    results = []
    try:
        for count in (1, 2, 3):
            backend.set_num_threads(count)
            mean, variance = batch_norm.statistics(x)
            y = batch_norm.forward(x, mean, np.sqrt(variance))
            dx = batch_norm.backward(dy, x, mean, np.sqrt(variance))
            results.append(np.stack([y, dx]))
    finally:
        backend.set_num_threads(None)
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])
