"""Ops that work number by number (or row by row) agree with the plain loops."""

from importlib import import_module

import numpy
import pytest

from brew.ops import pieces

SHAPES = [(1,), (7,), (3, 5), (2, 3, 1, 4), (0, 3), ()]


def sample(shape, dtype, low=-3.0, high=2.0, seed=0):
    """Return distinct, lopsided numbers; zero is among them if there are any."""
    rng = numpy.random.default_rng(seed)
    values = rng.uniform(low, high, shape)
    values[numpy.abs(values) < 0.1] = 0.0
    return values.astype(dtype)


def kept(shape):
    return numpy.random.default_rng(9).uniform(size=shape) < 0.6


# the function, how many arrays of numbers it takes, and its other arguments
ROWS = [
    ("activation.relu_forward", 1, ()),
    ("activation.relu_forward", 1, (0.1,)),
    ("activation.relu_forward", 1, (-0.5,)),
    ("activation.relu_backward", 2, ()),
    ("activation.relu_backward", 2, (0.1,)),
    ("activation.relu_backward", 2, (-0.5,)),
    ("activation.sigmoid_forward", 1, ()),
    ("activation.sigmoid_backward", 2, ()),
    ("activation.tanh_forward", 1, ()),
    ("activation.tanh_backward", 2, ()),
    ("activation.elu_forward", 1, ()),
    ("activation.elu_forward", 1, (-0.3,)),
    ("activation.elu_backward", 3, ()),
    ("activation.elu_backward", 3, (-0.3,)),
    ("activation.clip_forward", 1, (-1.0, 0.5)),
    ("activation.clip_backward", 2, (0.0, 2.5)),
    ("activation.bnll_forward", 1, ()),
    ("activation.bnll_backward", 2, ()),
    ("exponential.exp_forward", 1, ()),
    ("exponential.exp_forward", 1, (-0.7, 2.0, 0.3)),
    ("exponential.exp_backward", 2, (-0.7, 2.0)),
    ("exponential.log_forward", 1, (1.0, 1.0, 4.0)),
    ("exponential.log_forward", 1, (-0.7, 0.5, 4.0)),
    ("exponential.log_backward", 2, ()),
    ("exponential.log_backward", 2, (-0.7, 2.0, 0.3)),
    ("power.forward", 1, ()),
    ("power.forward", 1, (2.0, -1.5, 0.25)),
    ("power.forward", 1, (3.0, 2.0, 0.5)),
    ("power.forward", 1, (0.0, 2.0, 0.5)),
    ("power.forward", 1, (-1.0, 1.0, 7.0)),
    ("power.forward", 1, (1.7, 0.5, 7.0)),
    ("power.backward", 2, ()),
    ("power.backward", 2, (2.0, -1.5, 0.25)),
    ("power.backward", 2, (3.0, 2.0, 0.0)),
    ("power.backward", 2, (0.0, 2.0, 7.0)),
    ("power.backward", 2, (-1.0, 1.0, 7.0)),
    ("power.backward", 2, (1.7, 0.5, 7.0)),
    ("eltwise.sum_backward", 1, (-2.5,)),
    ("eltwise.product_backward_by_division", 3, ()),
]


def run(module, name, *args, **kwargs):
    return getattr(import_module(f"brew.{module}"), name)(*args, **kwargs)


def arrays_of(count, shape, dtype):
    highs = [2.0, 3.0, 5.0]
    return [
        sample(shape, dtype, high=highs[i], seed=i) + 4 * (i > 0) for i in range(count)
    ]


@pytest.fixture(params=["whole", "in pieces"])
def way(request, monkeypatch):
    """Run small arrays whole or, as large ones, in pieces."""
    if request.param == "in pieces":
        monkeypatch.setattr(pieces, "LARGE", 5)
        monkeypatch.setattr(pieces, "PIECE", 4)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("function", "count", "others"), ROWS)
def test_op_equals_loop(function, count, others, shape, way):
    module, name = function.split(".")
    for dtype, tolerance in ("float64", 1e-12), ("float32", 1e-5):
        arrays = arrays_of(count, shape, dtype)
        got = run(f"ops.{module}", name, *arrays, *others)
        right = run(f"reference.{module}", name, *arrays, *others)
        assert got.dtype == dtype
        numpy.testing.assert_allclose(got, right, tolerance, tolerance)


