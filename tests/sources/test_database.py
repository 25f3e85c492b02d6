"""What holds for LMDB and LevelDB alike."""

import os
import stat

import pytest

from brew.errors import FileError, MissingExtra, SourceError
from brew.sources import Cursor, open_database

from .conftest import write

RECORDS = [(b"%02d" % i, b"value %d" % i) for i in range(5)]


def test_records_come_in_the_order_of_their_keys(tmp_path, backend):
    path = write(tmp_path / "db", reversed(RECORDS), backend)
    with open_database(path, backend) as database:
        assert list(database) == RECORDS
        assert list(database) == RECORDS


@pytest.mark.parametrize(
    ("key", "following"),
    [(b"", 0), (b"00", 1), (b"02", 3), (b"0299", 3), (b"04", 5), (b"9", 5)],
)
def test_reading_can_start_after_any_key(tmp_path, backend, key, following):
    path = write(tmp_path / "db", RECORDS, backend)
    with open_database(path, backend) as database:
        assert list(database.records(after=key)) == RECORDS[following:]


def test_a_cursor_goes_round(tmp_path, backend):
    path = write(tmp_path / "db", RECORDS, backend)
    with open_database(path, backend) as database:
        cursor = Cursor(database)
        assert [cursor.next() for _ in range(12)] == (RECORDS * 3)[:12]
        cursor.seek(b"03")
        assert cursor.next() == RECORDS[4]
        assert cursor.key == b"04"
        cursor.seek(None)
        assert cursor.next() == RECORDS[0]


def test_an_empty_database_has_nothing_to_go_round(tmp_path, backend):
    path = write(tmp_path / "db", [], backend)
    with open_database(path, backend) as database:
        assert list(database) == []
        with pytest.raises(SourceError, match=r"db: it holds no records; make it"):
            Cursor(database).next()


def test_one_database_can_be_open_many_times(tmp_path, backend):
    path = write(tmp_path / "db", RECORDS, backend)
    databases = [open_database(path, backend) for _ in range(3)]
    walks = [iter(database) for database in databases]
    assert [next(walk) for walk in walks] == [RECORDS[0]] * 3
    databases[0].close()
    assert [next(walk) for walk in walks[1:]] == [RECORDS[1]] * 2
    for database in databases:
        database.close()


def test_reading_changes_no_file(tmp_path, backend):
    path = write(tmp_path / "db", RECORDS, backend)
    before = contents(path)
    with open_database(path, backend) as database:
        assert list(database) == RECORDS
    assert contents(path) == before


def contents(folder):
    return {file.name: (file.read_bytes(), file.stat()) for file in folder.iterdir()}


def test_a_read_only_folder_can_be_read(tmp_path, backend):
    path = write(tmp_path / "db", RECORDS, backend)
    path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with open_database(path, backend) as database:
            assert list(database) == RECORDS
    finally:
        path.chmod(stat.S_IRWXU)


def test_a_closed_database_says_so(tmp_path, backend):
    database = open_database(write(tmp_path / "db", RECORDS, backend), backend)
    database.close()
    database.close()
    with pytest.raises(SourceError, match="this database is closed"):
        list(database)


def test_a_missing_database_is_told_with_its_place(in_tmp_path, backend):
    message = rf"no such folder \(looked in {in_tmp_path}\); make the database first"
    with pytest.raises(SourceError, match=message):
        open_database("nowhere", backend)


def test_an_empty_folder_is_no_database(tmp_path, backend):
    with pytest.raises(SourceError, match=r"holds no (data.mdb|CURRENT); make the"):
        open_database(tmp_path, backend)


@pytest.mark.parametrize(
    ("kind", "taken_for", "remedy"),
    [
        ("lmdb", "leveldb", "this is an LMDB; write backend: LMDB"),
        ("leveldb", "lmdb", "this is a LevelDB; write backend: LEVELDB"),
    ],
)
def test_a_database_of_the_other_kind_is_recognised(tmp_path, kind, taken_for, remedy):
    path = write(tmp_path / "db", RECORDS, kind)
    with pytest.raises(SourceError, match=remedy):
        open_database(path, taken_for)


def test_an_unknown_kind_is_told_with_the_nearest_one(tmp_path):
    with pytest.raises(SourceError, match=r"kind 'lmbd' is unknown.*Did you mean 'lmd"):
        open_database(tmp_path, "lmbd")


def test_what_is_missing_can_be_found_elsewhere(tmp_path, backend, monkeypatch):
    path = write(tmp_path / "db", RECORDS, backend)
    finders = [lambda name: None, {"elsewhere": path}.get]
    monkeypatch.setattr("brew.sources.finders", finders)
    with open_database("elsewhere", backend) as database:
        assert database.path == str(path)


def test_an_existing_database_is_not_replaced(tmp_path, backend):
    path = write(tmp_path / "db", RECORDS, backend)
    with pytest.raises(FileError, match="db: exists already; remove it"):
        write(path, [], backend)
    with open_database(path, backend) as database:
        assert list(database) == RECORDS


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_database_that_is_not_completed_leaves_no_trace(tmp_path, backend, error):
    def records():
        yield from RECORDS * 300
        assert not (tmp_path / "db").exists()
        raise error

    with pytest.raises(error):
        write(tmp_path / "db", records(), backend)
    assert list(tmp_path.iterdir()) == []


def test_of_two_writers_the_first_to_be_done_wins(tmp_path, backend):
    def records():
        yield RECORDS[0]
        (tmp_path / "db").mkdir()

    with pytest.raises(FileError, match="db: exists already"):
        write(tmp_path / "db", records(), backend)
    assert list(tmp_path.iterdir()) == [tmp_path / "db"]
    assert list((tmp_path / "db").iterdir()) == []


def test_a_database_needs_a_folder_to_be_in(tmp_path, backend):
    with pytest.raises(FileError, match=r"db: cannot be written \(No such file"):
        write(tmp_path / "no" / "db", RECORDS, backend)


@pytest.mark.skipif(os.name == "nt", reason="names of modules differ")
def test_a_missing_package_is_named_with_its_extra(tmp_path, backend, monkeypatch):
    module = {"lmdb": "lmdb", "leveldb": "plyvel"}[backend]
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(MissingExtra, match=rf"'{module}'.*pip install 'brewdl\[data\]"):
        write(tmp_path / "db", RECORDS, backend)
    assert list(tmp_path.iterdir()) == []
