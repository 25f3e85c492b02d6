"""The data sets of brew: as arrays, or as the files that Caffe's data layers read.

>>> from brew import datasets
>>> digits = datasets.load("mnist10k")
>>> digits.train_images.shape, digits.test_images.shape
((8004, 1, 28, 28), (1996, 1, 28, 28))

Two small ones come with brew, and :func:`fetch` brings the originals they are from;
a third, ``styles``, is made at first use.
A net may name ``mnist10k_train_lmdb`` and the like as its ``source`` without more
ado: a database that is not in the working directory is made in the cache.
"""

import os
import re
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from brew import download, sources
from brew.datasets.catalogue import DATASETS, Dataset
from brew.datasets.convert import (
    write_hdf5,
    write_image_list,
    write_leveldb,
    write_lmdb,
)
from brew.datasets.idx import read_idx, write_idx
from brew.datasets.warping import warp
from brew.errors import FileError, did_you_mean
from brew.log import log
from brew.sources.matlab import read_mat, read_proposals

__all__ = [
    "Dataset",
    "Splits",
    "convert",
    "describe",
    "fetch",
    "find",
    "folder",
    "list_datasets",
    "load",
    "load_split",
    "read_idx",
    "read_mat",
    "read_proposals",
    "warp",
    "write_hdf5",
    "write_idx",
    "write_image_list",
    "write_leveldb",
    "write_lmdb",
]

ROOT = Path(__file__).parents[2] / "datasets"  # in a clone
INSTALLED = Path(sysconfig.get_path("data")) / "share" / "brew" / "datasets"
SPLITS = ("train", "train_warped", "test")
WRITERS: dict[str, Callable] = {
    "lmdb": write_lmdb,
    "leveldb": write_leveldb,
    "hdf5": write_hdf5,
    "images": write_image_list,
}


