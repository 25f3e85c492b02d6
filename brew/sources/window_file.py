"""Window files: text files that list images and windows in them.

The layer WindowData shows their form.
"""

import io
import re
from array import array

import numpy as np

from brew.errors import FileError, SourceError
from brew.files import read_text

WHOLE = r"([+-]?\d{1,9})"
NUMBER = r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
WINDOW = re.compile(rf"{WHOLE}\s+{NUMBER}" + rf"\s+{WHOLE}" * 4, re.ASCII)


def read_windows(path, fg_threshold=0.5, bg_threshold=0.5):
    """Return the images and windows of a window file.

    Parameters
    ----------
    path : str or Path
        The window file. The name of an image is a whole line, so it may hold blanks.
    fg_threshold, bg_threshold : float, default 0.5
        A window is foreground if its overlap is at least `fg_threshold`; else it is
        background if its overlap is less than `bg_threshold`; else it is left out.

    Returns
    -------
    images : list of str
        The file names.
    background, foreground : ndarray
        (n, 6) int32; each row has the index of the image, the label (0 for
        background) and x1, y1, x2, y2, the first and last column and row.

    Raises
    ------
    SourceError
        Names the line at fault; or if there is no background or no foreground.
    """
    lines = _Lines(path)
    images = []
    background, foreground = array("i"), array("i")  # real files have millions
    while lines.more():
        _read_head(lines, images)
        for _ in range(lines.number("the number of windows")):
            overlap, label, *box = lines.window()
            if overlap >= fg_threshold:
                lines.require(label > 0, "a foreground window needs a label above 0")
                foreground.extend((len(images) - 1, label, *box))
            elif overlap < bg_threshold:
                background.extend((len(images) - 1, 0, *box))
    for kind, windows in ("background", background), ("foreground", foreground):
        if not windows:
            raise SourceError(
                f"{path}: no window is {kind}; change fg_threshold or bg_threshold"
            )
    return images, _as_rows(background), _as_rows(foreground)


def _read_head(lines, images):
    """Read what stands before the windows of an image; append its name."""
    index = lines.number(f"'# {len(images)}', the next image,", prefix="# *")
    lines.require(index == len(images), f"image {len(images)} is due")
    images.append(lines.next("the name of an image file"))
    channels = lines.number("the number of channels")
    lines.require(channels == 3, "images are read in colour, so this must be 3")
    lines.number("the height of the image")
    lines.number("the width of the image")


def _as_rows(numbers):
    return np.frombuffer(numbers, np.intc).reshape(-1, 6)


class _Lines:
    """The lines of a window file that are not empty, one after the other."""

    def __init__(self, path):
        self._path = path
        try:
            text = read_text(path).removeprefix("\ufeff")
        except FileError as error:
            raise SourceError(f"{error}; a window file is needed here") from error
        stripped = (line.strip() for line in io.StringIO(text))
        self._lines = ((n, line) for n, line in enumerate(stripped, 1) if line)
        self._ahead = next(self._lines, None)
        if self._ahead is None:
            raise SourceError(f"{path}: the window file is empty; list an image")

    def more(self):
        return self._ahead is not None

    def next(self, what):
        if self._ahead is None:
            raise SourceError(
                f"{self._path}: the file ends where {what} is due; is it whole?"
            )
        self._number, self._line = self._ahead
        self._ahead = next(self._lines, None)
        return self._line

    def number(self, what, prefix=""):
        found = re.fullmatch(rf"{prefix}(\d{{1,9}})", self.next(what), re.ASCII)
        self.require(found, f"{what} is due")
        return int(found[1])

    def window(self):
        """Return the overlap, the label and the four sides of a window."""
        what = "a window (label overlap x1 y1 x2 y2)"
        found = WINDOW.fullmatch(self.next(what))
        self.require(found, f"{what} is due")
        label, *box = (int(found[i]) for i in (1, 3, 4, 5, 6))
        self.require(box[0] <= box[2] and box[1] <= box[3], "x1 > x2, or y1 > y2")
        return float(found[2]), label, *box

    def require(self, condition, problem):
        if not condition:
            raise SourceError(
                f"{self._path}, line {self._number}: {problem}; it reads "
                f"{self._line[:80]!r}"
            )
