"""IDX: the file form of MNIST and its many relatives.

Four bytes (0, 0, the element type, the number of axes), the sizes of the axes as
big-endian 32-bit numbers, then the elements. Usually compressed with gzip.
"""

import gzip
import zlib
from math import prod

import numpy as np

from brew.errors import FileError
from brew.files import read_bytes, write_atomically

BYTES = b"\x00\x00\x08"
GZIP = b"\x1f\x8b"


def read_idx(path):
    """Return the array in an IDX file of bytes, compressed or not.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    ndarray
        uint8, of the shape that the file states.

    Raises
    ------
    FileError
        If the file is missing, no IDX file, or not complete.
    """
    content = read_bytes(path)
    if content.startswith(GZIP):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise FileError(f"{path}: damaged ({error}); fetch it again") from error
    if not content.startswith(BYTES) or len(content) < 4 + 4 * content[3]:
        raise FileError(f"{path}: not an IDX file of bytes, as MNIST's are")
    num_axes = content[3]
    shape = np.frombuffer(content, ">u4", num_axes, offset=4).tolist()
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * num_axes)
    if values.size != prod(shape):
        raise FileError(
            f"{path}: it states the shape {tuple(shape)}, but holds {values.size} "
            "values; fetch it again"
        )
    return values.reshape(shape).copy()


def write_idx(path, array):
    """Write a uint8 array as a compressed IDX file; the same array, the same bytes.

    Parameters
    ----------
    path : str or Path
        The file; its name should end in ``.gz``.
    array : ndarray
        uint8.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    array = np.asarray(array, np.uint8)
    header = BYTES + bytes([array.ndim]) + np.array(array.shape, ">u4").tobytes()
    with (
        write_atomically(path) as file,
        gzip.GzipFile(str(path)[: -len(".gz")], "wb", 9, file, mtime=0) as packed,
    ):
        packed.write(header + array.tobytes())
