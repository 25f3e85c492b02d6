"""The reader of LevelDB: its stand-in, and damage."""

import shutil
from pathlib import Path

import pytest

from brew.errors import SourceError
from brew.sources.leveldb import LevelDB

from .conftest import write

plyvel = pytest.importorskip("plyvel")

GOLDEN = Path(__file__).parent.parent / "golden" / "layers" / "data" / "tiny_leveldb"


def test_a_database_that_caffe_wrote_is_read_and_stays_as_it_is(tmp_path):
    folder = shutil.copytree(GOLDEN, tmp_path / "db")
    with LevelDB(folder) as database:
        keys = [key for key, _ in database]
    assert keys == [b"%08d_img/p%d.png" % (i, i) for i in range(5)]
    names = sorted(file.name for file in folder.iterdir())
    assert names == ["000003.log", "CURRENT", "MANIFEST-000002"]


def test_what_was_written_is_read_by_the_library(tmp_path):
    records = [(b"%08d" % i, b"x" * i) for i in range(2500)]
    write(tmp_path / "db", records, "leveldb")
    with plyvel.DB(str(tmp_path / "db")) as database:
        assert list(database) == records


def test_may_be_open_beside_the_library(tmp_path):
    write(tmp_path / "db", [("1", b"x")], "leveldb")
    with plyvel.DB(str(tmp_path / "db")), LevelDB(tmp_path / "db") as database:
        assert list(database) == [(b"1", b"x")]


def test_no_stand_in_is_left(tmp_path, monkeypatch):
    stand_ins = tmp_path / "stand-ins"
    stand_ins.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(stand_ins))
    path = write(tmp_path / "db", [("1", b"x")], "leveldb")
    database = LevelDB(path)
    assert len(list(stand_ins.iterdir())) == 1
    del database
    assert list(stand_ins.iterdir()) == []
    (path / "CURRENT").write_text("MANIFEST-000099\n")
    with pytest.raises(SourceError, match="db: this LevelDB is damaged"):
        LevelDB(path)
    assert list(stand_ins.iterdir()) == []


@pytest.fixture
def path(tmp_path):
    records = [(b"%08d" % i, b"value %d" % i) for i in range(500)]
    return write(tmp_path / "db", records, "leveldb")


def read(path):
    with LevelDB(path) as database:
        return list(database)


@pytest.mark.parametrize("pattern", ["*.ldb", "MANIFEST-*"])
def test_a_missing_file_is_an_error(path, pattern):
    for file in path.glob(pattern):
        file.unlink()
    with pytest.raises(SourceError, match="damaged .*; copy or make it again"):
        read(path)


@pytest.mark.parametrize("size", [0, 4, 100, -1])
def test_a_table_that_is_cut_is_an_error(path, size):
    (table,) = path.glob("*.ldb")
    table.write_bytes(table.read_bytes()[:size])
    with pytest.raises(SourceError, match=r"damaged \(\d+.ldb is cut short\)"):
        read(path)


def test_a_flipped_bit_in_a_table_is_an_error(path):
    (table,) = path.glob("*.ldb")
    content = bytearray(table.read_bytes())
    content[50] ^= 1
    table.write_bytes(content)
    with pytest.raises(SourceError, match=r"damaged \(Corruption: .*checksum"):
        read(path)
