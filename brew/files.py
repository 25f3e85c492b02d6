"""Reading and writing whole files, so that a failure never loses an old one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from brew.errors import FileError

AnyPath = str | os.PathLike[str]


def read_bytes(path: AnyPath) -> bytes:
    """Return the content of the file at `path`; FileError says why it cannot."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def read_text(path: AnyPath) -> str:
    """Return the file at `path` as UTF-8 text; FileError says why it cannot."""
    content = read_bytes(path)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(
            f"{path}: this is not a text file (byte {error.start} is not UTF-8); "
            "a binary model goes where weights are asked for"
        ) from error


@contextmanager
def write_atomically(path: AnyPath) -> Iterator[BinaryIO]:
    """Open a temporary file beside `path` and rename it to `path` at the end.

    Whoever reads `path` sees the old content or the new, never a half. If the
    block fails, the temporary file is removed and the old one is untouched.

    Parameters
    ----------
    path : str or Path
        Where the content shall be. Its folder must exist.

    Yields
    ------
    file
        A binary file, open for writing and reading.

    Raises
    ------
    FileError
        If the file cannot be written: missing folder, no permission, full disk.
    """
    path = Path(path)
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        _remove(temporary)
        raise FileError(_unwritable(path, error)) from error
    except BaseException:
        _remove(temporary)
        raise


@contextmanager
def new_folder(path: AnyPath) -> Iterator[Path]:
    """Make a folder under a temporary name; it becomes `path` at the end.

    If the block fails, nothing is left behind.

    Parameters
    ----------
    path : str or Path
        The folder to make. It must not exist yet; its parent must.

    Yields
    ------
    Path
        The temporary folder, empty.

    Raises
    ------
    FileError
        If `path` exists or cannot be written.
    """
    path = Path(path)
    temporary = None
    try:
        _check_new(path)
        temporary = tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent)
        yield Path(temporary)
        os.chmod(temporary, 0o777 & ~_umask())
        _check_new(path)
        os.rename(temporary, path)
    except OSError as error:
        raise FileError(_unwritable(path, error)) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def check_room(folder: AnyPath, size: float) -> None:
    """Raise a FileError unless the disk of `folder` has `size` bytes free."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise FileError(
            f"{folder}: {size / 1e6:.0f} MB are needed, but the disk has only "
            f"{free / 1e6:.0f} MB free; make room, or choose another disk"
        )


def _check_new(path: Path) -> None:
    if path.exists():
        raise FileError(f"{path}: exists already; remove it, or choose another name")


def _unwritable(path: AnyPath, error: OSError) -> str:
    return (
        f"{path}: cannot be written ({error.strerror or error}); "
        "is there room on the disk, and may you write to this folder?"
    )


def _unreadable(path: AnyPath, error: OSError) -> FileError:
    if isinstance(error, FileNotFoundError):
        here = "" if Path(path).is_absolute() else f" (looked in {os.getcwd()})"
        return FileError(f"{path}: no such file{here}; check the name")
    if isinstance(error, IsADirectoryError):
        return FileError(f"{path}: this is a folder; name a file in it")
    return FileError(f"{path}: cannot be read ({error.strerror or error})")


def _remove(path: str | None) -> None:
    if path is not None and os.path.exists(path):
        os.unlink(path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
