"""A progress bar is shown where a terminal watches, and only there."""

import os
import re
import sys

import pytest

from brew.cli import _progress
from brew.cli._progress import progress_bar
from brew.log import logger

from .test_log_parsers import PREFIX

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no pty")


@pytest.fixture
def terminal(brew_process):
    """Run a command with a terminal at its stderr; return what appears there."""
    pty, termios = map(pytest.importorskip, ("pty", "termios"))

    def run(*argv):
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 80))
        process = brew_process(*argv, stderr=theirs)
        os.close(theirs)
        shown = b""
        while chunk := read(ours):
            shown += chunk
        os.close(ours)
        assert process.wait(timeout=60) == 0
        return shown.decode().replace("\r\n", "\n")

    return run


def read(descriptor):
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux says so when the other side has been closed
        return b""


@pytest.mark.parametrize(
    ("argv", "total", "unit"),
    [
        (["train", "--solver=solver.prototxt"], "50", "iter"),
        (["test", "--model=net.prototxt", "--weights=w.caffemodel"], "50", "batch"),
    ],
)
def test_a_bar_runs_below_unbroken_log_lines(
    terminal, brew, experiment, argv, total, unit
):
    pytest.importorskip("tqdm")
    brew("train", "--solver=solver.prototxt")
    (experiment / "repeat_iter_50.caffemodel").rename("w.caffemodel")
    shown = terminal(*argv)
    assert re.search(rf"[1-9]\d*/{total} .*{unit}", shown)
    lines = re.split(r"[\r\n]", re.sub(r"\x1b\[[A-Z]", "\n", shown))
    logged = [line for line in lines if "] " in line and line.startswith("I")]
    assert len(logged) > 15
    assert all(PREFIX.fullmatch(line) for line in logged)
    assert len(logged) == shown.count(".py:")


def test_there_is_no_bar_in_a_file_or_a_pipe(brew, experiment):
    _, _, err = brew("train", "--solver=solver.prototxt")
    assert "\r" not in err
    assert "it/s]" not in err


def test_without_tqdm_there_is_no_bar_and_no_complaint(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert _progress._import_tqdm() is None
    with progress_bar(3, "iter") as advance:
        advance()
    assert capsys.readouterr().err == ""


def test_the_log_has_its_handlers_back_after_the_bar(monkeypatch):
    pytest.importorskip("tqdm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    before = logger.handlers[:]
    with progress_bar(3, "iter") as advance:
        advance()
    assert logger.handlers == before


def test_a_bar_counts_images(terminal, in_tmp_path):
    pytest.importorskip("tqdm")
    pillow = pytest.importorskip("PIL.Image")
    pillow.new("L", (8, 8)).save(in_tmp_path / "a.png")
    (in_tmp_path / "list.txt").write_text("a.png 0\n" * 800)
    shown = terminal("convert_imageset", "./", "list.txt", "db")
    assert re.search(r"\d+/800 .*image/s", shown)
    assert re.search(r"\d+image .*image/s", terminal("compute_image_mean", "db"))
