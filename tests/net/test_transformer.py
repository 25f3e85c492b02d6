"""A transformer block, written with NetSpec: attention in plain layers, and it learns.

The task: give a sequence back in reverse. Every place must look at another one, which
only attention can do here, since all other layers treat each place by itself.
"""

import numpy
import pytest

import brew
from brew import NetSpec
from brew import layers as L
from brew.proto import caffe_pb2
from brew.testing import check_gradient

N, T, K = 32, 6, 7  # sequences, their length, how many different tokens
HEADS, WIDTH = 2, 16
SMALL = {"type": "gaussian", "std": 0.1}


def linear(x, num_output):
    """Return the same inner product at each place of a sequence (N, T, ...)."""
    return L.InnerProduct(
        x, num_output=num_output, axis=2, weight_filler={"type": "xavier"}
    )


def heads(x):
    """Return (N, HEADS, T, WIDTH / HEADS): what each head sees of each place."""
    parts = L.Reshape(linear(x, WIDTH), shape={"dim": [0, 0, HEADS, -1]})
    return L.Permute(parts, order=[0, 2, 1, 3])


def attention(x):
    """Return what each place learns from the places that it looks at."""
    q, k, v = heads(x), heads(x), heads(x)
    scale = (WIDTH // HEADS) ** -0.5
    scores = L.MatMul(q, k, transpose_b=True, scale=scale)
    weights = L.Softmax(scores, axis=3)
    seen = L.Permute(L.MatMul(weights, v), order=[0, 2, 1, 3])
    return linear(L.Reshape(seen, shape={"dim": [0, 0, -1]}), WIDTH), weights


def transformer(num_items=N):
    n = NetSpec()
    sequence = {"dim": [num_items, T]}
    n.tokens = L.Input(shape=sequence)
    n.label = L.Input(shape=sequence)
    n.embedded = L.Embed(
        n.tokens, input_dim=K, num_output=WIDTH, bias_term=False, weight_filler=SMALL
    )
    n.placed = L.Bias(n.embedded, axis=1, num_axes=2, filler=SMALL)
    seen, n.weights = attention(L.LayerNorm(n.placed))
    n.attended = L.Eltwise(n.placed, seen)
    n.hidden = L.GELU(linear(L.LayerNorm(n.attended), 4 * WIDTH))
    n.block = L.Eltwise(n.attended, linear(n.hidden, WIDTH))
    n.score = linear(L.LayerNorm(n.block), K)
    n.loss = L.SoftmaxWithLoss(n.score, n.label, softmax_param={"axis": 2})
    return n.to_proto()


def feed(net, rng):
    """Put new sequences into the net, and what is wanted: the same in reverse."""
    tokens = rng.integers(0, K, net.blobs["tokens"].shape)
    net.blobs["tokens"].data[...] = tokens
    net.blobs["label"].data[...] = tokens[:, ::-1]


def test_shapes_are_those_of_multi_head_attention():
    blobs = brew.Net(transformer(), brew.TEST).blobs
    assert blobs["weights"].shape == (N, HEADS, T, T)
    assert blobs["hidden"].shape == (N, T, 4 * WIDTH)
    assert blobs["block"].shape == (N, T, WIDTH)


def test_each_place_spreads_its_attention_over_all():
    net = brew.Net(transformer(), brew.TEST, seed=1)
    feed(net, numpy.random.default_rng(0))
    net.forward()
    weights = net.blobs["weights"].data
    numpy.testing.assert_allclose(weights.sum(axis=3), 1, rtol=1e-5)
    assert weights.std() > 1e-4


def test_gradients_of_all_parameters_are_slopes_of_the_loss():
    net = brew.Net(transformer(num_items=2), brew.TRAIN, seed=1)
    feed(net, numpy.random.default_rng(0))
    for layer in net.layers:  # 0 and 1, as filled, would hide bugs
        for blob in layer.blobs:
            blob.data[...] += 0.3 * layer.rng.normal(size=blob.shape)
    assert check_gradient(net, max_elements=12).ok


@pytest.fixture(scope="module")
def trained():
    """Return the net after training until the task is solved, and the test's share."""
    param = caffe_pb2.SolverParameter(
        type="Adam",
        base_lr=0.01,
        momentum=0.9,
        momentum2=0.99,
        lr_policy="fixed",
        random_seed=1,
        net_param=transformer(),
    )
    solver = brew.get_solver(param)
    rng = numpy.random.default_rng(1)
    for _ in range(150):
        feed(solver.net, rng)
        solver.step(1)
    return solver.net


def test_training_solves_the_task(trained):
    feed(trained, numpy.random.default_rng(99))
    trained.forward()
    guesses = trained.blobs["score"].data.argmax(axis=2)
    right = guesses == trained.blobs["label"].data
    assert right.mean() == 1


def test_what_was_learned_is_to_look_at_the_opposite_place(trained):
    weights = trained.blobs["weights"].data.mean(axis=0)  # over the sequences
    strongest = weights.max(axis=0).argmax(axis=1)  # of both heads
    assert strongest.tolist() == list(range(T))[::-1]
