"""Reading and writing whole files, so that a failure never loses an old one."""

import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from brew.errors import FileError

try:
    import fcntl
except ImportError:  # Windows, which does not remove open files anyway
    fcntl = None  # type: ignore[assignment]

AnyPath = str | os.PathLike[str]
_TEMPORARY = ".tmp"


def to_path(path: AnyPath) -> Path:
    """Return `path` as a Path; FileError if it is something else than str or Path."""
    if isinstance(path, str | os.PathLike):
        return Path(path)
    remedy = ", or its to_proto()" if hasattr(path, "to_proto") else ""
    raise FileError(
        f"here the path of a file is needed, not {_told(path)}; give a str or "
        f"Path{remedy}"
    )


def read_bytes(path: AnyPath, size: int = -1) -> bytes:
    """Return the content of the file at `path`; FileError says why it cannot.

    Only the first `size` bytes, unless that is negative.
    """
    path = to_path(path)
    try:
        if _is_endless(path):
            raise FileError(f"{path}: this is a device; name a file")
        with open(path, "rb") as file:
            return file.read(size)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
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

    Whoever reads `path` sees the old content or the new, never a half, even if the
    process is killed or the power fails. If the block fails, the temporary file is
    removed and the old one is untouched.

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
    with write_together(path) as (file,):
        yield file


@contextmanager
def write_together(*paths: AnyPath) -> Iterator[list[BinaryIO]]:
    """Write several files as :func:`write_atomically` does; the last one seals them.

    Nothing gets its name before everything is on the disk. Then the files appear in
    order. An old file of the last name goes first: where the last one is, all are,
    and all are of one writing.

    Yields
    ------
    list of file
        One for each path.

    Raises
    ------
    FileError
        If any of them cannot be written; then all old ones are untouched.
    """
    opened: list[tuple[BinaryIO, str]] = []
    try:
        for path in paths:
            opened.append(_open_beside(to_path(path)))
        yield [file for file, _ in opened]
        for file, _ in opened:
            file.flush()
            os.fsync(file.fileno())
            file.close()  # Windows renames no open file
        _give_names([name for _, name in opened], [Path(path) for path in paths])
    except OSError as error:
        raise FileError(_unwritable(" and ".join(map(str, paths)), error)) from error
    finally:
        for file, name in opened:
            with suppress(OSError):  # a full disk is told already
                file.close()
            _remove(name)


def remove_stale(folder: AnyPath, pattern: str) -> list[Path]:
    """Remove the temporary files of killed processes; return their paths.

    Parameters
    ----------
    folder : str or Path
        Where to look.
    pattern : str
        Which names to write the files had, such as ``"lenet_iter_*"``. A file that
        a living process writes is left alone.
    """
    stale = list(Path(folder).glob(f".{pattern}{_TEMPORARY}"))
    return [path for path in stale if _remove_unlocked(path)]


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
    path = to_path(path)
    temporary = None
    try:
        _check_new(path)
        # named before it is made: Ctrl-C just then must not leave it behind
        temporary = path.parent / f".{path.name}.{secrets.token_hex(8)}"
        temporary.mkdir(mode=0o700)
        yield temporary
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


def _told(thing: object) -> str:
    return "None" if thing is None else f"an object of type {type(thing).__name__}"


def _check_new(path: Path) -> None:
    if path.exists():
        raise FileError(f"{path}: exists already; remove it, or choose another name")


def _unwritable(path: AnyPath, error: OSError) -> str:
    return (
        f"{path}: cannot be written ({error.strerror or error}); "
        "is there room on the disk, and may you write to this folder?"
    )


def _is_endless(path: AnyPath) -> bool:
    """Tell whether this is a device such as /dev/zero; a terminal has an end."""
    mode = os.stat(path).st_mode
    if not (stat.S_ISCHR(mode) or stat.S_ISBLK(mode)):
        return False
    with open(path, "rb") as file:
        return not file.isatty()


def _unreadable(path: AnyPath, error: Exception) -> FileError:
    if isinstance(error, FileNotFoundError):
        here = "" if Path(path).is_absolute() else f" (looked in {os.getcwd()})"
        return FileError(f"{path}: no such file{here}; check the name")
    if isinstance(error, IsADirectoryError):
        return FileError(f"{path}: this is a folder; name a file in it")
    reason = getattr(error, "strerror", None) or error
    return FileError(f"{path}: cannot be read ({reason})")


def _open_beside(path: Path) -> tuple[BinaryIO, str]:
    """Open a temporary file in the folder of `path`, locked as long as we live."""
    handle, name = tempfile.mkstemp(_TEMPORARY, f".{path.name}.", path.parent)
    if fcntl is not None:
        with suppress(OSError):  # not every file system has locks
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return os.fdopen(handle, "w+b"), name


def _give_names(temporaries: list[str], paths: list[Path]) -> None:
    if len(paths) > 1:
        paths[-1].unlink(missing_ok=True)
    for temporary, path in zip(temporaries, paths, strict=True):
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power failure."""
    if os.name == "nt":  # Windows opens no folders
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_unlocked(path: Path) -> bool:
    try:
        with open(path, "rb") as file:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    except OSError:  # in use, or gone by now
        return False
    return True


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
