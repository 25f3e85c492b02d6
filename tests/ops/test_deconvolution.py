"""Deconvolution equals its loops, and is what transposing a convolution gives."""

import numpy as np
import pytest

from brew import backend
from brew.ops import (
    convolution,
    convolution_plan,
    deconvolution,
    small_convolution,
)
from brew.reference import deconvolution as loops

# x, W, then stride, pad, dilation, group
WINDOWS = {
    "3x3": ((2, 3, 5, 4), (3, 4, 3, 3), 1, 0, 1, 1),
    "stride": ((2, 2, 4, 3), (2, 3, 3, 3), 2, 0, 1, 1),
    "gaps": ((2, 2, 4, 3), (2, 3, 2, 1), 3, 0, 1, 1),
    "tiles": ((2, 2, 3, 4), (2, 3, 2, 2), 2, 0, 1, 1),
    "pad": ((2, 2, 4, 5), (2, 3, 3, 3), 1, 1, 1, 1),
    "pad on one axis": ((1, 2, 4, 5), (2, 3, 3, 3), (1, 3), (2, 0), 1, 1),
    "nothing left but the middle": ((1, 2, 2, 2), (2, 3, 3, 3), 1, (1, 1), 1, 1),
    "dilation, stride and pad": ((2, 2, 4, 3), (2, 3, 3, 2), 2, (3, 1), (2, 3), 1),
    "two groups": ((2, 4, 5, 5), (4, 3, 3, 3), 1, 1, 1, 2),
    "a group for each channel": ((2, 3, 5, 5), (3, 1, 4, 4), 2, 1, 1, 3),
    "1x1": ((3, 4, 3, 5), (4, 2, 1, 1), 1, 0, 1, 1),
    "1x1 with pad": ((3, 4, 3, 5), (4, 2, 1, 1), 1, 1, 1, 1),
    "many outputs": ((2, 2, 4, 3), (2, 130, 2, 2), 1, 0, 1, 1),
    "same size": ((2, 3, 6, 5), (3, 4, 5, 3), 1, (2, 1), 1, 1),
    "1 axis": ((2, 3, 5), (3, 4, 3), 2, 1, 2, 1),
    "3 axes": ((2, 2, 2, 3, 2), (2, 3, 2, 3, 2), (1, 2, 1), (0, 1, 1), 1, 1),
    "no images": ((0, 2, 4, 4), (2, 3, 3, 3), 1, 0, 1, 1),
}


@pytest.fixture(params=["small", "whole", "cut", "cut, 3 threads"])
def way(request, monkeypatch):
    """Run small arrays as such, or as large ones: whole, or cut into bands of rows."""
    if request.param != "small":
        monkeypatch.setattr(small_convolution, "FEW", 0)
    if request.param.startswith("cut"):
        for name in "BLOCK", "WIDE_ENOUGH":
            monkeypatch.setattr(convolution_plan, name, 1)
        monkeypatch.setattr(convolution_plan, "LARGEST_BLOCK", 20)
        monkeypatch.setattr(convolution_plan, "TEAM_WORK", 0)
    backend.set_num_threads(3 if "threads" in request.param else 1)
    convolution_plan._make_plan.cache_clear()
    yield
    backend.set_num_threads(None)
    convolution_plan._make_plan.cache_clear()


def arrays(x_shape, W_shape, group, dtype="float64"):
    rng = np.random.default_rng(0)
    shapes = x_shape, W_shape, (W_shape[1] * group,)
    return [(rng.random(shape) - 0.3).astype(dtype) for shape in shapes]


@pytest.mark.parametrize("name", WINDOWS)
def test_forward_equals_its_loops(name, way):
    *shapes, stride, pad, dilation, group = WINDOWS[name]
    for dtype, tolerance in ("float64", 1e-12), ("float32", 1e-5):
        x, W, b = arrays(*shapes, group, dtype)
        y = deconvolution.forward(x, W, b, stride, pad, dilation, group)
        right = loops.forward(x, W, b, stride, pad, dilation, group)
        assert y.dtype == dtype
        np.testing.assert_allclose(y, right, tolerance, tolerance)


@pytest.mark.parametrize("name", WINDOWS)
def test_backward_equals_its_loops(name, way):
    *shapes, stride, pad, dilation, group = WINDOWS[name]
    x, W, b = arrays(*shapes, group)
    dy = loops.forward(x, W, None, stride, pad, dilation, group)
    dx, dW, db = np.full_like(x, np.nan), np.full_like(W, 2.0), np.full_like(b, 3.0)
    deconvolution.backward(dy, x, W, stride, pad, dilation, group, dx, dW, db)
    right = loops.backward(dy, x, W, stride, pad, dilation, group)
    for got, want in zip((dx, dW - 2, db - 3), right, strict=True):
        np.testing.assert_allclose(got, want, 1e-11, 1e-11)


@pytest.mark.parametrize("name", [name for name in WINDOWS if name != "no images"])
def test_as_a_map_it_is_the_transpose_of_convolution(name):
    *shapes, stride, pad, dilation, group = WINDOWS[name]
    x, W, _ = arrays(*shapes, group)
    options = stride, pad, dilation, group
    z = deconvolution.forward(x, W, None, *options)
    y = np.random.default_rng(1).random(z.shape)
    np.testing.assert_allclose(
        np.vdot(z, y), np.vdot(x, convolution.forward(y, W, None, *options))
    )


def test_only_what_is_asked_for_is_computed():
    x, W, b = arrays((2, 3, 5, 4), (3, 4, 3, 3), 1)
    dy = deconvolution.forward(x, W, b)
    everything = [np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)]
    deconvolution.backward(dy, x, W, 1, 0, 1, 1, *everything)
    for i, want in enumerate(everything):
        alone = [None, None, None]
        alone[i] = np.zeros_like(want)
        deconvolution.backward(dy, x, W, 1, 0, 1, 1, *alone)
        np.testing.assert_array_equal(alone[i], want)


def test_forward_writes_into_out_and_leaves_its_inputs():
    x, W, b = arrays((2, 3, 5, 4), (3, 4, 3, 3), 1)
    before = [array.copy() for array in (x, W, b)]
    out = np.full((2, 4, 7, 6), np.nan)
    assert deconvolution.forward(x, W, b, out=out) is out
    np.testing.assert_array_equal(out, deconvolution.forward(x, W, b))
    for array, old in zip((x, W, b), before, strict=True):
        np.testing.assert_array_equal(array, old)
