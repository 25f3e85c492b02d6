"""GELU: the normal distribution is exact, and the gradient that of each form."""

from math import erf, erfc, sqrt

import numpy
import pytest

from brew.ops import gelu, pieces
from brew.reference import gelu as loops

close = numpy.testing.assert_allclose


@pytest.fixture(params=["whole", "in pieces"])
def way(request, monkeypatch):
    if request.param == "in pieces":
        monkeypatch.setattr(pieces, "LARGE", 5)
        monkeypatch.setattr(pieces, "PIECE", 4)


@pytest.mark.parametrize(("dtype", "units"), [("float64", 8), ("float32", 4)])
def test_distribution_is_exact_everywhere(dtype, units):
    x = numpy.concatenate([numpy.linspace(-10, 10, 4001), [-1e30, -50, 50, 1e30, 0]])
    x = x.astype(dtype)
    right = [erfc(-number / sqrt(2)) / 2 for number in x.tolist()]
    got = gelu.normal_cdf(x)
    assert got.dtype == dtype
    close(got, right, rtol=0, atol=units * numpy.finfo(dtype).eps)
    assert got[-1] == 0.5


def test_a_number_that_is_none_stays_none():
    assert numpy.isnan(gelu.normal_cdf(numpy.array([numpy.nan]))).all()


@pytest.mark.parametrize("shape", [(7,), (3, 5), (0, 3), ()])
@pytest.mark.parametrize("approximate", [False, True])
def test_gelu_equals_its_loops(approximate, shape, way):
    x, dy = numpy.random.default_rng(0).normal(0.3, 2, (2, *shape))
    x, dy = numpy.asarray(x), numpy.asarray(dy)
    gate, right_gate = numpy.zeros((2, *shape))
    gate, right_gate = numpy.asarray(gate), numpy.asarray(right_gate)
    y = gelu.forward(x, gate, approximate)
    close(y, loops.forward(x, right_gate, approximate), 1e-12, 1e-14)
    close(gate, right_gate, 1e-12, 1e-14)
    right = loops.backward(dy, x, gate, approximate)
    close(gelu.backward(dy, x, gate, approximate), right, 1e-12, 1e-14)
    assert gelu.backward(dy, x, gate, approximate, out=dy) is dy
    close(dy, right, 1e-12, 1e-14)


def test_known_values():
    x = numpy.array([-1.0, 0.0, 1.0, 3.0])
    right = [number * (1 + erf(number / sqrt(2))) / 2 for number in x]
    close(right, [-0.158655, 0, 0.841345, 2.99595], atol=1e-6)
    close(gelu.forward(x, numpy.empty(4)), right, 1e-14)


def test_approximation_is_another_function_but_near():
    x = numpy.linspace(-6, 6, 1201)
    y, near = (gelu.forward(x, numpy.empty_like(x), way) for way in (False, True))
    assert 1e-4 < numpy.abs(y - near).max() < 5e-4


@pytest.mark.parametrize("approximate", [False, True])
def test_huge_numbers_pass_whole_or_not_at_all(approximate):
    x = numpy.array([-1e30, -90.0, 0.0, 90.0, 1e30], "float32")
    gate = numpy.empty_like(x)
    y = gelu.forward(x, gate, approximate)
    dx = gelu.backward(numpy.ones_like(x), x, gate, approximate)
    close(y, [0, 0, 0, 90, 1e30], atol=1e-20)
    close(dx, [0, 0, 0.5, 1, 1], atol=1e-20)
