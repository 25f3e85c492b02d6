"""Convolution equals its loops, whatever the window, and cut however it is."""

import numpy as np
import pytest

from brew import backend
from brew.ops import (
    convolution,
    convolution_plan,
    large_convolution,
    small_convolution,
    winograd_plan,
)
from brew.reference import convolution as loops

# x, W, then stride, pad, dilation, group
WINDOWS = {
    "3x3": ((2, 3, 5, 4), (4, 3, 3, 3), 1, 0, 1, 1),
    "stride": ((2, 2, 7, 6), (3, 2, 3, 3), 2, 0, 1, 1),
    "rows left over": ((1, 2, 8, 9), (3, 2, 3, 2), (3, 4), 0, 1, 1),
    "pad": ((2, 2, 4, 5), (3, 2, 3, 3), 1, 1, 1, 1),
    "pad on one axis": ((1, 2, 4, 5), (3, 2, 3, 3), 1, (2, 0), 1, 1),
    "pad and stride": ((2, 2, 5, 6), (3, 2, 3, 3), 2, 2, 1, 1),
    "pad beyond the kernel": ((1, 2, 3, 3), (2, 2, 2, 2), 1, 3, 1, 1),
    "more pad than image": ((1, 1, 2, 2), (2, 1, 3, 3), 3, 5, 1, 1),
    "dilation": ((2, 2, 7, 8), (3, 2, 3, 2), 1, 0, 2, 1),
    "dilation, stride and pad": ((2, 2, 7, 8), (3, 2, 3, 2), 2, 2, (2, 3), 1),
    "two groups": ((2, 4, 5, 5), (6, 2, 3, 3), 1, 1, 1, 2),
    "a group for each channel": ((2, 3, 5, 5), (6, 1, 3, 3), 1, 1, 1, 3),
    "1x1": ((3, 4, 3, 5), (2, 4, 1, 1), 1, 0, 1, 1),
    "1x1 in groups": ((3, 4, 3, 5), (2, 2, 1, 1), 1, 0, 1, 2),
    "1x1, shared unevenly": ((4, 2, 3, 3), (3, 2, 1, 1), 1, 0, 1, 1),
    "1x1 with many outputs": ((2, 4, 3, 3), (260, 2, 1, 1), 1, 0, 1, 2),
    "1x1, no images": ((0, 2, 3, 3), (3, 2, 1, 1), 1, 0, 1, 1),
    "1x1 with stride": ((3, 4, 5, 6), (2, 4, 1, 1), (2, 3), 0, 1, 1),
    "1x1 with pad": ((2, 3, 3, 3), (2, 3, 1, 1), 1, 1, 1, 1),
    "1x3": ((2, 3, 4, 5), (2, 3, 1, 3), 1, (0, 1), 1, 1),
    "3x1 with gaps": ((2, 3, 7, 5), (2, 3, 3, 1), (1, 2), (1, 0), 1, 1),
    "stride beyond the kernel": ((2, 2, 8, 7), (3, 2, 2, 1), 3, 0, 1, 1),
    "whole image": ((3, 2, 4, 5), (3, 2, 4, 5), 1, 0, 1, 1),
    "slightly too large a window": ((1, 2, 4, 4), (2, 2, 5, 5), 2, 0, 1, 1),
    "one image of one channel": ((1, 1, 4, 4), (1, 1, 2, 2), 1, 0, 1, 1),
    "many outputs": ((2, 2, 4, 3), (130, 2, 2, 2), 1, 0, 1, 1),
    "1 axis": ((2, 3, 9), (4, 3, 3), 2, 1, 2, 1),
    "3 axes": ((2, 2, 4, 5, 4), (3, 2, 2, 3, 2), (1, 2, 1), (0, 1, 1), 1, 1),
    "same size": ((2, 3, 6, 5), (4, 3, 5, 3), 1, (2, 1), 1, 1),
    "same size, dilated": ((2, 3, 6, 5), (2, 3, 3, 3), 1, (2, 1), (2, 1), 1),
    "same size, pad between taps": ((2, 3, 6, 5), (3, 3, 2, 1), 1, (1, 0), (2, 1), 1),
    "same size, in groups": ((2, 4, 6, 5), (4, 2, 3, 3), 1, 1, 1, 2),
    "same size, 1 axis": ((2, 4, 6), (3, 4, 3), 1, 1, 1, 1),
    "same size, 3 axes": ((1, 2, 4, 4, 3), (2, 2, 3, 3, 3), 1, 1, 1, 1),
    "no images": ((0, 2, 4, 4), (3, 2, 3, 3), 1, 0, 1, 1),
    "a tile": ((2, 3, 5, 6), (4, 3, 3, 3), 1, 0, 1, 1),
    "whole tiles": ((3, 2, 4, 8), (4, 2, 3, 5), 1, 2, 1, 1),
    "tiles that overlap": ((3, 3, 6, 7), (5, 3, 5, 5), 1, 2, 1, 1),
    "tiles for 4 numbers": ((2, 4, 3, 10), (6, 2, 2, 4), 1, (0, 1), 1, 2),
    "tiles and pad beyond the kernel": ((2, 2, 3, 5), (3, 2, 1, 3), 1, (1, 4), 1, 1),
    "tiles of many outputs": ((2, 2, 3, 5), (150, 2, 3, 3), 1, 1, 1, 1),
    "tiles with dilation": ((1, 2, 6, 9), (3, 2, 3, 3), 1, 2, (2, 1), 1),
    "tiles with stride": ((1, 2, 6, 9), (3, 2, 3, 3), (2, 1), 1, 1, 1),
}


