"""Where data comes from: databases, HDF5 files, image lists, and what is done to it.

``open_database`` and ``create_database`` read and write LMDB and LevelDB alike.
"""

import os
from contextlib import contextmanager

from brew.errors import SourceError, did_you_mean
from brew.files import new_folder
from brew.sources.database import Cursor
from brew.sources.leveldb import LevelDB, LevelDBWriter
from brew.sources.lmdb import LMDB, LMDBWriter

__all__ = ["Cursor", "create_database", "finders", "naming", "open_database"]

READERS = {"lmdb": LMDB, "leveldb": LevelDB}
WRITERS = {"lmdb": LMDBWriter, "leveldb": LevelDBWriter}


# Asked where a database is that is not at its path: take the path, return another
# or None. brew.datasets adds one.
finders: list = []


def open_database(path, backend="lmdb"):
    """Return the database at `path`, open for reading.

    Parameters
    ----------
    path : str or Path
        Its folder.
    backend : {"lmdb", "leveldb"}, default "lmdb"
        Its kind.

    Raises
    ------
    SourceError
        If it is missing, of another kind, or damaged.
    """
    if not os.path.exists(path):
        found = (finder(path) for finder in finders)
        path = next(filter(None, found), path)
    return _class_for(backend, READERS)(path)


@contextmanager
def create_database(path, backend="lmdb"):
    """Make a new database in a ``with`` block; it appears when the block is done.

    If the block fails, also by Ctrl-C, nothing is left behind.

    Parameters
    ----------
    path : str or Path
        The folder to make. It must not exist yet; its parent must.
    backend : {"lmdb", "leveldb"}, default "lmdb"
        Its kind.

    Yields
    ------
    DatabaseWriter
        Call its ``put(key, value)``.

    Raises
    ------
    FileError
        If the folder exists, or the disk is full.
    MissingExtra
        If the package for this kind is not installed.

    Examples
    --------
    >>> with create_database("tiny_lmdb") as database:  # doctest: +SKIP
    ...     database.put("00000000", array_to_datum(image, label).SerializeToString())
    """
    writer_class = _class_for(backend, WRITERS)
    with new_folder(path) as folder:
        writer = writer_class(folder)
        try:
            yield writer
            writer.commit()
        finally:
            writer.close()


@contextmanager
def naming(layer):
    """Put the name of `layer` before the message of a SourceError."""
    try:
        yield
    except SourceError as error:
        raise SourceError(f"layer {layer.name!r} ({layer.type}): {error}") from error


def _class_for(backend, classes):
    if backend not in classes:
        raise SourceError(
            f"the database kind {backend!r} is unknown; take one of "
            f"{', '.join(classes)}.{did_you_mean(backend, classes)}"
        )
    return classes[backend]
