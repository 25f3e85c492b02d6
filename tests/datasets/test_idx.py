"""IDX files."""

import gzip

import numpy as np
import pytest

from brew.datasets import read_idx, write_idx
from brew.errors import FileError

NUMBERS = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


def test_an_array_comes_back_as_it_was(tmp_path):
    for array in NUMBERS, NUMBERS[0, 0], NUMBERS[:0]:
        write_idx(tmp_path / "a.gz", array)
        assert np.array_equal(read_idx(tmp_path / "a.gz"), array)
        assert read_idx(tmp_path / "a.gz").shape == array.shape


def test_the_form_is_that_of_mnist(tmp_path):
    write_idx(tmp_path / "a-idx3-ubyte.gz", NUMBERS)
    packed = (tmp_path / "a-idx3-ubyte.gz").read_bytes()
    assert packed[4:8] == bytes(4)  # no time: the same array gives the same bytes
    content = gzip.decompress(packed)
    assert content[:16].hex() == "00000803" + "00000002" + "00000003" + "00000004"
    assert content[16:] == bytes(range(24))


def test_files_that_are_not_compressed_are_read(tmp_path):
    write_idx(tmp_path / "a.gz", NUMBERS)
    plain = gzip.decompress((tmp_path / "a.gz").read_bytes())
    (tmp_path / "a").write_bytes(plain)
    assert np.array_equal(read_idx(tmp_path / "a"), NUMBERS)


def test_the_array_may_be_changed(tmp_path):
    write_idx(tmp_path / "a.gz", NUMBERS)
    read_idx(tmp_path / "a.gz")[0] = 9


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file of bytes"),
        (b"some text", "not an IDX file of bytes"),
        (b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", "not an IDX file of bytes"),
        (b"\0\0\x08\xff\0\0", "not an IDX file of bytes"),
        (b"\0\0\x08\x01\0\0\0\x05abc", r"states the shape \(5,\), but holds 3 values"),
        (b"\0\0\x08\x01\xff\xff\xff\xffabc", "states the shape .* but holds 3 values"),
        (gzip.compress(b"x" * 1000)[:-9], "damaged .*fetch it again"),
        (b"\x1f\x8bnonsense", "damaged .*fetch it again"),
    ],
)
def test_a_damaged_file_is_an_error(tmp_path, content, message):
    (tmp_path / "a.gz").write_bytes(content)
    with pytest.raises(FileError, match=f"a.gz: .*{message}"):
        read_idx(tmp_path / "a.gz")
