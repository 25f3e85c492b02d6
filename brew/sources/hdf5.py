"""Rows of HDF5 files, several files one after the other."""

import os

import numpy as np

from brew.blob import MAX_AXES, MAX_COUNT
from brew.errors import FileError, SourceError, did_you_mean, import_extra
from brew.files import read_text, write_atomically


class HDF5Batches:
    """Read batches of rows from HDF5 files, without end.

    Each file is read as a whole. Rows are served in order: after the last row of
    a file comes the first of the next, after the last file the first again, also
    in the middle of a batch.

    Parameters
    ----------
    list_file : str or Path
        A text file with the names of the HDF5 files, separated by white space;
        relative names start at the working directory.
    names : list of str
        The datasets to read from each file: arrays with as many rows each.
    batch_size : int
        N, the number of rows in a batch.
    shuffle : bool, default False
        Take the files in a new order in each round, and the rows of each file in
        a new order whenever it is read.
    rng : numpy.random.Generator, optional
        For the shuffling.
    dtype : dtype, default float32
        To which the values are converted.

    Raises
    ------
    SourceError
        If a file or dataset is missing, damaged, or does not fit the others.
    """

    def __init__(
        self, list_file, names, batch_size, shuffle=False, rng=None, dtype=np.float32
    ):
        self.files = read_file_list(list_file)
        self.names = names
        self.batch_size = batch_size
        self.dtype = dtype
        self._shuffle = shuffle
        self._rng = rng
        self._loaded = self._row_shapes = None
        self._start_round()

    @property
    def shapes(self):
        """The shapes of the arrays of a batch; the first file decides."""
        return [(self.batch_size, *shape) for shape in self._row_shapes]

    def read(self):
        """Return the next batch: a list of arrays (N, ...), one for each name."""
        batch = [np.empty(shape, self.dtype) for shape in self.shapes]
        filled = 0
        while filled < self.batch_size:
            if self._row == self._num_rows:
                self._next_file()
            count = min(self.batch_size - filled, self._num_rows - self._row)
            rows = self._rows[self._row : self._row + count]
            for part, array in zip(batch, self._arrays, strict=True):
                part[filled : filled + count] = array[rows]
            filled += count
            self._row += count
        return batch

    def get_state(self):
        """Return the place in the files and the state of the random numbers."""
        state = {"order": self._order, "file": self._place, "row": self._row}
        if self._shuffle:
            state["rng"] = self._rng_state
        return state

    def set_state(self, state):
        """Go on from what :meth:`get_state` returned."""
        if sorted(state["order"]) != list(range(len(self.files))):
            raise SourceError(
                f"the place to go on from is in {len(state['order'])} HDF5 files, but "
                f"the list now has {len(self.files)}; use the list of that time"
            )
        if self._shuffle:
            self._rng.bit_generator.state = state["rng"]
        self._order = state["order"]
        self._start_file(state["file"])
        self._row = state["row"]

    def _start_round(self):
        self._order = list(range(len(self.files)))
        if self._shuffle:
            self._order = self._rng.permutation(len(self.files)).tolist()
        self._start_file(0)

    def _next_file(self):
        if self._place + 1 < len(self.files):
            self._start_file(self._place + 1)
        else:
            self._start_round()

    def _start_file(self, place):
        self._load(self.files[self._order[place]])
        self._place = place
        self._row = 0
        self._num_rows = len(self._arrays[0])
        self._rows = np.arange(self._num_rows)
        if self._shuffle:
            # from here the order of the rows can be drawn again
            self._rng_state = self._rng.bit_generator.state
            self._rng.shuffle(self._rows)

    def _load(self, path):
        if path == self._loaded:
            return
        arrays = read_datasets(path, self.names, self.dtype)
        row_shapes = [array.shape[1:] for array in arrays]
        if self._row_shapes not in (None, row_shapes):
            raise SourceError(
                f"{path}: its rows have the shapes {row_shapes}, those of the first "
                f"file {self._row_shapes}; all files of a list must agree"
            )
        self._row_shapes, self._arrays, self._loaded = row_shapes, arrays, path


def read_file_list(path):
    """Return the file names in a text file, separated by white space.

    Raises
    ------
    SourceError
        If it cannot be read, or names no file.
    """
    try:
        files = read_text(path).split()
    except FileError as error:
        raise SourceError(
            f"{error}; source must be a text file that lists HDF5 files"
        ) from error
    if not files:
        raise SourceError(f"{path}: the list is empty; name an HDF5 file in each line")
    return files


def read_datasets(path, names, dtype=np.float32):
    """Return the named datasets of an HDF5 file as arrays with equally many rows.

    Parameters
    ----------
    path : str or Path
        The HDF5 file.
    names : list of str
        The datasets; each has at least one axis, of numbers.
    dtype : dtype, default float32
        To which the values are converted.

    Raises
    ------
    SourceError
        If the file is missing or damaged, or a dataset is missing or unfit.
    MissingExtra
        If h5py is not installed.
    """
    h5py = import_extra("h5py", "data")
    if not os.path.isfile(path):
        here = "" if os.path.isabs(path) else f" (looked in {os.getcwd()})"
        raise SourceError(f"{path}: no such HDF5 file{here}; mend the list")
    try:
        with h5py.File(path, "r") as file:
            arrays = [_values(path, file, name, h5py.Dataset) for name in names]
    except SourceError:
        raise
    except Exception as error:  # h5py has many for a damaged file
        raise SourceError(
            f"{path}: not an HDF5 file, or damaged ({error}); make it again"
        ) from error
    counts = {name: len(array) for name, array in zip(names, arrays, strict=True)}
    if len(set(counts.values())) > 1 or 0 in counts.values():
        raise SourceError(
            f"{path}: the datasets have {counts} rows; all need the same, at least 1"
        )
    return [array.astype(dtype, copy=False) for array in arrays]


def write_datasets(path, arrays):
    """Write arrays to a new HDF5 file, whole or not at all.

    Parameters
    ----------
    path : str or Path
        The file; an old one is replaced.
    arrays : dict of str to ndarray
        The datasets, by name.

    Raises
    ------
    SourceError
        If the file cannot be written.
    MissingExtra
        If h5py is not installed.
    """
    h5py = import_extra("h5py", "data")
    try:
        with write_atomically(path) as temporary, h5py.File(temporary, "w") as file:
            for name, array in arrays.items():
                file[name] = array
    except FileError as error:
        raise SourceError(str(error)) from error


def _values(path, file, name, kind):
    if not isinstance(file.get(name), kind):
        raise SourceError(
            f"{path}: there is no dataset {name!r}, as the top is called."
            f"{did_you_mean(name, file)} It has: {', '.join(file) or 'nothing'}"
        )
    dataset = file[name]
    if dataset.dtype.kind not in "fiub" or not 1 <= dataset.ndim <= MAX_AXES:
        raise SourceError(
            f"{path}: dataset {name!r} holds {dataset.dtype} of shape "
            f"{dataset.shape}; numbers with 1 to {MAX_AXES} axes are needed"
        )
    if dataset.size > MAX_COUNT:
        raise SourceError(
            f"{path}: dataset {name!r} has {dataset.size} values, more than a blob "
            f"can hold ({MAX_COUNT}); split it over several files"
        )
    return dataset[...]