@pytest.fixture(
    params=[
        "small",
        "mixed",
        "stacked",
        "one image a block",
        "bands of rows",
        "large",
        "large, row by row",
        "winograd",
    ]
)
def cut(request, monkeypatch):
    """Hold and cut the batch as small or as large ones are held and cut."""
    if request.param != "small":
        monkeypatch.setattr(small_convolution, "FEW", 0)
    if request.param == "winograd":
        monkeypatch.setattr(winograd_plan, "SAVING", 10**9)
        monkeypatch.setattr(winograd_plan, "FEWEST_INPUTS", 0)
        monkeypatch.setattr(winograd_plan, "LONGEST_ROWS", 10**9)
    elif request.param not in ("small", "mixed"):
        for name in "WIDE_ENOUGH", "LONG_ROWS", "FEW_WINDOWS", "MANY_WINDOWS":
            monkeypatch.setattr(convolution_plan, name, 1)
    if request.param in ("one image a block", "bands of rows"):
        monkeypatch.setattr(convolution_plan, "BLOCK", 1)
    if request.param == "bands of rows":
        monkeypatch.setattr(convolution_plan, "LARGEST_BLOCK", 20)
    if request.param in ("large", "large, row by row"):
        for name in "LARGE_OUTPUT", "STRIP", "STRIP_WINDOWS":
            monkeypatch.setattr(convolution_plan, name, 7)
    if request.param == "large, row by row":
        for name in "SHORTEST_ROW", "FEWEST_WEIGHTS", "FEWEST_KERNELS":
            monkeypatch.setattr(large_convolution, name, 1)
        monkeypatch.setattr(large_convolution, "SMALL_PRODUCT", 150)
        monkeypatch.setattr(large_convolution, "FEW_ROWS", 100)
    convolution_plan._make_plan.cache_clear()
    yield
    convolution_plan._make_plan.cache_clear()


@pytest.fixture(params=["rows at once", "late rows"])
def rows(request, monkeypatch):
    """Unroll all axes, or leave the rows for after the product where possible."""
    least = 10**9 if request.param == "rows at once" else 0
    for name in "LATE_INPUTS", "LATE_WINDOWS":
        monkeypatch.setattr(convolution_plan, name, least)


@pytest.fixture(params=[1, 3], ids=["1 thread", "3 threads"])
def team(request, monkeypatch):
    """Deal also small work over the threads."""
    monkeypatch.setattr(convolution_plan, "TEAM_WORK", 0)
    backend.set_num_threads(request.param)
    yield
    backend.set_num_threads(None)


def arrays(x_shape, W_shape, dtype, seed=0):
    rng = np.random.default_rng(seed)
    x, W, b = (
        rng.random(x_shape) - 0.3,
        rng.random(W_shape) - 0.4,
        rng.random(W_shape[0]),
    )
    return x.astype(dtype), W.astype(dtype), b.astype(dtype)


@pytest.mark.parametrize("name", WINDOWS)
def test_forward_equals_its_loops(name, rows, cut, team):
    *shapes, stride, pad, dilation, group = WINDOWS[name]
    for dtype, tolerance in ("float64", 1e-12), ("float32", 1e-5):
        x, W, b = arrays(*shapes, dtype)
        y = convolution.forward(x, W, b, stride, pad, dilation, group)
        right = loops.forward(x, W, b, stride, pad, dilation, group)
        assert y.dtype == dtype
        np.testing.assert_allclose(y, right, tolerance, tolerance)


