"""MATLAB's .mat files: arrays, and the windows that Selective Search proposes."""

import os

import numpy as np

from brew.errors import SourceError, import_extra
from brew.files import read_bytes

HDF5_START = b"\x89HDF\r\n\x1a\n"
CLASS = "MATLAB_class"


def read_mat(path):
    """Return the variables of a .mat file.

    Parameters
    ----------
    path : str or Path
        Of any version; those of 7.3 are HDF5 files.

    Returns
    -------
    dict of str to value
        Arrays have MATLAB's shapes, so at least two axes. Cells become lists, in
        MATLAB's order; characters a str; a struct a dict, several a list of them.

    Raises
    ------
    FileError
        If the file is missing.
    SourceError
        If it is damaged, or no .mat file.
    MissingExtra
        If scipy is not installed, or, for version 7.3, h5py.

    Examples
    --------
    SVHN's digits, with 10 for a zero, as an LMDB of blue, green, red images:

    >>> digits = read_mat("train_32x32.mat")  # doctest: +SKIP
    >>> images = digits["X"].transpose(3, 2, 0, 1)[:, ::-1]  # doctest: +SKIP
    >>> datasets.write_lmdb("svhn", images, digits["y"][:, 0] % 10)  # doctest: +SKIP
    """
    start = read_bytes(path, 520)
    modern = HDF5_START in (start[:8], start[512:])
    module = import_extra("h5py" if modern else "scipy.io", "data")
    try:
        if modern:
            with module.File(path, "r") as file:
                names = [name for name in file if not name.startswith("#")]
                return {name: _from_hdf5(file, file[name]) for name in names}
        variables = module.loadmat(os.fspath(path), appendmat=False)
        return {
            name: _plain(value)
            for name, value in variables.items()
            if not name.startswith("__")
        }
    except Exception as error:  # both packages let many kinds through
        raise SourceError(f"{path}: this is no whole .mat file ({error})") from error


def read_proposals(path, folder="", ending=".jpg"):
    """Return the windows that Selective Search proposed, as R-CNN stores them.

    Parameters
    ----------
    path : str or Path
        A .mat file with two cell arrays: ``images``, the names, and ``boxes``, for
        each a matrix whose rows are y1, x1, y2, x2, counted from 1.
    folder, ending : str, default "" and ".jpg"
        Are put before and behind each name.

    Returns
    -------
    list of (str, ndarray)
        For each image its file and its windows (n, 4): ymin, xmin, ymax, xmax from 0
        on, the last row and column no longer in it.
        :meth:`brew.Detector.detect_windows` takes it.

    Raises
    ------
    FileError, SourceError, MissingExtra
        As :func:`read_mat`; or if the two cell arrays are not there.
    """
    variables = read_mat(path)
    images, boxes = (variables.get(name) for name in ("images", "boxes"))
    lists = isinstance(images, list) and isinstance(boxes, list)
    if not lists or len(images) != len(boxes):
        raise SourceError(
            f"{path}: the cells 'images' and 'boxes', one box matrix for each image, "
            f"are needed; the file has {', '.join(variables) or 'nothing'}"
        )
    for name, matrix in zip(images, boxes, strict=True):
        if np.ndim(matrix) != 2 or matrix.shape[1] != 4:
            raise SourceError(
                f"{path}: the boxes of {name!r} have shape {np.shape(matrix)}; rows of "
                "y1, x1, y2, x2 are needed"
            )
    first = np.array([1, 1, 0, 0])
    return [
        (f"{folder}{name}{ending}", matrix - first)
        for name, matrix in zip(images, boxes, strict=True)
    ]


def _plain(value):
    """Return what scipy read as lists, dicts, str and arrays."""
    if value.dtype.names:
        rows = value.ravel(order="F")
        dicts = [{n: _plain(row[n]) for n in value.dtype.names} for row in rows]
        return dicts[0] if len(dicts) == 1 else dicts
    if value.dtype == object:
        return [_plain(np.asarray(item)) for item in value.ravel(order="F")]
    if value.dtype.kind == "U":
        words = [str(word) for word in value.ravel()]
        return words[0] if len(words) == 1 else "".join(words)
    return value


def _from_hdf5(file, node):
    """Return a variable of version 7.3, where arrays lie transposed."""
    kind = node.attrs.get(CLASS, b"").decode()
    if not hasattr(node, "shape"):  # a group: a struct
        return {name: _from_hdf5(file, node[name]) for name in node}
    if node.attrs.get("MATLAB_empty"):
        return "" if kind == "char" else [] if kind == "cell" else np.zeros(node[()])
    array = node[()].T
    if kind == "cell":
        cells = array.ravel(order="F")
        return [_from_hdf5(file, file[cell]) for cell in cells]
    if kind == "char":
        return "".join(map(chr, array.ravel(order="F")))
    return array
