"""Products of matrices and permuted axes agree with the plain loops."""

import itertools

import numpy
import pytest

from brew import backend
from brew.ops import matmul, permute, pieces
from brew.reference import matmul as matmul_loops
from brew.reference import permute as permute_loops


@pytest.fixture(params=["whole", "in pieces"])
def way(request, monkeypatch):
    if request.param == "in pieces":
        monkeypatch.setattr(pieces, "LARGE", 5)
        monkeypatch.setattr(pieces, "PIECE", 4)


def sample(*shape):
    return numpy.random.default_rng(sum(shape)).normal(0.5, 1, shape)


@pytest.mark.parametrize("scale", [1.0, -0.3])
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((3, 4), (4, 5)),
        ((2, 3, 4), (2, 4, 5)),
        ((2, 3, 1, 4), (2, 3, 4, 1)),
        ((2, 3, 0), (2, 0, 4)),
        ((0, 3, 4), (0, 4, 2)),
    ],
)
def test_products_equal_loops(a, b, scale, way):
    a, b = sample(*a), sample(*b)
    right = matmul_loops.multiply(a, b, scale)
    numpy.testing.assert_allclose(matmul.multiply(a, b, scale), right, 1e-12, 1e-14)
    out = numpy.full(right.shape, numpy.nan)
    turned = [
        numpy.ascontiguousarray(x.swapaxes(-1, -2)).swapaxes(-1, -2) for x in (a, b)
    ]
    assert matmul.multiply(*turned, scale, out=out) is out
    numpy.testing.assert_allclose(out, right, 1e-12, 1e-14)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 5, 1), (2, 0, 3)])
def test_permuted_axes_equal_loops(shape, order, way):
    x = sample(*shape)
    right = permute_loops.permute(x, order)
    got = permute.permute(x, order)
    numpy.testing.assert_array_equal(got, right)
    assert got.flags.c_contiguous
    out = numpy.empty_like(right)
    assert permute.permute(x, order, out=out) is out
    numpy.testing.assert_array_equal(out, numpy.transpose(x, order))


def test_the_number_of_threads_changes_no_bit():
    a, b = (sample(64, 128, n).astype("f4") for n in (96, 80))
    results = []
    try:
        for count in (1, 2, 3):
            backend.set_num_threads(count)
            results.append(matmul.multiply(a.swapaxes(1, 2), b, 0.5))
    finally:
        backend.set_num_threads(None)
    numpy.testing.assert_array_equal(results[0], results[1])
    numpy.testing.assert_array_equal(results[0], results[2])
