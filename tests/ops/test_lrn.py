import numpy as np
import pytest

from brew.ops import lrn
from brew.reference import lrn as loops

SETTINGS = [
    (3, 2.0, 0.75, 1.0, (1,)),
    (5, 0.5, 0.5, 2.0, (1,)),
    (9, 1.0, 0.75, 1.0, (1,)),  # wider than there are channels
    (1, 1.0, 0.75, 1.0, (1,)),
    (3, 2.0, 0.75, 1.0, (2, 3)),
    (7, 2.0, 0.6, 1.0, (2, 3)),  # higher than the image
]


@pytest.mark.parametrize("longest_row", [0, 3])  # summed by a matrix
@pytest.mark.parametrize(("size", "alpha", "beta", "k", "axes"), SETTINGS)
def test_lrn_equals_its_loops(size, alpha, beta, k, axes, longest_row, monkeypatch):
    monkeypatch.setattr(lrn, "LONGEST_ROW", longest_row)
    rng = np.random.default_rng(0)
    x, dy = rng.normal(1, 1, (2, 2, 4, 5, 3))
    scale = np.empty_like(x)
    y = lrn.forward(x, size, alpha, beta, k, axes, scale=scale)
    assert np.allclose(y, loops.forward(x, size, alpha, beta, k, axes))
    dx = lrn.backward(dy, x, y, scale, size, alpha, beta, axes)
    assert np.allclose(dx, loops.backward(dy, x, size, alpha, beta, k, axes))


def test_the_number_of_threads_changes_no_bit():
    from brew import backend

    x = np.random.default_rng(0).normal(size=(8, 32, 56, 56)).astype(np.float32)
    results = []
    try:
        for count in (1, 2):
            backend.set_num_threads(count)
            results.append(lrn.forward(x, 5, 1e-4, 0.75, 1.0))
    finally:
        backend.set_num_threads(None)
    assert np.array_equal(*results)
