"""start.py: its arguments, its messages, and what it runs; nothing is installed."""

import importlib.util
import json
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Return start.py as a module that works in an empty folder and only notes."""
    spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "pyproject.toml").write_text("[project]")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01-first.ipynb").touch()
    venv = tmp_path / ".venv"
    for name, value in {
        "ROOT": tmp_path,
        "VENV": venv,
        "STAMP": venv / "brew-start.json",
        "PYTHON": venv / "bin" / "python",
    }.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    handler = signal.getsignal(signal.SIGINT)
    yield module
    signal.signal(signal.SIGINT, handler)


@pytest.fixture
def followed(start, monkeypatch):
    """Return the list of commands that would install something."""
    commands = []

    def note(command):
        commands.append(command)
        start.VENV.mkdir(exist_ok=True)

    monkeypatch.setattr(start, "follow", note)
    monkeypatch.setattr(start, "works", lambda python: start.VENV.exists())
    monkeypatch.setattr(start, "find_python", lambda: sys.executable)
    monkeypatch.setattr(start, "run_quietly", lambda command: 0)
    return commands


def test_without_a_word_it_opens_the_lab(start):
    options = start.parse_arguments([])
    assert (options.command, options.extras, options.pytest) == ("lab", [], [])


def test_what_follows_two_dashes_goes_to_pytest(start):
    options = start.parse_arguments(["test", "--with", "emulation", "--", "-k", "a b"])
    assert options.extras == ["emulation"]
    assert start.pytest_command(options.pytest)[-2:] == ["-k", "a b"]


def test_pytest_arguments_need_the_word_test(start, capsys):
    with pytest.raises(SystemExit):
        start.parse_arguments(["--", "-k", "lenet"])
    assert "start.py test" in capsys.readouterr().err


def test_the_first_run_makes_a_venv_and_installs_once(start, followed):
    start.prepare({"lab"})
    start.prepare({"lab"})
    venv, install = followed
    assert venv == [sys.executable, "-m", "venv", str(start.VENV)]
    assert install[1:4] == ["-m", "pip", "install"]
    assert install[-2:] == ["-e", ".[lab]"]


def test_a_new_extra_is_added_to_those_that_are_there(start, followed):
    start.prepare({"lab"})
    start.prepare({"lab", "test"})
    assert followed[-1][-1] == ".[lab,test]"
    assert json.loads(start.STAMP.read_text())["extras"] == ["lab", "test"]


def test_a_changed_pyproject_is_installed_again(start, followed):
    start.prepare({"lab"})
    (start.ROOT / "pyproject.toml").write_text("[project] # changed")
    start.prepare({"lab"})
    assert len(followed) == 3


def test_a_damaged_stamp_only_means_installing_again(start, followed):
    start.prepare({"lab"})
    start.STAMP.write_text("not json")
    start.prepare({"lab"})
    assert len(followed) == 3


def test_uv_is_used_where_it_is_installed(start, followed, monkeypatch):
    monkeypatch.setattr(start.shutil, "which", {"uv": "/bin/uv"}.get)
    start.prepare({"lab"})
    assert [command[:2] for command in followed] == [
        ["uv", "venv"],
        ["uv", "pip"],
    ]


def test_an_old_python_is_told_which_one_is_needed(start, monkeypatch):
    monkeypatch.setattr(start, "works", lambda python: False)
    with pytest.raises(start.Trouble, match=r"3\.11 or newer; this is 3\."):
        start.find_python()


def test_a_newer_python_beside_an_old_one_is_found(start, monkeypatch):
    monkeypatch.setattr(start.shutil, "which", {"python3.12": "/bin/python3.12"}.get)
    monkeypatch.setattr(start, "works", lambda python: python == "/bin/python3.12")
    assert start.find_python() == "/bin/python3.12"


def test_a_missing_ensurepip_gives_the_exact_apt_line(start, monkeypatch):
    monkeypatch.setattr(start, "run_quietly", lambda command: 1)
    minor = sys.version_info[1]
    with pytest.raises(start.Trouble, match=f"sudo apt install python3.{minor}-venv"):
        start.make_venv(sys.executable)


def test_too_little_room_is_told_before_anything_is_made(start, followed, monkeypatch):
    monkeypatch.setattr(
        start.shutil, "disk_usage", lambda path: SimpleNamespace(free=1e6)
    )
    with pytest.raises(start.Trouble, match=r"make 1\.5 GB of room"):
        start.prepare({"lab"})
    assert followed == []


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("NewConnectionError: Temporary failure in name resolution", "internet"),
        ("error: dns error: failed to lookup address information", "internet"),
        ("No matching distribution found (from versions: none)", "internet"),
        ("SSLError: [SSL: CERTIFICATE_VERIFY_FAILED]", "SSL_CERT_FILE"),
        ("error: something else", "the lines above say why"),
    ],
)
def test_a_failed_installation_is_explained(start, said, remedy, capsys):
    shout = f"import sys; print({said!r}); sys.exit(3)"
    with pytest.raises(start.Trouble, match=remedy):
        start.follow([sys.executable, "-c", shout])
    assert said in capsys.readouterr().out


def test_trouble_is_one_message_and_exit_code_1(start, monkeypatch, capsys):
    monkeypatch.setattr(start, "works", lambda python: False)
    assert start.main(["--no-open"]) == 1
    assert capsys.readouterr().err.startswith("\nstart.py: brew needs Python")


def test_the_lab_opens_the_index_or_else_the_first_notebook(start):
    (start.ROOT / "notebooks" / "02-second.ipynb").touch()
    options = start.parse_arguments([])
    assert start.lab_command(options)[-1].endswith("01-first.ipynb")
    (start.ROOT / "notebooks" / "index.ipynb").touch()
    assert start.lab_command(options)[-1].endswith("index.ipynb")


def test_the_notebooks_are_trusted_before_the_lab_opens(start, followed, monkeypatch):
    commands = []
    monkeypatch.setattr(start, "run_quietly", commands.append)
    monkeypatch.setattr(start, "run", lambda command, _: commands.append(command))
    start.main([])
    *_, trust, lab = commands
    assert trust[2:] == [
        "jupyter",
        "trust",
        str(start.ROOT / "notebooks/01-first.ipynb"),
    ]
    assert "jupyterlab" in lab


def test_a_browser_is_opened_unless_not_wanted(start):
    assert "--no-browser" not in start.lab_command(start.parse_arguments([]))
    options = start.parse_arguments(["--no-browser"])
    assert "--no-browser" in start.lab_command(options)


def test_the_exit_code_of_pytest_is_handed_on(start, followed, monkeypatch):
    monkeypatch.setattr(start, "pytest_command", lambda rest: [sys.executable, *rest])
    assert start.main(["test", "--", "-c", "raise SystemExit(5)"]) == 5


def test_emulation_is_switched_on_in_the_environment_of_the_tests(start, monkeypatch):
    monkeypatch.delenv("BREW_CUPY", raising=False)
    options = start.parse_arguments(["test", "--with", "emulation"])
    assert start.settings_for_tests(options)["BREW_CUPY"] == "emulate"
    options = start.parse_arguments(["test"])
    assert "BREW_CUPY" not in start.settings_for_tests(options)


def test_an_active_venv_does_not_reach_ours(start, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", "elsewhere")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    assert not {"VIRTUAL_ENV", "PYTHONPATH"} & start.clean_environment().keys()


@pytest.mark.slow
def test_a_venv_is_really_made_in_a_folder_with_spaces(start, monkeypatch, tmp_path):
    venv = tmp_path / "a folder" / ".venv"
    monkeypatch.setattr(start, "VENV", venv)
    start.make_venv(sys.executable)
    code = subprocess.call([venv / "bin" / "python", "-c", "import pip"])
    assert code == 0
