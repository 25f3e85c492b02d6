"""LevelDB: Caffe's first database, still the default of ``data_param.backend``.

A LevelDB is a folder of sorted tables (``.ldb``, ``.sst``), a log of what came
last, and a manifest. The package ``plyvel`` reads it, but whoever opens a LevelDB
becomes its only user and changes files in it. :class:`LevelDB` therefore opens a
stand-in: a temporary folder with links to the tables, which never change, and
copies of the small rest. So the database stays as it is, may be open many times,
and may lie in a folder that is read-only.
"""

import os
import re
import shutil
import tempfile
import weakref
from pathlib import Path

from brew.errors import import_extra
from brew.sources.database import Database, DatabaseWriter

TABLES = (".ldb", ".sst")
TABLE_END = bytes.fromhex("57fb808b247547db")
OTHERS = re.compile(r"CURRENT|MANIFEST-\d+|\d+\.log")


class LevelDB(Database):
    """A LevelDB that is open for reading.

    Parameters
    ----------
    path : str or Path
        The folder of the database.

    Raises
    ------
    SourceError
        If it is missing, no LevelDB, or damaged; while reading, too.
    MissingExtra
        If the package ``plyvel`` is not installed.
    """

    def __init__(self, path):
        super().__init__(path)
        self._check_folder()
        self._plyvel = import_extra("plyvel", "data")
        opened = []
        stand_in = tempfile.mkdtemp(prefix="brew-leveldb-")
        self._closing = weakref.finalize(self, _discard, opened, stand_in)
        try:
            self._fill(stand_in)
            opened.append(self._plyvel.DB(stand_in, paranoid_checks=True))
        except (OSError, self._plyvel.Error) as error:
            self.close()
            self._fail_damaged(error)
        self._database = opened[0]

    def records(self, after=None):
        """Yield (key, value) in key order, from the first key greater than `after`."""
        if not self._closing.alive:
            self.fail("this database is closed")
        try:
            yield from self._database.iterator(
                start=after, include_start=False, verify_checksums=True
            )
        except (OSError, self._plyvel.Error) as error:
            self._fail_damaged(error)

    def close(self):
        """Close the database and remove its stand-in."""
        self._closing()

    def _check_folder(self):
        if (Path(self.path) / "data.mdb").exists():
            self.fail("this is an LMDB; write backend: LMDB in the prototxt")
        self._expect("CURRENT")

    def _fill(self, stand_in):
        for file in Path(self.path).absolute().iterdir():
            if file.suffix in TABLES:
                self._check_end(file)
                os.symlink(file, os.path.join(stand_in, file.name))
            elif OTHERS.fullmatch(file.name):
                shutil.copyfile(file, os.path.join(stand_in, file.name))

    def _check_end(self, file):
        # plyvel takes a table that is cut short for an empty one
        with open(file, "rb") as table:
            table.seek(-min(len(TABLE_END), file.stat().st_size), os.SEEK_END)
            if table.read() != TABLE_END:
                self._fail_damaged(OSError(f"{file.name} is cut short"))

    def _fail_damaged(self, error):
        detail = error.args[0] if error.args else error
        if isinstance(detail, bytes):
            detail = detail.decode(errors="replace")
        self.fail(f"this LevelDB is damaged ({detail}); copy or make it again")


class LevelDBWriter(DatabaseWriter):
    """Write a new LevelDB, with the package ``plyvel``."""

    def _open(self, folder):
        plyvel = import_extra("plyvel", "data")
        self.errors = (plyvel.Error,)
        return plyvel.DB(folder, create_if_missing=True)

    def _write(self, records):
        with self._database.write_batch(sync=True) as batch:
            for key, value in records:
                batch.put(key, value)

    def _close(self):
        self._database.compact_range()  # tables are checked when read, a log is not
        self._database.close()


def _discard(opened, stand_in):
    for database in opened:
        database.close()
    shutil.rmtree(stand_in, ignore_errors=True)
