"""Run a script that was written for Caffe: its `import caffe` imports brew.

Examples::

    python -m brew run classify.py cat.jpg scores.npy
    python -m brew run -m pytest test_my_layers.py
    python -m brew run -m jupyter lab

The script runs as `python script.py ...` would: it gets the words after its name,
and its exit code is the command's. Processes that it starts, such as the kernels of
a notebook server, import brew as caffe as well. A Caffe that is installed is not used.
"""

import os
import runpy
import sys
from pathlib import Path

from brew.as_caffe import FOR_CHILDREN
from brew.cli._flags import UsageError

FAILED, INTERRUPTED = 1, 130


def main(argv: list[str]) -> int:
    """Run ``run SCRIPT [ARGUMENT ...]`` or ``run -m MODULE [ARGUMENT ...]``."""
    if not argv or argv in (["-m"], ["-h"], ["-help"], ["--help"]):
        return _explain(argv)
    is_module = argv[0] == "-m"
    name, *sys.argv[1:] = argv[is_module:]
    if not is_module and not Path(name).exists():
        raise UsageError(f"run: there is no script {name!r} in {os.getcwd()}")
    _prepare_children()
    sys.argv[0] = name
    sys.path[0] = os.getcwd() if is_module else str(Path(name).resolve().parent)
    try:
        if is_module:
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(name, run_name="__main__")
    except SystemExit as stop:
        return _exit_code(stop)
    except BaseException as error:
        error.__traceback__ = _traceback_of_script(error)
        sys.excepthook(type(error), error, error.__traceback__)
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else FAILED
    return 0


def _explain(argv):
    if argv and argv[0] != "-m":
        print("usage: python -m brew run [-m] SCRIPT [ARGUMENT ...]\n\n" + __doc__)
        return 0
    raise UsageError(
        "run: needs a script, or -m and the name of a module "
        "(help: python -m brew run --help)"
    )


def _prepare_children():
    sys.path.insert(1, str(FOR_CHILDREN))  # multiprocessing hands sys.path on
    before = os.environ.get("PYTHONPATH")
    folders = [str(FOR_CHILDREN), *([before] if before else [])]
    os.environ["PYTHONPATH"] = os.pathsep.join(folders)


def _exit_code(stop):
    if stop.code is None or isinstance(stop.code, int):
        return stop.code or 0
    print(stop.code, file=sys.stderr)
    return FAILED


def _traceback_of_script(error):
    """Return the traceback without its first frames, which are not the script's."""
    ours = (__file__, runpy.__file__, "<frozen runpy>")
    traceback = error.__traceback__
    while traceback and traceback.tb_frame.f_code.co_filename in ours:
        traceback = traceback.tb_next
    return traceback
