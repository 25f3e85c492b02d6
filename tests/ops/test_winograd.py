"""Winograd's convolution: its matrices, where it is chosen, how it is dealt.

That it equals the loops is a part of test_convolution.py.
"""

import numpy as np
import pytest

from brew import backend
from brew.ops import convolution, winograd_plan
from brew.ops.im2col import make_axes, size_out


@pytest.mark.parametrize("kernel", [3, 4, 5])
def test_four_outputs_need_few_multiplications(kernel):
    rng = np.random.default_rng(kernel)
    A, G, B = winograd_plan.matrices(kernel)
    g, d = rng.random(kernel), rng.random(kernel + 3)
    products = (G @ g) * (B @ d)
    assert len(products) == kernel + 3 < 4 * kernel
    np.testing.assert_allclose(A.T @ products, np.correlate(d, g), 1e-13)


@pytest.mark.parametrize(("size", "pad", "kernel"), [(8, 0, 5), (7, 2, 5), (6, 4, 3)])
def test_the_matrix_of_rows_finds_the_points_of_every_tile(size, pad, kernel):
    row = np.random.default_rng(1).random(size)
    padded = np.pad(row, pad)
    _, _, B = winograd_plan.matrices(kernel)
    outputs = len(padded) - kernel + 1
    starts = [min(4 * i, outputs - 4) for i in range(-(-outputs // 4))]
    seen = np.stack([padded[start : start + len(B)] for start in starts], axis=1)
    found = winograd_plan.matrix_of_rows(size, pad, kernel) @ row
    np.testing.assert_allclose(found, (B @ seen).reshape(-1), 1e-12)


@pytest.mark.parametrize(
    ("x", "W", "pad", "wanted"),
    [
        ((8, 16, 14, 14), (48, 16, 5, 5), 2, True),
        ((8, 96, 28, 28), (128, 96, 3, 3), 1, True),
        ((16, 96, 27, 27), (256, 48, 5, 5), 2, True),  # in two groups
        ((8, 512, 7, 7), (512, 512, 3, 3), 1, False),  # kernels larger than images
        ((1, 20, 12, 12), (50, 20, 5, 5), 0, False),  # too few images
        ((100, 3, 32, 32), (32, 3, 5, 5), 2, False),  # too few inputs
        ((1, 64, 224, 224), (64, 64, 3, 3), 1, False),  # too long rows
        ((800, 64, 5, 5), (64, 64, 3, 3), 0, False),  # fewer outputs than a tile
        ((8, 64, 28, 28), (64, 64, 3, 2), 1, False),  # too short kernels
        ((8, 64, 28, 28), (64, 16, 3, 3), 1, False),  # too few outputs in each group
        ((8, 64, 28, 28), (64, 64, 7, 7), 3, False),  # too long kernels
        ((8, 64, 28, 28), (64, 64, 1, 1), 0, False),
        ((8, 64, 28), (64, 64, 5), 2, False),  # one axis
    ],
)
def test_it_is_chosen_where_it_pays(x, W, pad, wanted):
    axes = make_axes(W[2:], pad=pad)
    sizes = tuple(map(size_out, x[2:], axes))
    assert winograd_plan.pays(x, W, axes, sizes) is wanted


@pytest.mark.parametrize("option", ["stride", "dilation"])
def test_it_is_not_chosen_with_a_stride_or_dilation(option):
    axes = make_axes((3, 3), **{option: (1, 2), "pad": 2})
    sizes = tuple(map(size_out, (28, 28), axes))
    assert not winograd_plan.pays((8, 96, 28, 28), (128, 96, 3, 3), axes, sizes)


@pytest.mark.parametrize("kernel", [3, 5])
def test_float32_loses_two_digits_at_most(kernel):
    rng = np.random.default_rng(kernel)
    x = rng.standard_normal((8, 64, 16, 16))
    W = rng.standard_normal((64, 64, kernel, kernel))
    exact = convolution.forward(x, W, None, 1, kernel // 2)
    y = convolution.forward(x.astype("f"), W.astype("f"), None, 1, kernel // 2)
    assert 1e-7 < abs(y - exact).max() / abs(exact).max() < 5e-6


def test_whole_numbers_are_convolved_plainly():
    x = np.ones((8, 96, 28, 28), int)
    W = np.ones((300, 96, 3, 3), int)
    assert (convolution.forward(x, W)[0, 0] == 96 * 9).all()


def test_arrays_that_do_not_lie_in_a_row_are_convolved_as_well():
    rng = np.random.default_rng(3)
    x, W = rng.random((4, 32, 16, 32))[..., ::2], rng.random((64, 32, 5, 5))
    dy = rng.random((4, 64, 12, 24))[..., ::2]
    y = convolution.forward(x, W)
    np.testing.assert_array_equal(y, convolution.forward(x.copy(), W))
    grads = []
    for arrays in (dy, x), (dy.copy(), x.copy()):
        dx, dW = np.empty(x.shape), np.zeros(W.shape)
        convolution.backward(*arrays, W, dx=dx, dW=dW)
        grads.append((dx, dW))
    for first, second in zip(*grads, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("num_images", [1, 8, 5000])
def test_every_image_and_output_belongs_to_one_piece(num_images, threads):
    for num_outputs in 32, 2001:
        shapes = (num_images, 32, 8, 8), (num_outputs, 32, 5, 5)
        plan = winograd_plan.make_plan(*shapes, (2, 2), 1, threads, np.dtype("float32"))
        count = np.zeros((num_images, num_outputs), int)
        for piece in plan.pieces:
            count[piece.images, piece.outputs] += 1
        assert (count == 1).all()
        images = np.zeros(num_images, int)
        for piece in (piece for share in plan.shares for piece in share):
            images[piece.images] += 1
        assert (images == 1).all()
        assert len(plan.shares) == min(threads, num_images)


@pytest.mark.parametrize("size", [1, 3, 128, 2001])
def test_the_calling_thread_has_the_largest_part(size):
    for threads in range(2, 9):
        parts = winograd_plan._cut_for_team(size, threads)
        assert [i for part in parts for i in range(*part)] == list(range(size))
        sizes = [stop - start for start, stop in parts]
        assert min(sizes) > 0
        if size >= 100:
            assert len(sizes) == threads
            assert sizes[0] > 1.4 * max(sizes[1:])


def test_many_kernels_are_dealt_in_place_of_few_images():
    options = (2, 2), 1, 2, np.dtype("float32")
    assert winograd_plan.make_plan((8, 32, 7, 7), (128, 32, 5, 5), *options)[2]
    assert not winograd_plan.make_plan((8, 16, 14, 14), (48, 16, 5, 5), *options)[2]


def test_an_arrangement_is_kept_until_memory_moves():
    key, made = object(), []

    def arrange():
        made.append(backend.scratch("arranged in a test", (10,), "float32"))
        return made[-1]

    first = backend.arranged(key, arrange)
    assert backend.arranged(key, arrange) is first
    backend.scratch("arranged in a test", (20,), "float32")
    second = backend.arranged(key, arrange)
    assert len(made) == 2
    assert not np.shares_memory(first, second)


def test_only_so_many_arrangements_are_kept():
    for number in range(2 * backend.MOST_ARRANGED + 1):
        backend.arranged(("test", number), object)
    assert len(backend._thread.arranged) <= backend.MOST_ARRANGED
