"""``brew run``: a script for Caffe runs as by Python itself, and gets brew."""

import signal
import subprocess
import sys

import pytest

from tests.cli.conftest import ROOT

SCRIPT = """
import sys
import caffe
import caffe.io, caffe.draw, caffe._caffe
from caffe import layers as L, params as P
from caffe.proto import caffe_pb2
from caffe.pycaffe import Net
from caffe.coord_map import crop
import brew, brew.draw

assert caffe is brew and caffe.draw is brew.draw and Net is brew.Net
assert caffe_pb2.__name__ == "brew.proto.caffe_pb2"
assert brew.draw.__spec__.name == "brew.draw"
assert P.Pooling.AVE == 1
print(__name__, sys.argv, __file__)
"""


@pytest.fixture
def run(brew_process, in_tmp_path):
    """Write a script, run it; return exit code, stdout and stderr."""

    def run(script, *argv, words=("run", "script.py")):
        (in_tmp_path / "script.py").write_text(script)
        process = brew_process(*words, *argv)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    return run


def test_caffe_and_its_modules_are_brews(run):
    code, out, err = run(SCRIPT, "a", "--b", "-c=1")
    assert (code, err) == (0, "")
    assert out == "__main__ ['script.py', 'a', '--b', '-c=1'] script.py\n"


def test_module_is_run_by_its_name(run, in_tmp_path):
    code, out, err = run(SCRIPT, "x", words=("run", "-m", "script"))
    path = str(in_tmp_path / "script.py")
    assert (code, err) == (0, "")
    assert out == f"__main__ {[path, 'x']} {path}\n"


@pytest.mark.parametrize("words", [("run", "script.py"), ("run", "-m", "script")])
def test_traceback_is_that_of_python_itself(run, words):
    script = "import caffe\ndef f():\n    caffe.Net('none.prototxt', 1)\nf()\n"
    code, out, err = run(script, words=words)
    lines = err.splitlines()
    last = lines.index("Traceback (most recent call last):", lines.index("") + 1)
    assert (code, out) == (1, "")
    assert 'script.py", line 4, in <module>' in lines[last + 1]
    assert lines[last + 2] == "    f()"
    assert lines[-1].startswith("brew.errors.FileError: none.prototxt: no such file")
    assert "runpy" not in err
    assert "cli" not in err


def test_mistake_in_the_script_is_shown_as_python_shows_it(run, in_tmp_path):
    for script in "x = (\n", "1 / 0\n", "import missing_module\n":
        ours = run(script)
        theirs = subprocess.run(
            [sys.executable, "script.py"], capture_output=True, text=True
        )
        assert ours[0] == theirs.returncode == 1
        assert ours[2].splitlines()[-1] == theirs.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        ("", (0, "", "")),
        ("sys.exit()", (0, "", "")),
        ("sys.exit(3)", (3, "", "")),
        ("sys.exit('too few')", (1, "", "too few\n")),
        ("print('x'); raise SystemExit(0)", (0, "x\n", "")),
    ],
)
def test_exit_code_is_the_scripts(run, call, wanted):
    assert run(f"import sys\n{call}\n") == wanted


def test_modules_beside_the_script_are_found(run, in_tmp_path, brew_process):
    (in_tmp_path / "part").mkdir()
    (in_tmp_path / "part" / "beside.py").write_text("import caffe\nX = caffe.TEST\n")
    (in_tmp_path / "part" / "main.py").write_text("import beside\nprint(beside.X)\n")
    process = brew_process("run", "part/main.py")
    assert process.communicate(timeout=60) == ("1\n", "")


def test_processes_of_the_script_get_brew_as_well(run):
    child = "import caffe.io, brew; print(caffe is brew)"
    script = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    )
    assert run(script) == (0, "True\n", "")


def test_workers_that_python_spawns_get_brew(run):
    script = (
        "import multiprocessing, caffe\n"
        "def work(x): return x + caffe.TEST\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        print(pool.map(work, [1, 2]))\n"
    )
    assert run(script) == (0, "[2, 3]\n", "")


def test_caffe_that_is_installed_is_not_used_and_this_is_said(run, in_tmp_path):
    (in_tmp_path / "caffe").mkdir()
    (in_tmp_path / "caffe" / "__init__.py").write_text("raise SystemExit('the other')")
    script = "import sys; sys.path.insert(0, '.')\nimport caffe; print(caffe.__name__)"
    code, out, err = run(script)
    assert (code, out) == (0, "brew\n")
    assert err.startswith("the Caffe in ")
    assert "__init__.py is not used: caffe means brew here" in err


def test_folder_that_is_called_caffe_is_no_caffe(run, in_tmp_path):
    (in_tmp_path / "caffe").mkdir()
    assert run("import caffe; print(caffe.__name__)") == (0, "brew\n", "")


def test_module_that_caffe_lacks_is_missing(run):
    script = (
        "try:\n    import caffe.nothing\n"
        "except ModuleNotFoundError as error:\n    print(error)\n"
    )
    assert run(script) == (0, "No module named 'caffe.nothing'\n", "")


def test_import_of_as_caffe_is_enough(run, in_tmp_path):
    (in_tmp_path / "mine.py").write_text("import caffe\nprint(caffe.draw)\n")
    script = (
        "import brew.as_caffe, sys\nimport brew.as_caffe\nimport caffe, caffe.draw\n"
        "from brew.as_caffe import CaffeFinder, install\ninstall()\n"
        "print(caffe.__name__, sys.meta_path.count(CaffeFinder))\n"
    )
    (in_tmp_path / "script.py").write_text(script)
    done = subprocess.run(
        [sys.executable, "script.py"],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert (done.stdout, done.stderr) == ("brew 1\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_interrupt_ends_the_script_with_130(brew_process, in_tmp_path):
    (in_tmp_path / "script.py").write_text(
        "import time\nprint('go', flush=True)\ntime.sleep(60)\n"
    )
    process = brew_process("run", "script.py")
    assert process.stdout.readline() == "go\n"
    process.send_signal(signal.SIGINT)
    err = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert err.splitlines()[-1] == "KeyboardInterrupt"
    assert "runpy" not in err


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ([], "run: needs a script, or -m and the name of a module"),
        (["-m"], "run: needs a script, or -m and the name of a module"),
        (["none.py"], "run: there is no script 'none.py' in "),
    ],
)
def test_without_a_script_the_command_is_not_understood(brew, argv, says):
    code, out, err = brew("run", *argv)
    assert (code, out) == (2, "")
    assert err.startswith(f"brew: error: {says}")


def test_help_is_shown(brew):
    code, out, err = brew("run", "--help")
    assert (code, err) == (0, "")
    assert "usage: python -m brew run [-m] SCRIPT" in out
    assert "jupyter lab" in out


def test_missing_module_is_an_error_without_our_frames(run):
    code, out, err = run("", words=("run", "-m", "no_such_module"))
    assert (code, out) == (1, "")
    assert "no_such_module" in err


def test_caffe_that_is_imported_already_is_replaced(in_tmp_path):
    (in_tmp_path / "caffe").mkdir()
    (in_tmp_path / "caffe" / "__init__.py").write_text("")
    (in_tmp_path / "caffe" / "io.py").write_text("")
    (in_tmp_path / "script.py").write_text(
        "import caffe.io\nimport brew.as_caffe\nimport caffe.io, brew\n"
        "print(caffe is brew, caffe.io is brew.io)\n"
    )
    command = [sys.executable, "script.py"]
    env = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    assert done.stdout == "True True\n"
    assert "is not used" in done.stderr
