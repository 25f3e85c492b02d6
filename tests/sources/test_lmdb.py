"""The reader of LMDB against the C library, and against damage."""

import random
import re

import lmdb
import pytest

from brew.errors import FileError, SourceError
from brew.sources import open_database
from brew.sources.lmdb import LMDB, LMDBWriter

from .conftest import write


def fill(path, rng):
    """Write and delete records in several transactions; return what is left."""
    environment = lmdb.open(str(path), map_size=2**26, sync=False)
    left = {}
    largest = rng.choice([10, 900, 3000, 20000])
    for _ in range(rng.randrange(1, 6)):
        with environment.begin(write=True) as transaction:
            for _ in range(rng.choice([0, 1, 20, 400])):
                key = rng.randbytes(rng.randrange(1, 300))
                left[key] = rng.randbytes(rng.randrange(largest))
                transaction.put(key, left[key])
            for key in rng.sample(sorted(left), len(left) // 5):
                transaction.delete(key)
                del left[key]
    environment.close()
    return dict(sorted(left.items()))


@pytest.mark.parametrize("seed", range(12))
def test_reads_what_the_c_library_wrote(tmp_path, seed):
    rng = random.Random(seed)
    wanted = fill(tmp_path, rng)
    with LMDB(tmp_path) as database:
        assert dict(database) == wanted
        assert len(database) == len(wanted)
        for key in [
            b"",
            rng.randbytes(5),
            *list(wanted)[3:5],
        ]:
            after = [other for other, _ in database.records(after=key)]
            assert after == [other for other in wanted if other > key]


def test_may_be_open_beside_the_c_library(tmp_path):
    write(tmp_path / "db", [("1", b"x")])
    c_library = lmdb.open(str(tmp_path / "db"), readonly=True, lock=False)
    with c_library, LMDB(tmp_path / "db") as database:
        assert list(database) == [(b"1", b"x")]


def test_the_c_library_reads_what_was_written(tmp_path):
    records = [(b"%08d" % i, b"x" * i) for i in range(2500)]
    write(tmp_path / "db", records)
    c_library = lmdb.open(str(tmp_path / "db"), readonly=True, lock=False)
    with c_library, c_library.begin() as transaction:
        assert list(transaction.cursor()) == records


def test_a_full_map_grows(tmp_path, monkeypatch):
    monkeypatch.setattr(LMDBWriter, "map_size", 2**15)
    records = [(b"%08d" % i, b"x" * 5000) for i in range(100)]
    write(tmp_path / "db", records)
    with LMDB(tmp_path / "db") as database:
        assert list(database) == records


def test_a_key_that_is_too_long_is_refused(tmp_path):
    with pytest.raises(FileError, match=r"db: cannot be written \(.*BAD_VALSIZE"):
        write(tmp_path / "db", [("k" * 600, b"x")])
    assert list(tmp_path.iterdir()) == []


def test_a_database_within_the_database_is_refused(tmp_path):
    with lmdb.open(str(tmp_path), max_dbs=1) as environment:
        environment.open_db(b"inner")
    with LMDB(tmp_path) as database, pytest.raises(SourceError, match="'inner'"):
        list(database)


@pytest.fixture
def content(tmp_path):
    """Return the bytes of an LMDB with a branch page, leaves and long values."""
    records = [(b"%08d" % i, b"x" * (9000 if i % 9 == 0 else 700)) for i in range(60)]
    return bytearray((write(tmp_path / "whole", records) / "data.mdb").read_bytes())


def outcome(folder, content):
    """Read an LMDB with this content; return the number of records or the error."""
    folder.mkdir(exist_ok=True)
    (folder / "data.mdb").write_bytes(content)
    try:
        with open_database(folder) as database:
            return sum(1 for _ in database)
    except SourceError as error:
        return str(error)


def test_a_file_that_is_cut_anywhere_is_an_error(tmp_path, content):
    for size in (0, 1, 15, 100, 4096, 5000, 8192, 20000, len(content) // 2):
        message = outcome(tmp_path / "cut", content[:size])
        assert re.search(r"damaged \(.*(cut short|end of the file)\)", message)


def test_a_file_of_something_else_is_an_error(tmp_path):
    message = outcome(tmp_path / "db", random.Random(0).randbytes(20000))
    assert "not an LMDB file of a 64-bit machine" in message


def test_flipped_bits_never_end_the_process(tmp_path, content):
    rng = random.Random(1)
    outcomes = set()
    for _ in range(1500):
        broken = bytearray(content)
        page = rng.randrange(len(content) // 4096) * 4096
        for _ in range(rng.randrange(1, 4)):
            broken[page + rng.randrange(200)] ^= 1 << rng.randrange(8)
        outcomes.add(outcome(tmp_path / "flipped", broken))
    assert len([text for text in outcomes if isinstance(text, str)]) > 10


@pytest.mark.parametrize(
    ("offset", "value", "detail"),
    [
        (0, b"\xff", "is not one of its tree"),
        (10, b"\x40", "is not one of its tree"),
        (12, b"\x10\x00", "is not one of its tree"),
        (12, b"\xff\xff", "has too many nodes"),
        (16, b"\xff\x0f", "has a node outside"),
    ],
)
def test_damage_of_pages_is_told_in_detail(tmp_path, content, offset, value, detail):
    for page in range(2 * 4096, len(content), 4096):
        content[page + offset : page + offset + len(value)] = value
    assert detail in outcome(tmp_path / "db", content)


def test_a_value_that_leaves_its_page_is_an_error(tmp_path):
    path = write(tmp_path / "small", [("1", b"x" * 100)])
    content = bytearray((path / "data.mdb").read_bytes())
    size = content.index(b"x" * 100) - len("1") - 8
    content[size : size + 2] = (200).to_bytes(2, "little")
    assert "the value of b'1' is cut short" in outcome(tmp_path / "db", content)


def test_meta_pages_that_disagree_are_an_error(tmp_path, content):
    content[40:44] = (512).to_bytes(4, "little")
    content[512:4096] = content[4096 : 4096 + 3584]
    assert "its two meta pages disagree" in outcome(tmp_path / "db", content)


def test_a_database_with_keys_of_a_special_kind_is_refused(tmp_path, content):
    for page in 0, 4096:
        content[page + 92] = 0x04  # the flag of duplicate keys
    assert "has keys of a special kind, as Caffe" in outcome(tmp_path / "db", content)


def test_a_ring_of_pages_is_an_error(tmp_path, content):
    database = LMDB(tmp_path / "whole")
    root = database._root
    page = root * 4096
    first_node = int.from_bytes(content[page + 16 : page + 18], "little")
    place = page + first_node
    content[place : place + 6] = root.to_bytes(6, "little")
    assert "its pages form a ring" in outcome(tmp_path / "db", content)


def test_a_file_that_shrinks_while_it_is_read_is_an_error(tmp_path, content):
    path = tmp_path / "whole" / "data.mdb"
    with LMDB(tmp_path / "whole") as database:
        records = iter(database)
        next(records)
        with open(path, "r+b") as file:
            file.truncate(9000)
        with pytest.raises(SourceError, match="the file is cut short"):
            list(records)
