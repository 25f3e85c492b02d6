"""Work in pieces gives what work in one go gives."""

import numpy
import pytest

from brew import backend
from brew.ops import pieces


@pytest.fixture
def small_pieces(monkeypatch):
    """Make arrays of ten numbers large, and cut them into pieces of four."""
    monkeypatch.setattr(pieces, "LARGE", 10)
    monkeypatch.setattr(pieces, "PIECE", 4)


def double(x, out):
    numpy.multiply(x, 2, out=out)


def sizes_seen(cut, *arrays):
    sizes = []
    backend.set_num_threads(1)
    try:
        cut(lambda *parts: sizes.append(parts[0].shape), *arrays)
    finally:
        backend.set_num_threads(None)
    return sizes


@pytest.mark.parametrize("shape", [(9,), (10,), (3, 5), (7, 2, 1, 3), (0, 4), ()])
def test_every_number_is_worked_on_once(shape, small_pieces):
    x, y = numpy.arange(numpy.prod(shape, dtype=int)).reshape(shape), numpy.zeros(shape)
    pieces.in_pieces(lambda x, out: numpy.add(out, x + 1, out=out), x, y)
    assert (y == x + 1).all()


def test_large_arrays_are_cut_flat(small_pieces):
    with backend.host_pass():
        backend.set_num_threads(1)
        try:
            assert sizes_seen(pieces.in_pieces, numpy.zeros((2, 5))) == [
                (4,),
                (4,),
                (2,),
            ]
        finally:
            backend.set_num_threads(None)


def test_small_arrays_stay_whole(small_pieces):
    assert sizes_seen(pieces.in_pieces, numpy.zeros((3, 3))) == [(3, 3)]


def test_arrays_with_gaps_are_written_through(small_pieces):
    x, y = numpy.arange(40.0).reshape(4, 10), numpy.zeros((4, 20))
    pieces.in_pieces(double, x, y[:, ::2])
    assert (y[:, ::2] == 2 * x).all()
    assert not y[:, 1::2].any()


def test_items_stay_in_one_piece(small_pieces):
    x, y = numpy.arange(42.0).reshape(7, 6), numpy.zeros((7, 6))

    def minus_sum(x, out):
        numpy.subtract(x, x.sum(axis=1, keepdims=True), out=out)

    pieces.by_items(minus_sum, x, y)
    assert (y == x - x.sum(axis=1, keepdims=True)).all()


def test_a_group_holds_as_many_items_as_fit(small_pieces):
    sizes = sizes_seen(pieces.by_items, numpy.zeros((5, 2)), numpy.zeros((5, 2)))
    assert sizes == [(2, 2), (2, 2), (1, 2)]


def test_an_error_in_a_piece_reaches_the_caller(small_pieces):
    def fail(x):
        raise ValueError("planted")

    with pytest.raises(ValueError, match="planted"):
        pieces.in_pieces(fail, numpy.zeros(100))
