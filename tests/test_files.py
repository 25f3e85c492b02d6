import os
import stat
from pathlib import Path

import pytest

from brew.errors import FileError
from brew.files import (
    new_folder,
    read_bytes,
    read_text,
    remove_stale,
    write_atomically,
    write_together,
)


def test_the_new_content_appears_as_a_whole(in_tmp_path):
    (in_tmp_path / "a").write_text("old")
    with write_atomically("a") as file:
        file.write(b"new")
        assert (in_tmp_path / "a").read_text() == "old"
    assert (in_tmp_path / "a").read_text() == "new"
    assert os.listdir() == ["a"]


def write_half():
    with write_atomically("a") as file:
        file.write(b"half")
        raise KeyboardInterrupt


def test_a_failure_keeps_the_old_content(in_tmp_path):
    (in_tmp_path / "a").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert (in_tmp_path / "a").read_text() == "old"
    assert os.listdir() == ["a"]


def test_a_new_file_can_be_read_by_those_the_umask_allows(in_tmp_path):
    before = os.umask(0o022)
    try:
        with write_atomically("a") as file:
            file.write(b"x")
    finally:
        os.umask(before)
    assert (in_tmp_path / "a").stat().st_mode & 0o777 == 0o644


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="there is no /dev/zero")
def test_a_device_without_end_is_not_read():
    with pytest.raises(FileError, match="/dev/zero: this is a device; name a file"):
        read_bytes("/dev/zero")


def test_what_cannot_be_read_or_written_is_told(in_tmp_path):
    with pytest.raises(FileError, match="b: no such file .looked in"):
        read_bytes("b")
    with pytest.raises(FileError, match="this is a folder; name a file in it"):
        read_bytes(".")
    with (
        pytest.raises(FileError, match="no/b: cannot be written"),
        write_atomically("no/b"),
    ):
        pass
    (in_tmp_path / "c").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(
        FileError, match="c: this is not a text file .byte 0 is .*; a binary model goes"
    ):
        read_text("c")


def test_files_written_together_appear_together(in_tmp_path):
    with write_together("a", "b") as (a, b):
        a.write(b"1")
        b.write(b"2")
        assert not {"a", "b"} & set(os.listdir())
    assert sorted(os.listdir()) == ["a", "b"]
    assert read_text("b") == "2"


def test_if_one_fails_none_appears(in_tmp_path):
    (in_tmp_path / "a").write_text("old")
    with (
        pytest.raises(FileError, match="a and no/b: cannot be written"),
        write_together("a", "no/b"),
    ):
        pass
    assert os.listdir() == ["a"]


def test_folders_are_synced_after_the_rename(in_tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr("os.replace", lambda *names: calls.append("rename"))
    monkeypatch.setattr("os.fsync", lambda handle: calls.append(os.fstat(handle)))
    with write_atomically("a"):
        pass
    file, rename, folder = calls
    assert rename == "rename"
    assert stat.S_ISREG(file.st_mode)
    assert folder.st_ino == in_tmp_path.stat().st_ino


def test_what_a_killed_process_left_is_removed_but_nothing_in_use(in_tmp_path):
    (in_tmp_path / ".a.1234.tmp").touch()
    (in_tmp_path / ".b.1234.tmp").touch()
    with write_atomically("a") as file:
        file.write(b"new")
        assert remove_stale(".", "a*") == [Path(".a.1234.tmp")]
    assert sorted(os.listdir()) == [".b.1234.tmp", "a"]


def test_an_interrupt_just_as_a_folder_is_made_leaves_nothing(tmp_path, monkeypatch):
    make = Path.mkdir

    def make_and_be_interrupted(self, *args, **options):
        make(self, *args, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", make_and_be_interrupted)
    with pytest.raises(KeyboardInterrupt), new_folder(tmp_path / "new"):
        pass
    assert list(tmp_path.iterdir()) == []
