"""Unpack a net that was pruned, quantised and packed by Deep Compression.

Of every ten weights, about seven were pruned: they are 0. The rest share 255 values
in each layer, found by clustering. So a layer is stored as a *codebook* of 256
numbers (number 0 is 0), a *code* of one byte for each weight that is left, and the
*step* from the weight before, four bits: how many zeros lie between. Where more than
15 zeros follow each other, a weight of code 0 is put in between.

Source: Han, Mao and Dally, "Deep Compression: Compressing Deep Neural Networks with
Pruning, Trained Quantization and Huffman Coding", ICLR 2016, arXiv:1510.00149. Files
of this kind were published for SqueezeNet; they are not Huffman-coded.
"""

from math import prod

import numpy as np

from brew.errors import FileError
from brew.files import AnyPath

CODEBOOK = 256
Layer = tuple[np.ndarray, np.ndarray]  # W and b


def unpack(
    packed: bytes, shapes: list[tuple[int, ...]], source: AnyPath = "this file"
) -> list[Layer]:
    """Return the weights and biases of each layer.

    Parameters
    ----------
    packed : bytes
        First the number of codes of each layer, as uint32; then for each layer its
        codebook and biases (float32), codes (uint8), and steps (two in a byte, the
        low half first). All little endian.
    shapes : list of tuple of int
        Of the weights of each layer: outputs first, one bias for each.
    source : str, optional
        The name for error messages.

    Returns
    -------
    list of (W, b)
        Arrays of float32.

    Raises
    ------
    FileError
        If there are too few bytes, or too many, or a weight lies outside its layer.
    """
    reader = _Reader(packed, source)
    counts = reader.take("<u4", len(shapes))
    layers = [
        _layer(reader, int(count), shape)
        for count, shape in zip(counts, shapes, strict=True)
    ]
    if reader.position != len(packed):
        left = len(packed) - reader.position
        raise FileError(f"{source}: {left} bytes are left over; is it another net's?")
    return layers


def _layer(reader: "_Reader", count: int, shape: tuple[int, ...]) -> Layer:
    codebook = reader.take("<f4", CODEBOOK)
    b = reader.take("<f4", shape[0])
    codes = reader.take("u1", count)
    pairs = reader.take("u1", (count + 1) // 2)
    steps = np.stack([pairs & 15, pairs >> 4], axis=1).reshape(-1)[:count]
    places = np.cumsum(steps.astype(np.int64) + 1) - 1
    W = np.full(prod(shape), codebook[0], np.float32)
    if count and places[-1] >= W.size:
        raise FileError(
            f"{reader.source}: a weight is number {places[-1]} of a layer of shape "
            f"{shape}, which has {W.size}; is it another net's, or damaged?"
        )
    W[places] = codebook[codes]
    return W.reshape(shape), b


class _Reader:
    """Takes arrays from bytes, one after the other."""

    def __init__(self, packed: bytes, source: AnyPath) -> None:
        self.packed, self.source, self.position = packed, source, 0

    def take(self, dtype: str, count: int) -> np.ndarray:
        size = np.dtype(dtype).itemsize * count
        if self.position + size > len(self.packed):
            raise FileError(
                f"{self.source}: ends after {len(self.packed)} bytes, where "
                f"{self.position + size} are needed; fetch it again"
            )
        taken = np.frombuffer(self.packed, dtype, count, self.position)
        self.position += size
        return taken