class Splits(NamedTuple):
    """The arrays of a data set.

    Attributes
    ----------
    train_images, test_images : ndarray
        (N, C, h, w) uint8; colours as blue, green, red.
    train_labels, test_labels : ndarray
        (N,) uint8.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def list_datasets():
    """Return the names of all data sets, sorted."""
    return sorted(DATASETS)


def describe(name):
    """Return what is known about a data set: title, classes, files.

    Parameters
    ----------
    name : str
        Such as ``"mnist10k"``.

    Raises
    ------
    FileError
        If there is no such data set; the message gives the nearest name.
    """
    if name not in DATASETS:
        raise FileError(
            f"datasets: no data set {name!r}.{did_you_mean(name, DATASETS)} "
            f"There are: {', '.join(list_datasets())}"
        )
    return DATASETS[name]


def find(name):
    """Return the folder that holds the files of a data set, or None.

    It is looked for in ``BREW_DATA`` (or the cache), then beside brew's sources, then
    where they were installed.
    """
    files = describe(name).files
    for folder in _places(name):
        if all((folder / file).is_file() for file in files):
            return folder
    return None


def folder(name):
    """Return the folder of data that comes with brew, such as ``"ilsvrc12"``.

    Raises
    ------
    FileError
        If it is not here.
    """
    for place in _places(name):
        if place.is_dir():
            return place
    raise FileError(
        f"datasets: the folder {name} is in none of "
        f"{', '.join(str(place.parent) for place in _places(name))}; "
        "set BREW_DATA to the folder 'datasets' of a clone of brew"
    )


def _places(name):
    return [parent / name for parent in (download.cache_folder(), ROOT, INSTALLED)]


def load(name):
    """Return a data set as arrays.

    Parameters
    ----------
    name : str
        Such as ``"mnist10k"``.

    Returns
    -------
    Splits
        ``train_images, train_labels, test_images, test_labels``.

    Raises
    ------
    FileError
        If its files are not here, or damaged; tells how to get them.
    """
    files, folder = describe(name).files, find(name) or _made(name)
    arrays = [read_idx(folder / file) for file in files]
    for images, labels in (arrays[:2], arrays[2:]):
        if images.ndim not in (3, 4) or labels.shape != images.shape[:1]:
            raise FileError(
                f"{folder}: images of shape {images.shape} and labels of shape "
                f"{labels.shape} do not belong together; get the files again"
            )
    arrays[::2] = [x if x.ndim == 4 else x[:, None] for x in arrays[::2]]
    return Splits(*arrays)


def load_split(name, split):
    """Return the images and labels of one split.

    Parameters
    ----------
    name : str
        Such as ``"mnist10k"``.
    split : {"train", "test", "train_warped"}
        The last one is eight times as large as the first; it takes some minutes.

    Raises
    ------
    FileError
        If there is no such data set or split.
    """
    if split not in SPLITS:
        raise FileError(
            f"{name}: there is no split {split!r}.{did_you_mean(split, SPLITS)} "
            f"There are: {', '.join(SPLITS)}"
        )
    splits = load(name)
    if split == "test":
        return splits[2:]
    if split == "train_warped":
        images, labels = splits[:2]
        return warp(images, labels, describe(name).warp)
    return splits[:2]


def fetch(name, timeout=30, step=lambda count: None):
    """Download the files of a data set to the cache, unless they are there.

    Parameters
    ----------
    name : str
        ``"mnist"`` (12 MB) or ``"fashion-mnist"`` (31 MB); ``"styles"`` is made.
    timeout : float, default 30
        Seconds without any answer after which a mirror is given up.
    step : callable, optional
        Called with the number of bytes that have just arrived.

    Returns
    -------
    Path
        The folder of the files.

    Raises
    ------
    FileError
        If a file cannot be had from any mirror; tells what to do offline.
    """
    dataset = describe(name)
    if not dataset.downloads:
        return find(name) or _made(name)
    folder = download.cache_folder() / name
    for file, source in zip(dataset.files, dataset.downloads, strict=True):
        download.fetch(source, folder / file, timeout, step)
    return folder


def convert(name, kind, folder, step=lambda: None, **options):
    """Write both splits of a data set to `folder`, in the form of a data layer.

    Parameters
    ----------
    name : str
        Such as ``"mnist10k"``.
    kind : {"lmdb", "leveldb", "hdf5", "images"}
        The form.
    folder : str or Path
        Where ``<name>_train_<kind>`` and ``<name>_test_<kind>`` shall be; made if
        it is missing. HDF5 files end in ``.h5`` instead.
    step : callable, optional
        Called after each image.
    **options
        ``scale``, for ``"hdf5"``: see :func:`write_hdf5`.

    Returns
    -------
    list of Path
        The two that were written.

    Raises
    ------
    FileError
        If the data set is not here, or something cannot be written.
    """
    if kind not in WRITERS:
        raise FileError(
            f"datasets: no form {kind!r}.{did_you_mean(kind, WRITERS)} "
            f"There are: {', '.join(WRITERS)}"
        )
    splits = load(name)
    folder = Path(folder)
    _make(folder)
    ending = ".h5" if kind == "hdf5" else f"_{kind}"
    paths = [folder / f"{name}_{split}{ending}" for split in ("train", "test")]
    for path, images, labels in zip(paths, splits[::2], splits[1::2], strict=True):
        WRITERS[kind](path, images, labels, step=step, **options)
    return paths


def find_database(path):
    """Return the database that `path` names in the cache, or None.

    A bare ``<name>_train_lmdb``, ``<name>_test_leveldb`` and so on is made there
    the first time it is asked for; ``<name>_train_warped_lmdb``, too: that holds each
    image in several forms, see :mod:`brew.datasets.warping`.
    """
    names = "|".join(map(re.escape, DATASETS))
    splits = "|".join(SPLITS)
    match = re.fullmatch(rf"({names})_({splits})_(lmdb|leveldb)", os.fspath(path))
    if not match:
        return None
    name, split, backend = match.groups()
    folder = download.cache_folder()
    database = folder / path
    if not database.exists():
        log(f"Making {database}")
        pictures = load_split(name, split)
        _make(folder)
        try:
            WRITERS[backend](database, *pictures)
        except FileError:
            if not database.exists():  # else another process was faster
                raise
    return database


def _made(name):
    """Make the files of a data set in the cache; return their folder."""
    make = describe(name).make
    if make is None:
        raise FileError(f"{name}: its files are not here; {_remedy(name)}")
    folder = download.cache_folder() / name
    log(f"Making {folder}")
    _make(folder)
    make(folder)
    return folder


def _make(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{folder}: cannot be made ({error.strerror})") from error


def _remedy(name):
    if describe(name).downloads:
        return (
            f"get them with brew.datasets.fetch({name!r}) or "
            f"python -m brew datasets {name} --fetch"
        )
    return (
        f"copy datasets/{name} of brew's sources to {download.cache_folder() / name}, "
        "or let BREW_DATA name the folder where it lies"
    )


sources.finders.append(find_database)
