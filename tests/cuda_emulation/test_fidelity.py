"""The emulated CuPy computes what NumPy computes: values, shapes and dtypes."""

import numpy as np
import pytest

pytestmark = pytest.mark.device

RNG = np.random.default_rng(7)
X = RNG.normal(size=(3, 4, 5)).astype("float32")
Y = RNG.normal(size=(3, 5, 4)).astype("float32")
M = RNG.normal(size=(7, 6)).astype("float32")
I = np.array([2, 0, 2, 1])  # noqa: E741

# each is run with NumPy and with CuPy; a(...) makes an array of the right kind
EXPRESSIONS = {
    "elementwise": lambda xp, a: xp.exp(a(X)) * 2.0 - a(X) / 3.0,
    "compare and where": lambda xp, a: xp.where(a(X) > 0, a(X), 0.1 * a(X)),
    "broadcast": lambda xp, a: a(X) + a(X)[:, :1] * a(X)[..., 2:3],
    "strides": lambda xp, a: a(X)[::2, ::-1, 1:4].transpose(2, 0, 1) * 1.0,
    "assign a part": lambda xp, a: _assign(a(X)),
    "add in place": lambda xp, a: a(X).__iadd__(a(X)[:1]),
    "cast": lambda xp, a: (a(X) * 100).astype("int32") // 7,
    "power": lambda xp, a: abs(a(X)) ** 0.75,
    "take rows": lambda xp, a: a(X)[a(I)],
    "take pairs": lambda xp, a: a(X)[xp.arange(3), a(I)[:3]],
    "boolean index": lambda xp, a: a(X)[a(X) > 0.5],
    "add.at": lambda xp, a: _add_at(xp, a(M), a(I)),
    "take_along_axis": lambda xp, a: xp.take_along_axis(
        a(M), a(M).argmax(1)[:, None], 1
    ),
    "concatenate": lambda xp, a: xp.concatenate([a(X), a(X)], axis=1),
    "pad": lambda xp, a: xp.pad(a(X), ((0, 0), (1, 2), (3, 0))),
    "repeat": lambda xp, a: a(X).repeat(3, axis=1),
    "cumsum": lambda xp, a: a(X).cumsum(axis=2),
    "windows": lambda xp, a: xp.lib.stride_tricks.as_strided(
        a(M), (5, 3, 6), (24, 24, 4)
    ).sum(axis=1),
    "out=": lambda xp, a: xp.multiply(a(X), 2.0, out=xp.empty(X.shape, "float32")),
    "matmul": lambda xp, a: a(M) @ a(M).T,
    "matmul of views": lambda xp, a: a(M)[::2, 1:].T @ a(M)[1::2, 2:].repeat(2, 0)[:4],
    "matmul in batches": lambda xp, a: xp.matmul(a(X), a(Y)),
    "matmul with out=": lambda xp, a: xp.matmul(
        a(M), a(M).T, out=xp.empty((7, 7), "float32")
    ),
    "matrix times vector": lambda xp, a: a(M) @ a(M)[0],
    "dot": lambda xp, a: xp.dot(a(M)[0], a(M)[1]),
    "outer": lambda xp, a: xp.outer(a(M)[0], a(M)[1]),
    "tensordot": lambda xp, a: xp.tensordot(a(X), a(Y), ((1, 2), (2, 1))),
    "float64": lambda xp, a: a(M).astype("float64") @ a(M).T.astype("float64"),
}
REDUCTIONS = ("sum", "mean", "max", "min", "argmax", "argmin", "var", "prod", "any")


def _assign(x):
    x = x.copy()
    x[:, 1:3] = x[:, :1]
    x[x > 1] = 0.0
    return x


def _add_at(xp, m, i):
    total = xp.zeros_like(m)
    xp.add.at(total, i, m[:4])
    return total


def assert_same(compute, cupy):
    expected = compute(np, lambda x: x.copy())
    result = compute(cupy, cupy.asarray)
    assert isinstance(result, cupy.ndarray)
    assert (result.dtype, result.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(result.get(), expected, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_gives_what_numpy_gives(name, cupy):
    assert_same(EXPRESSIONS[name], cupy)


@pytest.mark.parametrize(
    ("name", "axis"),
    [(name, axis) for name in REDUCTIONS for axis in (None, 0, 1)]
    + [(name, (0, 2)) for name in REDUCTIONS if not name.startswith("arg")],
)
def test_a_reduction_gives_what_numpy_gives(name, axis, cupy):
    assert_same(lambda xp, a: getattr(a(X), name)(axis=axis), cupy)


def test_random_numbers_repeat_and_are_spread_evenly(cupy):
    cupy.random.seed(3)
    first = cupy.random.rand(10_000, dtype="float32")
    cupy.random.seed(3)
    again = cupy.random.rand(10_000, dtype="float32")
    assert (first == again).all()
    assert abs(float(first.mean()) - 0.5) < 0.02
    assert abs(float(cupy.random.randn(10_000).std()) - 1) < 0.05
