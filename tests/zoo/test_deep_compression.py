"""Pruned, quantised and packed weights come back as they were."""

import numpy as np
import pytest

from brew.errors import FileError
from brew.zoo.deep_compression import unpack

RNG = np.random.default_rng(3)
SHAPES = [(4, 3, 5, 5), (2, 4, 1, 1)]


def sparse_layer(shape):
    """Return weights with long runs of zeros, as numbers of a codebook, and biases."""
    codes = RNG.integers(1, 256, shape) * (RNG.random(shape) < 0.05)
    codebook = np.concatenate([[0], RNG.standard_normal(255)]).astype("<f4")
    return codes, codebook, RNG.standard_normal(shape[0]).astype("<f4")


def pack(layers):
    """Write the format down as its description says, number by number."""
    heads, bodies = [], []
    for codes, codebook, b in layers:
        kept, steps, zeros = [], [], 0
        for code in codes.reshape(-1):
            if code or zeros == 15:
                kept.append(code)
                steps.append(zeros)
                zeros = 0
            else:
                zeros += 1
        heads.append(len(kept))
        nibbles = [*steps, 0][: len(steps) + len(steps) % 2]
        pairs = [a | b << 4 for a, b in zip(nibbles[::2], nibbles[1::2], strict=True)]
        bodies += [codebook.tobytes(), b.tobytes(), bytes(kept), bytes(pairs)]
    return np.array(heads, "<u4").tobytes() + b"".join(bodies)


@pytest.fixture
def layers():
    return [sparse_layer(shape) for shape in SHAPES]


def test_weights_and_biases_come_back(layers):
    for (W, b), (codes, codebook, bias) in zip(
        unpack(pack(layers), SHAPES), layers, strict=True
    ):
        assert np.array_equal(W, codebook[codes])
        assert np.array_equal(b, bias)
        assert W.dtype == np.float32


def test_a_file_that_was_cut_is_refused(layers):
    packed = pack(layers)
    for length in (0, 5, 9, 1000, len(packed) - 1):
        with pytest.raises(FileError, match=f"box: ends after {length} bytes"):
            unpack(packed[:length], SHAPES, "box")


def test_a_file_of_another_net_is_refused(layers):
    with pytest.raises(FileError, match="7 bytes are left over"):
        unpack(pack(layers) + bytes(7), SHAPES)
    small = [(4, 3, 5, 2), SHAPES[1]]
    with pytest.raises(FileError, match=r"a weight is number \d+ of a layer of shape"):
        unpack(pack(layers), small)
