"""The windows of im2col are those of the definition, and col2im is its adjoint."""

import numpy as np
import pytest

from brew.ops.im2col import Axis, col2im, im2col, size_out

# The window along each axis, and the size of the image.
WINDOWS = [
    ([Axis(3)], [5]),
    ([Axis(2, stride=3)], [7]),
    ([Axis(3), Axis(2)], [4, 5]),
    ([Axis(1), Axis(3)], [3, 4]),
    ([Axis(3), Axis(1)], [3, 4]),
    ([Axis(1, stride=2), Axis(1, stride=3)], [3, 4]),
    ([Axis(1), Axis(1)], [2, 3]),
    ([Axis(2, stride=2), Axis(3, dilation=2)], [6, 5]),
    ([Axis(2), Axis(2, stride=2), Axis(2)], [3, 4, 3]),
]


@pytest.mark.parametrize(("axes", "sizes"), WINDOWS)
@pytest.mark.parametrize("num_images", [1, 3])
def test_every_window_holds_what_lies_under_it(axes, sizes, num_images):
    x = np.arange(1.0, 1 + 2 * np.prod(sizes) * num_images)
    x = x.reshape(2, *sizes, num_images)
    counts = list(map(size_out, sizes, axes))
    windows = im2col(x, axes, counts)
    assert windows.shape == (2, *(axis.kernel for axis in axes), *counts, num_images)
    for c, *place, n in np.ndindex(windows.shape):
        taps, window = place[: len(axes)], place[len(axes) :]
        pixel = tuple(
            o * axis.stride + tap * axis.dilation
            for axis, tap, o in zip(axes, taps, window, strict=True)
        )
        assert windows[(c, *place, n)] == x[(c, *pixel, n)]


@pytest.mark.parametrize(("axes", "sizes"), WINDOWS)
def test_col2im_is_the_adjoint(axes, sizes):
    rng = np.random.default_rng(0)
    counts = list(map(size_out, sizes, axes))
    x = rng.random((2, *sizes, 3))
    windows = im2col(x, axes, counts).copy()
    weights = rng.random(windows.shape)
    back = np.zeros_like(x)
    col2im(weights.copy(), axes, back)
    assert np.isclose((windows * weights).sum(), (x * back).sum())


def test_col2im_adds_to_what_is_there():
    x = np.ones((1, 4, 1))
    col2im(np.ones((1, 2, 3, 1)), [Axis(2)], x)
    assert x.ravel().tolist() == [2, 3, 3, 2]


def test_sizes_are_rounded_toward_zero_as_in_c():
    assert size_out(4, Axis(5, stride=2)) == 1  # -1 / 2 is 0 in C
    assert size_out(3, Axis(5, stride=2)) == 0
    assert size_out(7, Axis(3, stride=2)) == 3
    assert size_out(8, Axis(3, stride=2)) == 3
    assert size_out(4, Axis(3, pad=1, dilation=2)) == 2
