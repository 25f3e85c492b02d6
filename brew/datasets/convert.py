"""Write images and labels as Caffe's data layers read them.

Every writer makes its file or folder whole or not at all, and takes the same
arrays: images (N, C, h, w) uint8, colours as blue, green, red, and labels (N,).
"""

from pathlib import Path

import numpy as np

from brew.errors import FileError, import_extra
from brew.files import check_room, new_folder, write_atomically
from brew.io import array_to_datum
from brew.sources import create_database


def write_lmdb(path, images, labels, step=lambda: None):
    """Write an LMDB of Datums, for the layer Data with ``backend: LMDB``.

    Parameters
    ----------
    path : str or Path
        The folder to make.
    images : ndarray
        (N, C, h, w) uint8.
    labels : ndarray
        (N,) integers.
    step : callable, optional
        Called after each image; a progress bar's ``update`` will do.

    Raises
    ------
    FileError
        If the folder exists, the disk is full, or the arrays do not fit.
    MissingExtra
        If the package ``lmdb`` is not installed.
    """
    _write_database(path, images, labels, "lmdb", step)


def write_leveldb(path, images, labels, step=lambda: None):
    """Write a LevelDB of Datums, for the layer Data; see :func:`write_lmdb`."""
    _write_database(path, images, labels, "leveldb", step)


def _write_database(path, images, labels, backend, step):
    _check(path, images, labels, room=1.5 * images.nbytes + 100 * len(images))
    with create_database(path, backend) as database:
        for i, (image, label) in enumerate(zip(images, labels, strict=True)):
            datum = array_to_datum(image, label)
            database.put(f"{i:08d}", datum.SerializeToString())
            step()


def write_hdf5(path, images, labels, scale=1, step=lambda: None):
    """Write an HDF5 file and its list, for the layer HDF5Data.

    HDF5Data transforms nothing, so the scale goes into the file.

    Parameters
    ----------
    path : str or Path
        The file; beside it, with the ending ``.txt``, the list that the layer's
        ``source`` names. The list holds the absolute path of the file.
    images : ndarray
        (N, C, h, w) uint8; become the dataset ``data``.
    labels : ndarray
        (N,) integers; become the dataset ``label``.
    scale : float, default 1
        The images are stored times this, then as float32.
    step : callable, optional
        Called after each image.

    Raises
    ------
    FileError
        If the file cannot be written, or the arrays do not fit.
    MissingExtra
        If h5py is not installed.
    """
    h5py = import_extra("h5py", "data")
    path = Path(path).absolute()
    _check(path, images, labels, room=images.nbytes * (1 if scale == 1 else 4))
    data = images if scale == 1 else images * np.float32(scale)
    with write_atomically(path) as file, h5py.File(file, "w") as h5:
        h5["data"] = data
        h5["label"] = labels
    with write_atomically(path.with_suffix(".txt")) as file:
        file.write(f"{path}\n".encode())
    for _ in images:
        step()


def write_image_list(path, images, labels, step=lambda: None):
    """Write a folder of PNG files and ``list.txt``, for the layer ImageData.

    Each line of the list has a file name and a label; give the folder, with a
    slash at its end, as ``root_folder``. ``convert_imageset`` reads it too.

    Parameters
    ----------
    path : str or Path
        The folder to make.
    images : ndarray
        (N, C, h, w) uint8, with 1 or 3 channels.
    labels : ndarray
        (N,) integers.
    step : callable, optional
        Called after each image.

    Raises
    ------
    FileError
        If the folder exists, the disk is full, or the arrays do not fit.
    MissingExtra
        If Pillow is not installed.
    """
    pillow = import_extra("PIL.Image", "data")
    block = 4096  # what a file takes at least
    _check(path, images, labels, room=images.nbytes + block * len(images))
    with new_folder(path) as folder:
        lines = []
        for i, (image, label) in enumerate(zip(images, labels, strict=True)):
            pixels = image[0] if len(image) == 1 else image[::-1].transpose(1, 2, 0)
            pillow.fromarray(np.ascontiguousarray(pixels)).save(folder / f"{i:08d}.png")
            lines.append(f"{i:08d}.png {int(label)}\n")
            step()
        (folder / "list.txt").write_text("".join(lines))


def _check(path, images, labels, room):
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1] not in (1, 3):
        raise FileError(
            f"{path}: the images are {images.dtype} of shape {images.shape}; uint8 of "
            "shape (N, C, h, w) with C = 1 or 3 is needed"
        )
    if labels.shape != images.shape[:1]:
        raise FileError(
            f"{path}: labels of shape {labels.shape} do not fit {len(images)} images; "
            "one for each is needed"
        )
    parent = Path(path).absolute().parent
    if not parent.is_dir():
        raise FileError(f"{path}: the folder {parent} does not exist; make it first")
    check_room(parent, room)