@pytest.mark.parametrize(("function", "count", "others"), ROWS)
def test_op_writes_into_out_and_leaves_its_inputs(function, count, others):
    module, name = function.split(".")
    arrays = arrays_of(count, (3, 5), "float32")
    before = [array.copy() for array in arrays]
    right = run(f"ops.{module}", name, *arrays, *others)
    out = numpy.full((3, 5), numpy.nan, "float32")
    assert run(f"ops.{module}", name, *arrays, *others, out=out) is out
    numpy.testing.assert_array_equal(out, right)
    for array, old in zip(arrays, before, strict=True):
        numpy.testing.assert_array_equal(array, old)


@pytest.mark.parametrize(("function", "count", "others"), ROWS)
def test_op_works_in_place(function, count, others):
    module, name = function.split(".")
    arrays = arrays_of(count, (3, 5), "float64")
    right = run(f"ops.{module}", name, *arrays, *others)
    run(f"ops.{module}", name, *arrays, *others, out=arrays[0])
    numpy.testing.assert_array_equal(arrays[0], right)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])
@pytest.mark.parametrize("shape", [(3, 5, 2), (1, 1, 4), (4, 1, 1)])
@pytest.mark.parametrize(("name", "count"), [("forward", 1), ("backward", 2)])
def test_softmax_equals_loop(name, count, shape, axis, way):
    arrays = arrays_of(count, shape, "float64")
    got = run("ops.softmax", name, *arrays, axis)
    right = run("reference.softmax", name, *arrays, axis)
    numpy.testing.assert_allclose(got, right, 1e-12, 1e-15)
    run("ops.softmax", name, *arrays, axis, out=arrays[0])
    numpy.testing.assert_allclose(arrays[0], right, 1e-12, 1e-15)


@pytest.mark.parametrize("name", ["forward", "backward"])
@pytest.mark.parametrize("ratio", [0.0, 0.3, 0.9])
def test_dropout_equals_loop(name, ratio, way):
    x, mask = sample((3, 5), "float64"), kept((3, 5))
    got = run("ops.dropout", name, x, mask, ratio)
    right = run("reference.dropout", name, x, mask, ratio)
    numpy.testing.assert_allclose(got, right, 1e-12)


@pytest.mark.parametrize("beta", [1.0, -1.5])
def test_swish_equals_loop(beta, way):
    x, dy = arrays_of(2, (3, 5), "float64")
    gate, right_gate = numpy.zeros((2, 3, 5))
    y = run("ops.activation", "swish_forward", x, beta, gate)
    right = run("reference.activation", "swish_forward", x, beta, right_gate)
    numpy.testing.assert_allclose(y, right, 1e-12)
    numpy.testing.assert_allclose(gate, right_gate, 1e-12)
    dx = run("ops.activation", "swish_backward", dy, y, beta, gate)
    right = run("reference.activation", "swish_backward", dy, y, beta, gate)
    numpy.testing.assert_allclose(dx, right, 1e-12)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_sum_and_product_equal_loops(count, way):
    xs = [sample((3, 5), "float64", seed=i) for i in range(count)]
    coeffs = [1.0, -2.5, 1.0, 0.5, 3.0][:count]
    numpy.testing.assert_allclose(
        run("ops.eltwise", "sum_forward", xs, coeffs),
        run("reference.eltwise", "sum_forward", xs, coeffs),
        1e-12,
    )
    numpy.testing.assert_allclose(
        run("ops.eltwise", "product_forward", xs),
        run("reference.eltwise", "product_forward", xs),
        1e-12,
    )
    for i in range(count):
        numpy.testing.assert_allclose(
            run("ops.eltwise", "product_backward", xs[0] + 7, xs, i),
            run("reference.eltwise", "product_backward", xs[0] + 7, xs, i),
            1e-12,
        )


@pytest.mark.parametrize("count", [2, 3, 5])
def test_maximum_and_its_winner_equal_loops_also_for_equal_numbers(count, way):
    rng = numpy.random.default_rng(3)
    xs = [rng.integers(0, 3, (6, 7)).astype("float64") for _ in range(count)]
    winner, right_winner = numpy.zeros((2, 6, 7), "int32")
    y = run("ops.eltwise", "maximum_forward", xs, winner)
    right = run("reference.eltwise", "maximum_forward", xs, right_winner)
    numpy.testing.assert_array_equal(y, right)
    numpy.testing.assert_array_equal(winner, right_winner)
    assert set(winner.flat) == set(range(count))
    dy = sample((6, 7), "float64", 1.0, 2.0)
    for i in range(count):
        numpy.testing.assert_array_equal(
            run("ops.eltwise", "maximum_backward", dy, winner, i),
            run("reference.eltwise", "maximum_backward", dy, winner, i),
        )
