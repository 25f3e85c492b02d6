"""The columns of Im2col equal their loops, and are what convolution multiplies."""

import numpy as np
import pytest

from brew import backend
from brew.ops import columns, convolution, pieces
from brew.reference import columns as loops

# x, kernel, then stride, pad, dilation
WINDOWS = {
    "3x3": ((2, 3, 5, 4), (3, 3), 1, 0, 1),
    "1x1": ((2, 3, 3, 4), (1, 1), 1, 0, 1),
    "stride": ((2, 2, 7, 6), (3, 3), 2, 0, 1),
    "rows left over": ((1, 2, 8, 9), (3, 2), (3, 4), 0, 1),
    "pad": ((2, 2, 4, 5), (3, 3), 1, 1, 1),
    "pad on one axis": ((1, 2, 4, 5), (3, 3), 2, (2, 0), 1),
    "more pad than image": ((1, 1, 2, 2), (3, 3), 3, 5, 1),
    "only padding": ((1, 2, 2, 2), (1, 1), 9, 3, 1),
    "dilation, stride and pad": ((2, 2, 7, 8), (3, 2), 2, 2, (2, 3)),
    "slightly too large a window": ((1, 2, 4, 4), (5, 5), 2, 0, 1),
    "1 axis": ((2, 3, 9), (3,), 2, 1, 2),
    "3 axes": ((2, 2, 4, 5, 4), (2, 3, 2), (1, 2, 1), (0, 1, 1), 1),
    "no images": ((0, 2, 4, 4), (3, 3), 1, 0, 1),
}


@pytest.fixture(params=["whole", "in pieces"])
def way(request, monkeypatch):
    """Run small arrays whole or, as large ones, in pieces on three threads."""
    if request.param == "in pieces":
        monkeypatch.setattr(pieces, "LARGE", 5)
        monkeypatch.setattr(pieces, "PIECE", 40)
        backend.set_num_threads(3)
    yield
    backend.set_num_threads(None)


def sample(shape, dtype="float64"):
    return (np.random.default_rng(0).random(shape) - 0.3).astype(dtype)


@pytest.mark.parametrize("name", WINDOWS)
def test_the_windows_are_those_of_the_loops(name, way):
    shape, *window = WINDOWS[name]
    for dtype in "float64", "float32":
        x = sample(shape, dtype)
        y = columns.forward(x, *window)
        assert y.dtype == dtype
        np.testing.assert_array_equal(y, loops.forward(x, *window))


@pytest.mark.parametrize("name", WINDOWS)
def test_gradients_add_up_as_in_the_loops(name, way):
    shape, *window = WINDOWS[name]
    dy = sample(columns.forward(sample(shape), *window).shape)
    out = np.full(shape, np.nan)
    assert columns.backward(dy, shape, *window, out=out) is out
    np.testing.assert_allclose(out, loops.backward(dy, shape, *window), 1e-12)


def test_kernels_times_columns_are_a_convolution():
    x, W = sample((2, 3, 6, 5)), sample((4, 3, 3, 2))
    y = np.tensordot(W.reshape(4, 18), columns.forward(x, (3, 2), 2, 1), (1, 1))
    right = convolution.forward(x, W, None, 2, 1)
    np.testing.assert_allclose(y.swapaxes(0, 1), right)
