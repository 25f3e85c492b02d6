"""A full disk stops the training, says so, and keeps the last good snapshot."""

import os
import subprocess
import sys

import pytest

from brew.errors import FileError

from .test_snapshots import FORMATS, make

# Trains with large parameters until the files may not grow any more.
SCRIPT = """
import resource, sys
from brew.errors import FileError
from tests.solvers.test_snapshots import make, NET

solver = make(form=sys.argv[1])
solver.param.snapshot = 2
solver.step(4)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    solver.step(4)
except FileError as error:
    print(error)
"""


@pytest.fixture(params=FORMATS)
def form(request):
    if request.param == "HDF5":
        pytest.importorskip("h5py")
    return request.param


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """A disk of 128 KB, and a folder in it, as the working directory."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", tmp_path],
        capture_output=True,
    )
    if made.returncode:
        pytest.skip("only root may make a small disk")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    monkeypatch.undo()
    subprocess.run(["umount", tmp_path], check=True)


def fill(folder):
    """Leave no room for a snapshot."""
    free = os.statvfs(folder)
    (folder / "filler").write_bytes(bytes(free.f_bavail * free.f_frsize - 4096))


def check_stopped(solver, folder, message):
    good = {path.name: path.read_bytes() for path in folder.glob("run*")}
    assert len(good) == 4
    with pytest.raises(FileError, match=message) as caught:
        solver.step(4)
    assert "The last whole snapshot: run_iter_4.solverstate" in str(caught.value)
    assert {path.name: path.read_bytes() for path in folder.glob("run*")} == good
    assert list(folder.glob(".*")) == []


def test_a_full_disk_stops_the_training(form, small_disk):
    solver = make(form=form)
    solver.param.snapshot = 2
    solver.step(4)
    fill(small_disk)
    check_stopped(solver, small_disk, "No space left on device.*room on the disk")
    (small_disk / "filler").unlink()
    again = make(form=form, seed=2)
    again.restore(again.newest_snapshot())
    again.step(4)
    assert again.iter == 8


@pytest.mark.parametrize("when", [1, 2])
def test_a_disk_that_fills_up_while_writing(form, when, in_tmp_path, monkeypatch):
    solver = make(form=form)
    solver.param.snapshot = 2
    solver.step(4)
    sync, calls = os.fsync, []

    def full(handle):
        calls.append(handle)
        if len(calls) == when:
            raise OSError(28, "No space left on device")
        sync(handle)

    monkeypatch.setattr("os.fsync", full)
    check_stopped(solver, in_tmp_path, "No space left on device.*room on the disk")


@pytest.mark.parametrize("limit", [100, 300])
def test_a_quota_stops_the_training(form, limit, in_tmp_path):
    pytest.importorskip("resource")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, form, str(limit)],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert "run_iter_6.solverstate" in done.stdout, done.stderr
    assert "cannot be written (File too large)" in done.stdout
    assert "The last whole snapshot: run_iter_4.solverstate" in done.stdout
    kinds = [path.name.split(".")[0] for path in in_tmp_path.iterdir()]
    assert sorted(kinds) == 2 * ["run_iter_2"] + 2 * ["run_iter_4"]
