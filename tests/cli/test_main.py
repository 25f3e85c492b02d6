"""``python -m brew``: finding the command, and how it ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from brew import cli
from brew.cli import zoo as command
from brew.errors import LayerError

ROOT = Path(__file__).parents[2]
COMMANDS = ["device_query", "test", "time", "train", "zoo"]


def test_all_commands_are_listed_with_a_line_each(brew):
    code, out, err = brew("--help")
    assert (code, err) == (0, "")
    assert set(COMMANDS) <= set(cli.list_commands())
    for name in cli.list_commands():
        (line,) = [row for row in out.splitlines() if row.startswith(f"  {name} ")]
        assert len(line.removeprefix(f"  {name} ").strip()) > 10


def test_the_commands_are_listed_in_groups(brew):
    _, out, _ = brew("--help")
    blocks = [block.splitlines() for block in out.split("\n\n")[1:]]
    groups = {lines[0]: [line.split()[0] for line in lines[1:]] for lines in blocks}
    assert "train" in groups["train and use nets:"]
    assert "convert_imageset" in groups["get and make data and models:"]
    listed = [name for title, names in groups.items() for name in names if names]
    assert sorted(set(listed) & set(cli.list_commands())) == cli.list_commands()
    assert len(listed) == len(set(listed))


def test_a_command_without_a_group_is_listed_too(brew, monkeypatch):
    monkeypatch.setattr(cli, "GROUPS", {"train and use nets": ("train", "gone")})
    _, out, _ = brew("--help")
    assert "train and use nets:\n  train " in out
    assert "\nmore:\n  classify " in out
    assert " gone " not in out


def test_no_command_shows_the_usage_and_is_not_a_success(brew):
    code, out, err = brew()
    assert (code, out) == (2, "")
    assert err.startswith("usage: python -m brew <command>")


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("trian", " Did you mean 'train'?"),
        ("tests", " Did you mean 'test'?"),
        ("q", ""),
    ],
)
def test_an_unknown_command_gets_the_list_and_the_nearest(brew, word, nearest):
    code, out, err = brew(word)
    assert (code, out) == (2, "")
    assert err.startswith("usage:")
    assert err.endswith(f"brew: error: unknown command '{word}'.{nearest}\n")


@pytest.mark.parametrize("word", ["_flags", "__init__", "../zoo", "os"])
def test_what_is_no_command_is_not_imported(brew, word):
    assert brew(word)[0] == 2


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("flag", ["-h", "-help", "--help"])
def test_each_command_explains_itself(brew, name, flag):
    code, out, err = brew(name, flag)
    assert (code, err) == (0, "")
    assert f"usage: python -m brew {name} [-h]" in out


def test_an_error_of_brew_is_one_line_and_exit_code_1(brew, monkeypatch):
    def fail(argv):
        raise LayerError("layer 'pool1' (Pooling): too small")

    monkeypatch.setattr(command, "main", fail)
    assert brew("zoo") == (1, "", "brew: error: layer 'pool1' (Pooling): too small\n")


def test_the_place_of_an_error_is_shown_on_wish(brew, monkeypatch):
    monkeypatch.setenv("BREW_DEBUG", "1")
    with pytest.raises(cli.UsageError):
        brew("zoo", "fly")


def test_a_bug_is_not_hidden(brew, monkeypatch):
    monkeypatch.setattr(command, "main", lambda argv: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        brew("zoo")


def test_an_interrupt_is_exit_code_130(brew, monkeypatch):
    def interrupt(argv):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "main", interrupt)
    assert brew("zoo") == (130, "", "brew: interrupted\n")


def test_the_exit_code_reaches_the_shell(brew_process):
    process = brew_process("zoo", "path", "lennet")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("brew: error: zoo: no model 'lennet'")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_leaves_early_is_no_error(brew_process, monkeypatch, unbuffered):
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    process = brew_process("zoo", "info", "lenet")
    process.stdout.close()
    process.wait(timeout=60)
    assert (process.returncode, process.stderr.read()) == (0, "")


def test_only_the_command_that_runs_is_imported():
    code = (
        "import sys; from brew.cli import main; main(['zoo', 'list'])\n"
        "print([name for name in sys.modules if name.startswith('brew.cli.')"
        " and not name.startswith('brew.cli._')])"
    )
    out = subprocess.check_output(
        [sys.executable, "-c", code],
        text=True,
        cwd=cli.__file__.partition("brew/cli")[0],
    )
    assert out.splitlines()[-1] == "['brew.cli.zoo']"


def test_layers_in_the_working_directory_are_found(in_tmp_path, monkeypatch, brew):
    monkeypatch.setattr(sys, "path", ["/elsewhere"])
    brew("zoo", "list")
    assert sys.path == ["", "/elsewhere"]
