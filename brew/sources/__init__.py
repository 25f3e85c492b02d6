"""Where data comes from: databases, HDF5 files, image lists, and what is done to it.

``open_database`` and ``create_database`` read and write LMDB and LevelDB alike.
"""

from contextlib import contextmanager

from brew.errors import SourceError, did_you_mean
from brew.sources.database import Cursor
from brew.sources.leveldb import LevelDB, LevelDBWriter
from brew.sources.lmdb import LMDB, LMDBWriter

__all__ = ["Cursor", "create_database", "naming", "open_database"]

READERS = {"lmdb": LMDB, "leveldb": LevelDB}
WRITERS = {"lmdb": LMDBWriter, "leveldb": LevelDBWriter}


def open_database(path, backend="lmdb"):
    """Return the database at `path`, open for reading.

    Parameters
    ----------
    path : str or Path
        Its folder.
    backend : {"lmdb", "leveldb"}, default "lmdb"
        Its kind.
    """
    return _class_for(backend, READERS)(path)


def create_database(path, backend="lmdb"):
    """Return a writer of a new database at `path`; see :class:`DatabaseWriter`."""
    return _class_for(backend, WRITERS)(path)


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