@pytest.mark.parametrize("name", WINDOWS)
def test_backward_equals_its_loops(name, rows, cut, team):
    *shapes, stride, pad, dilation, group = WINDOWS[name]
    x, W, _ = arrays(*shapes, "float64")
    dy = loops.forward(x, W, None, stride, pad, dilation, group)
    dx, dW, db = np.full_like(x, np.nan), np.full_like(W, 2.0), np.full(len(W), 3.0)
    convolution.backward(dy, x, W, stride, pad, dilation, group, dx, dW, db)
    right = loops.backward(dy, x, W, stride, pad, dilation, group)
    for got, want in zip((dx, dW - 2, db - 3), right, strict=True):
        np.testing.assert_allclose(got, want, 1e-11, 1e-11)


def test_only_what_is_asked_for_is_computed():
    x, W, b = arrays((2, 3, 5, 4), (4, 3, 3, 3), "float64")
    dy = convolution.forward(x, W, b)
    everything = [np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)]
    convolution.backward(dy, x, W, 1, 0, 1, 1, *everything)
    for i, want in enumerate(everything):
        alone = [None, None, None]
        alone[i] = np.zeros_like(want)
        convolution.backward(dy, x, W, 1, 0, 1, 1, *alone)
        np.testing.assert_array_equal(alone[i], want)


def test_forward_writes_into_out_and_leaves_its_inputs():
    x, W, b = arrays((2, 3, 5, 4), (4, 3, 3, 3), "float32")
    before = [array.copy() for array in (x, W, b)]
    out = np.full((2, 4, 3, 2), np.nan, "float32")
    assert convolution.forward(x, W, b, out=out) is out
    np.testing.assert_array_equal(out, convolution.forward(x, W, b))
    for array, old in zip((x, W, b), before, strict=True):
        np.testing.assert_array_equal(array, old)


@pytest.mark.parametrize(
    ("kernels", "weights", "row", "of_a_product"),
    [
        (64, 148, 112, 32),  # as GoogLeNet begins
        (64, 100, 100, 64),
        (62, 148, 112, 31),
        (61, 148, 112, 0),  # cannot be cut
        (64, 28, 112, 0),  # too few weights
        (96, 148, 61, 0),  # too short rows
        (64, 1000, 112, 0),  # too few kernels in a small product
        (8, 148, 112, 8),
    ],
)
def test_long_rows_make_small_products(kernels, weights, row, of_a_product):
    found = large_convolution._kernels_of_a_product(kernels, weights, row)
    assert found == of_a_product


@pytest.fixture(params=[(16, 8, 5, 5), (24, 16, 5, 5)], ids=["plain", "winograd"])
def many(request):
    """Return x and W that are worth several threads."""
    x, W, _ = arrays((11, request.param[1], 24, 24), request.param, "float64")
    is_winograd = convolution_plan.make_plan(x.shape, W.shape, pad=2).is_winograd
    assert is_winograd == ("winograd" in request.node.callspec.id)
    return x, W


def results_of(x, W, threads):
    """Return the outputs and all gradients, computed on so many threads."""
    b = np.linspace(0, 1, len(W), dtype=x.dtype)
    grads = np.empty_like(x), np.zeros_like(W), np.zeros_like(b)
    backend.set_num_threads(threads)
    try:
        y = convolution.forward(x, W, b, 1, 2)
        convolution.backward(y, x, W, 1, 2, 1, 1, *grads)
    finally:
        backend.set_num_threads(None)
    return y, *grads


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_same_number_of_threads_gives_the_same_bits(many, threads):
    x, W = (array.astype("float32") for array in many)
    first, *others = [results_of(x, W, threads) for _ in range(3)]
    for other in others:
        for mine, yours in zip(first, other, strict=True):
            np.testing.assert_array_equal(mine, yours)


def test_the_number_of_threads_changes_only_the_last_bits(many):
    first, *others = [results_of(*many, threads) for threads in (1, 2, 5)]
    for other in others:
        for mine, yours in zip(first, other, strict=True):
            np.testing.assert_allclose(mine, yours, 1e-11, 1e-11)


@pytest.mark.parametrize("num_images", [1, 32, 5000])
def test_a_block_is_as_large_as_memory_allows_whatever_the_batch(num_images):
    shapes = (num_images, 32, 24, 24), (32, 32, 5, 5)
    plan = convolution_plan.make_plan(*shapes, stride=2, pad=2)
    for block in plan.blocks:
        images = len(range(num_images)[block.images])
        windows = images * 32 * 5 * 5 * np.prod(block.counts)
        assert windows <= convolution_plan.BLOCK
