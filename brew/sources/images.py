"""Image lists: text files with an image file and a label in each line."""

import os

from brew.errors import FileError, SourceError
from brew.files import read_bytes, read_text
from brew.sources.datum import decode_image


def read_image_list(path):
    """Return the (file name, label) pairs of an image list.

    The label stands after the last blank of a line, so names may hold blanks.
    Empty lines are skipped.

    Parameters
    ----------
    path : str or Path
        The list.

    Raises
    ------
    SourceError
        If it cannot be read, names no image, or a line has no label.
    """
    try:
        lines = read_text(path).splitlines()
    except FileError as error:
        raise SourceError(f"{error}; an image list is needed here") from error
    pairs = []
    for number, line in enumerate(lines, start=1):
        name, _, label = line.strip().rpartition(" ")
        if name and label.lstrip("+-").isdigit():
            pairs.append((name.rstrip(), int(label)))
        elif line.strip():
            raise SourceError(
                f"{path}, line {number}: {line.strip()!r} is no file name, blank and "
                "whole number"
            )
    if not pairs:
        raise SourceError(f"{path}: the list is empty; write a file and a label a line")
    return pairs


def read_image(path, color=None):
    """Return the pixels of an image file.

    Parameters
    ----------
    path : str or Path
        A PNG, JPEG or other image file.
    color : bool, optional
        True for 3 channels, False for 1; the default keeps those of the file.

    Returns
    -------
    ndarray
        (C, h, w) uint8; colours as blue, green, red.

    Raises
    ------
    SourceError
        If the file is missing or cannot be decoded.
    """
    try:
        return decode_image(read_bytes(path), color)
    except FileError as error:
        raise SourceError(str(error)) from error
    except SourceError as error:
        raise SourceError(f"{os.fspath(path)}: {error}") from error
