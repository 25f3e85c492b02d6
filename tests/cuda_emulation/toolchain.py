"""The compiler, and a cache of what it has built, under the user's cache folder."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_TOOLS = ("gcc", "g++", "nm")  # nm: of binutils


def missing_tools():
    """Return the tools that this machine lacks."""
    return [tool for tool in _TOOLS if shutil.which(tool) is None]


def run(*command, source=""):
    """Run a tool, give it `source` on its standard input, return what it prints."""
    command = [str(part) for part in command]
    done = subprocess.run(
        command, input=source, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[:4000]}")
    return done.stdout


def cached(name, ingredients, make):
    """Return a file or folder of the cache; ``make(path)`` builds it the first time.

    Parameters
    ----------
    name : str
        Its name; a digest is put in front of the suffix.
    ingredients : object
        Everything that the content depends on; its ``repr`` goes into the digest.
    make : callable
        Writes it at the path that it is given.
    """
    digest = hashlib.sha256(repr(ingredients).encode()).hexdigest()[:20]
    stem, suffix = os.path.splitext(name)
    path = _cache_folder() / f"{stem}-{digest}{suffix}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            made = Path(folder) / path.name
            make(made)
            _move(made, path)
    return path


def _move(made, path):
    try:
        os.replace(made, path)
    except OSError:  # a folder that another process has just put there
        if not path.exists():
            raise


def _cache_folder():
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "brew" / "cuda_emulation"
