"""Whose file is this? A net of yours may run code of yours; a stranger's may not.

Reading a net is harmless but for two layers: ``Python`` imports a module, which runs
it, and ``HDF5Output`` writes a file. Nets from files may have these layers only if the
file is your own. Your own files lie

- in the working folder or below it, but not in brew's cache, where all that brew
  fetches lies, nor in ``~/Downloads`` (unless you work in there);
- in the folder of the script that runs, or below it, with the same exceptions;
- among the temporary files, if you made them since Python started;
- in a folder that you name: :func:`allow_python_layers`, or ``BREW_PYTHON_LAYERS``,
  which lists folders as ``PATH`` does.

A net that a program builds, as a NetParameter or a NetSpec, is the program's own.
"""

import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from brew.download import cache_folder
from brew.errors import LayerError, SolverError
from brew.files import to_path

VARIABLE = "BREW_PYTHON_LAYERS"
_START = time.time()
_allowed: list[Path | None] = []  # None: everywhere


def allow_python_layers(folder=None):
    """Trust the nets in `folder` and below as your own: they may import modules.

    Call it, or use it in a ``with`` statement, at whose end the trust ends::

        brew.allow_python_layers("/data/nets_of_a_friend")
        with brew.allow_python_layers("/data/nets_of_a_friend"):
            net = brew.Net("/data/nets_of_a_friend/deploy.prototxt", brew.TEST)

    Parameters
    ----------
    folder : str or Path, optional
        Default: trust all files, wherever they lie.

    Returns
    -------
    context manager
    """
    entry = None if folder is None else to_path(folder).resolve()
    _allowed.append(entry)
    undo = ExitStack()
    undo.callback(_allowed.remove, entry)
    return undo


def is_own(path):
    """Tell whether the file at `path` is the user's own, as said above."""
    path = Path(path).resolve()  # a link to a stranger's file is a stranger's file
    named = [*_allowed, *_named_in_environment()]
    if any(folder is None or path.is_relative_to(folder) for folder in named):
        return True
    if path.is_relative_to(cache_folder().resolve()):
        return False
    downloads = Path.home().resolve() / "Downloads"
    for place in _working_places():
        excepted = path.is_relative_to(downloads) and not place.is_relative_to(
            downloads
        )
        if path.is_relative_to(place) and not excepted:
            return True
    return _is_fresh_temporary(path)


def check_net(net, path):
    """Refuse a net from a stranger's file if it could run code or write files.

    Parameters
    ----------
    net : NetParameter
        The layers that will be built.
    path : str or Path
        The file that it stands in.

    Raises
    ------
    LayerError
        Says how to trust the file.
    """
    if is_own(path):
        return
    for layer in net.layer:
        if layer.type == "Python":
            what = f"import the module {layer.python_param.module!r}, which runs it"
        elif layer.type == "HDF5Output":
            what = f"write the file {layer.hdf5_output_param.file_name!r}"
        else:
            continue
        raise LayerError(
            f"layer {layer.name!r} ({layer.type}): it would {what}, and {path} is not "
            f"one of your own files; {_how_to_trust(path)}"
        )


def check_solver(solver, path):
    """Refuse a solver from a stranger's file if it could do what it must not.

    Nets that stand inside it are checked as :func:`check_net` does. Its snapshots
    must lie in the working folder or in its own, or below.

    Parameters
    ----------
    solver : SolverParameter
    path : str or Path
        The file that it stands in.

    Raises
    ------
    LayerError, SolverError
        Says how to trust the file.
    """
    if is_own(path):
        return
    for net in (solver.net_param, solver.train_net_param, *solver.test_net_param):
        check_net(net, path)
    prefix = Path(solver.snapshot_prefix).resolve()
    homes = Path.cwd(), Path(path).resolve().parent
    if not any(prefix.is_relative_to(home) for home in homes):
        raise SolverError(
            f"{path}: its snapshot_prefix {solver.snapshot_prefix!r} leads out of the "
            "working folder, and this is not one of your own files; change the prefix, "
            f"or {_how_to_trust(path)}"
        )


def _named_in_environment():
    folders = os.environ.get(VARIABLE, "").split(os.pathsep)
    return [Path(folder).resolve() for folder in folders if folder]


def _working_places():
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    yield Path.cwd()
    if script:
        yield Path(script).resolve().parent


def _is_fresh_temporary(path):
    """Tell whether a program of the user may have made this temporary file now."""
    if not path.is_relative_to(Path(tempfile.gettempdir()).resolve()):
        return False
    try:
        status = path.stat()
    except OSError:  # then there is nothing to read in it either
        return False
    mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return mine and status.st_ctime >= _START - 1  # clocks of file systems are coarse


def _how_to_trust(path):
    folder = str(Path(path).resolve().parent)
    return (
        f"if you trust it, say brew.allow_python_layers({folder!r}), or set "
        f"{VARIABLE}={folder}"
    )
