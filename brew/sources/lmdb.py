"""LMDB: the database that most Caffe models are trained from.

An LMDB is one file, ``data.mdb``: a B+ tree made of pages of one size::

    meta      the newest of pages 0 and 1 names the root page
    branch    sorted keys, each with the page that holds the keys from there on
    leaf      sorted keys with their values
    overflow  a run of pages with one value that is too long for a leaf

:class:`LMDB` reads this form by itself. It checks before each step that the step
stays within the file, so that a damaged file gives an error where the C library
ends the process; and one database may be open many times, in a folder that is
read-only, without a lock file. It does not wait for writers: finish a database
before you read it. Writing goes through the package ``lmdb``.
"""

import os
import struct
import weakref
from bisect import bisect_right
from pathlib import Path

from brew.errors import import_extra
from brew.sources.database import Database, DatabaseWriter

MAGIC = b"\xde\xc0\xef\xbe\x01\x00\x00\x00"  # 0xBEEFC0DE and version 1
META = struct.Struct("<8s16xI44x4xH26xQQ8xQ")  # magic, page size; flags, number of
# records and root page of the tree; number of the transaction
PAGE = struct.Struct("<Q2xHH2x")  # its number, kind, where the list of nodes ends
NODE = struct.Struct("<HHHH")  # number in two halves, flags, size of the key
BRANCH, LEAF, OVERFLOW = 0x01, 0x02, 0x04
LONG_VALUE = 0x01
NO_PAGE = 2**64 - 1
MAX_DEPTH = 32
READ_ONLY = os.O_RDONLY | getattr(os, "O_BINARY", 0)


class LMDB(Database):
    """An LMDB that is open for reading.

    Parameters
    ----------
    path : str or Path
        The folder with ``data.mdb``.

    Raises
    ------
    SourceError
        If it is missing, no LMDB, or damaged; while reading, too.

    Examples
    --------
    >>> with LMDB("mnist10k_test_lmdb") as database:  # doctest: +SKIP
    ...     len(database), [key for key, value in database][:2]
    (1996, [b'00000000', b'00000001'])
    """

    def __init__(self, path):
        super().__init__(path)
        self._file = self._open()
        self._closing = weakref.finalize(self, os.close, self._file)
        try:
            self._read_meta()
        except BaseException:
            self.close()
            raise

    def __len__(self):
        return self._num_records

    def records(self, after=None):
        """Yield (key, value) in key order, from the first key greater than `after`."""
        if self._root != NO_PAGE:
            yield from self._walk(self._root, after, MAX_DEPTH)

    def close(self):
        """Close the file."""
        self._closing()

    def _open(self):
        folder = Path(self.path)
        if (folder / "CURRENT").exists():
            self.fail("this is a LevelDB; write backend: LEVELDB in the prototxt")
        self._expect("data.mdb")
        try:
            return os.open(folder / "data.mdb", READ_ONLY)
        except OSError as error:
            self.fail(f"data.mdb cannot be opened ({error.strerror})")

    def _read_meta(self):
        first = self._meta_at(0)
        page_size = first[1]
        second = self._meta_at(page_size)
        _, self._page_size, flags, self._num_records, self._root, _ = max(
            first, second, key=lambda meta: meta[-1]
        )
        if self._page_size != page_size or page_size < 512:
            self._fail_damaged("its two meta pages disagree")
        if flags & 0x7FFF:
            self.fail("this LMDB has keys of a special kind, as Caffe never writes")

    def _meta_at(self, offset):
        meta = META.unpack(self._read(offset + PAGE.size, META.size))
        if meta[0] != MAGIC:
            self.fail("data.mdb is not an LMDB file of a 64-bit machine; make it again")
        return meta

    def _walk(self, number, after, levels):
        page, places, is_branch = self._page(number)
        if not is_branch:
            yield from self._leaf_records(page, places, after)
            return
        if not levels:
            self._fail_damaged("its pages form a ring")
        nodes = [self._node(page, place) for place in places]
        first = 0
        if after is not None:  # the first key of a branch stands for all smaller ones
            first = bisect_right([node[3] for node in nodes], after, 1) - 1
        for low, high, highest, _, _ in nodes[first:]:
            yield from self._walk(low | high << 16 | highest << 32, after, levels - 1)

    def _leaf_records(self, page, places, after):
        for place in places:
            low, high, flags, key, start = self._node(page, place)
            if after is not None and key <= after:
                continue
            size = low | high << 16
            if flags & LONG_VALUE:
                value = self._long_value(page[start : start + 8], size)
            else:
                value = page[start : start + size]
            if len(value) != size or flags & ~LONG_VALUE:
                self._fail_damaged(f"the value of {key[:40]!r} is cut short")
            yield key, value

    def _page(self, number):
        page = self._read(number * self._page_size, self._page_size)
        own_number, kind, end = PAGE.unpack_from(page)
        num_nodes = (end - PAGE.size) // 2
        kind &= BRANCH | LEAF | OVERFLOW
        if own_number != number or kind not in (BRANCH, LEAF) or num_nodes < 1:
            self._fail_damaged(f"page {number} is not one of its tree")
        if end > self._page_size:
            self._fail_damaged(f"page {number} has too many nodes")
        places = struct.unpack_from(f"<{num_nodes}H", page, PAGE.size)
        if max(places) > self._page_size - NODE.size:
            self._fail_damaged(f"page {number} has a node outside")
        return page, places, kind == BRANCH

    def _node(self, page, place):
        low, high, flags, key_size = NODE.unpack_from(page, place)
        start = place + NODE.size
        return low, high, flags, page[start : start + key_size], start + key_size

    def _long_value(self, number, size):
        offset = int.from_bytes(number, "little") * self._page_size
        if offset + PAGE.size + size > os.fstat(self._file).st_size:
            self._fail_damaged("a long value reaches beyond the end of the file")
        run = self._read(offset, PAGE.size + size)
        if PAGE.unpack_from(run)[1] & OVERFLOW == 0:
            self._fail_damaged("a long value is not where it should be")
        return run[PAGE.size :]

    def _read(self, offset, count):
        if not self._closing.alive:
            self.fail("this database is closed")
        try:
            if hasattr(os, "pread"):  # one call, and other threads may read as well
                content = os.pread(self._file, count, offset)
            else:
                os.lseek(self._file, offset, os.SEEK_SET)
                content = os.read(self._file, count)
        except (OSError, OverflowError) as error:
            self._fail_damaged(f"nothing can be read at byte {offset}: {error}")
        if len(content) < count:
            self._fail_damaged("the file is cut short")
        return content

    def _fail_damaged(self, detail):
        self.fail(f"data.mdb is damaged ({detail}); copy or make it again")


class LMDBWriter(DatabaseWriter):
    """Write a new LMDB, with the package ``lmdb``; the map doubles when it is full."""

    map_size = 2**26  # bytes, at first

    def _open(self, folder):
        lmdb = import_extra("lmdb", "data")
        self._full = lmdb.MapFullError
        self.errors = (lmdb.Error,)
        return lmdb.open(folder, map_size=self.map_size, lock=False, sync=False)

    def _write(self, records):
        while not self._fits(records):
            self._database.set_mapsize(2 * self._database.info()["map_size"])

    def _fits(self, records):
        try:
            with self._database.begin(write=True) as transaction:
                for key, value in records:
                    transaction.put(key, value)
        except self._full:
            return False
        return True

    def _close(self):
        self._database.sync(True)
        self._database.close()
