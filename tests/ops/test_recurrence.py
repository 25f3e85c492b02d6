import numpy as np
import pytest

from brew import backend
from brew.ops import lstm, recurrence, rnn
from brew.reference import lstm as lstm_loops
from brew.reference import rnn as rnn_loops

SHAPES = [(5, 3, 2), (1, 2, 3), (4, 1, 1), (3, 5, 2)]


def numbers(T, N, D, gates):
    rng = np.random.default_rng(0)
    inputs, dh = rng.normal(0.2, 1, (T, N, gates * D)), rng.normal(0.3, 1, (T, N, D))
    W, cont = rng.normal(0.1, 0.7, (gates * D, D)), rng.choice([0, 1, 1, 0.5], (T, N))
    return inputs, dh, W, cont, *rng.normal(0.5, 1, (2, N, D))


@pytest.mark.parametrize("shape", SHAPES)
def test_rnn_equals_its_loops(shape):
    inputs, dh, W, cont, h0, _ = numbers(*shape, gates=1)
    h = rnn.forward(inputs, cont, W, h0)
    np.testing.assert_allclose(h, rnn_loops.forward(inputs, cont, W, h0), 1e-12)
    dW = np.ones_like(W)
    d = rnn.backward(dh, h, cont, W, h0, dW=dW)
    for got, want in zip(
        (d, dW - 1), rnn_loops.backward(dh, h, cont, W, h0), strict=True
    ):
        np.testing.assert_allclose(got, want, 1e-10, 1e-13)


@pytest.mark.parametrize("shape", SHAPES)
def test_lstm_equals_its_loops(shape):
    inputs, dh, W, cont, h0, c0 = numbers(*shape, gates=4)
    made = lstm.forward(inputs, cont, W, h0, c0)
    for got, want in zip(
        made, lstm_loops.forward(inputs, cont, W, h0, c0), strict=True
    ):
        np.testing.assert_allclose(got, want, 1e-12)
    dW = np.ones_like(W)
    d = lstm.backward(dh, *made, cont, W, h0, c0, dW=dW)
    right = lstm_loops.backward(dh, *made, cont, W, h0, c0)
    for got, want in zip((d, dW - 1), right, strict=True):
        np.testing.assert_allclose(got, want, 1e-10, 1e-13)


def test_lstm_unit_equals_its_loops():
    (gate_input,), (dh,), _, (cont,), c_prev, dc = numbers(1, 3, 4, gates=4)
    made = lstm.unit_forward(c_prev, gate_input, cont)
    right = lstm_loops.unit_forward(c_prev, gate_input, cont)
    for got, want in zip(made, right, strict=True):
        np.testing.assert_allclose(got, want, 1e-12)
    gates, c, _ = made
    gradients = lstm.unit_backward(dc, dh, c_prev, gates, cont, c)
    right = lstm_loops.unit_backward(dc, dh, c_prev, gates, cont, c)
    for got, want in zip(gradients, right, strict=True):
        np.testing.assert_allclose(got, want, 1e-12)


def test_results_may_be_written_over_the_inputs():
    inputs, dh, W, cont, h0, c0 = numbers(4, 3, 2, gates=1)
    h = rnn.forward(inputs, cont, W, h0)
    assert rnn.forward(inputs, cont, W, h0, out=inputs) is inputs
    np.testing.assert_array_equal(inputs, h)
    d = rnn.backward(dh, h, cont, W, h0)
    np.testing.assert_array_equal(rnn.backward(dh, h, cont, W, h0, out=dh), d)
    inputs, _, W, cont, h0, c0 = numbers(4, 3, 2, gates=4)
    made = lstm.forward(inputs, cont, W, h0, c0)
    again = lstm.forward(inputs, cont, W, h0, c0, gates=inputs)
    for got, want in zip(again, made, strict=True):
        np.testing.assert_array_equal(got, want)


def test_the_same_number_of_threads_gives_the_same_bits(monkeypatch):
    monkeypatch.setattr(recurrence, "LARGE", 1)
    inputs, dh, W, cont, h0, c0 = (
        array.astype("f4") for array in numbers(6, 50, 64, gates=4)
    )
    results = []
    try:
        for count in (3, 1, 3):
            backend.set_num_threads(count)
            made = lstm.forward(inputs, cont, W, h0, c0)
            results.append([*made, lstm.backward(dh, *made, cont, W, h0, c0)])
    finally:
        backend.set_num_threads(None)
    for one, alone, again in zip(*results, strict=True):
        np.testing.assert_array_equal(one, again)
        np.testing.assert_allclose(one, alone, 1e-4, 1e-5)


@pytest.mark.parametrize(
    ("num_items", "work", "sizes"),
    [
        (50, recurrence.LARGE, [16, 17, 17]),
        (40, recurrence.LARGE, [20, 20]),
        (20, recurrence.LARGE, [20]),
        (3, recurrence.LARGE, [3]),
        (50, recurrence.LARGE - 1, [50]),
    ],
)
def test_threads_share_the_items_if_it_pays(num_items, work, sizes):
    seen = []
    backend.set_num_threads(3)
    try:
        recurrence.in_shares(seen.append, num_items, work)
    finally:
        backend.set_num_threads(None)
    seen.sort(key=lambda items: items.start)
    assert [items.stop - items.start for items in seen] == sizes
    assert [i for items in seen for i in range(num_items)[items]] == [*range(num_items)]
