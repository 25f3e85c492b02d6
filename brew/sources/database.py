"""What LMDB and LevelDB share: records in key order, a place in them, a writer.

A database is a folder of (key, value) records, both bytes, sorted by key. Caffe
keeps one serialized Datum a record, under keys such as ``00000017``.
"""

import os
from contextlib import contextmanager
from pathlib import Path

from brew.errors import SourceError


class Database:
    """A database that is open for reading. Closing it twice is harmless.

    Parameters
    ----------
    path : str or Path
        The folder of the database.

    Raises
    ------
    SourceError
        If it is missing, of another kind, or damaged; while reading, too.
    """

    def __init__(self, path):
        self.path = os.fspath(path)

    def records(self, after=None):
        """Yield (key, value) in key order, from the first key greater than `after`."""
        raise NotImplementedError(f"{type(self).__name__} reads no records")

    def close(self):
        """Release the files."""

    def fail(self, problem):
        """Raise a SourceError that names this database."""
        raise SourceError(f"{self.path}: {problem}")

    @contextmanager
    def telling(self, key):
        """Put this database and `key` before the message of a SourceError."""
        try:
            yield
        except SourceError as error:
            where = f"{self.path}: record {key.decode(errors='replace')!r}"
            raise SourceError(f"{where}: {error}") from error

    def _expect(self, name):
        folder = Path(self.path)
        if not (folder / name).is_file():
            problem = f"holds no {name}" if folder.is_dir() else "no such folder"
            here = "" if folder.is_absolute() else f" (looked in {os.getcwd()})"
            self.fail(f"{problem}{here}; make the database first, or mend the name")

    def __iter__(self):
        return self.records()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


class Cursor:
    """A place in a database; after the last record comes the first again.

    Parameters
    ----------
    database : Database
        Where to read.

    Attributes
    ----------
    key : bytes or None
        The key of the record that was read last; None before the first.
    """

    def __init__(self, database):
        self.database = database
        self.seek(None)

    def seek(self, key):
        """Let the record after `key` be next; None starts at the first record."""
        self.key = key
        self._records = self.database.records(after=key)

    def next(self):
        """Return the next record as (key, value).

        Raises
        ------
        SourceError
            If the database is empty or damaged.
        """
        record = next(self._records, None)
        if record is None:
            self._records = self.database.records()
            record = next(self._records, None)
        if record is None:
            self.database.fail("it holds no records; make it again")
        self.key = record[0]
        return record


class DatabaseWriter:
    """Put records into a new database; :func:`brew.sources.create_database` makes one.

    Parameters
    ----------
    folder : Path
        An empty folder, to be filled.

    Raises
    ------
    OSError
        If the disk is full or a record cannot be stored; while writing, too.
    """

    batch_size = 1000  # records in one transaction, as in Caffe's tools
    errors: tuple = ()  # what the package below raises

    def __init__(self, folder):
        self._pending = []
        with self._renaming_errors():
            self._database = self._open(os.fspath(folder))

    def put(self, key, value):
        """Add a record; both are bytes, a str key is encoded."""
        key = key.encode() if isinstance(key, str) else key
        self._pending.append((key, value))
        if len(self._pending) >= self.batch_size:
            self.commit()

    def commit(self):
        """Write what was put since the last commit, in one transaction."""
        with self._renaming_errors():
            self._write(self._pending)
        self._pending = []

    def close(self):
        """Bring everything that was committed to the disk."""
        with self._renaming_errors():
            self._close()

    @contextmanager
    def _renaming_errors(self):
        try:
            yield
        except self.errors as error:
            raise OSError(str(error)) from error

    def _open(self, folder):
        raise NotImplementedError

    def _write(self, records):
        raise NotImplementedError

    def _close(self):
        raise NotImplementedError
