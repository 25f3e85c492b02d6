"""Log lines in the form of Caffe's glog, so that its log parsers keep working.

Nothing is shown until :func:`init_log` is called (the command line does so):
in a notebook the pictures and return values speak.
"""

import logging
import sys
import time
from typing import TextIO

from brew.errors import BackendError

_LETTERS = {"DEBUG": "D", "INFO": "I", "WARNING": "W", "ERROR": "E", "CRITICAL": "F"}
_LEVELS = (logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)

logger = logging.getLogger("brew")


class GlogFormatter(logging.Formatter):
    """Write ``I1122 09:30:00.123456  4242 solver.py:17] message``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for one log record."""
        clock = time.strftime("%m%d %H:%M:%S", time.localtime(record.created))
        micro = int(record.created % 1 * 1_000_000)
        letter = _LETTERS.get(record.levelname, "I")
        where = f"{record.filename}:{record.lineno}"
        prefix = f"{letter}{clock}.{micro:06d} {record.process:5d} {where}] "
        return prefix + record.getMessage()


class _CurrentStderr(logging.StreamHandler):
    # looks sys.stderr up at each line, so that a redirected stderr is honoured
    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _: object) -> None:
        pass


def init_log(level: int = 0, to_stderr: bool = True) -> None:
    """Show log lines from `level` on: 0 info, 1 warning, 2 error, 3 fatal.

    Parameters
    ----------
    level : int, default 0
        The least important level that is shown.
    to_stderr : bool, default True
        Write the lines to stderr. False leaves the logger ``"brew"`` to the
        handlers that you attach yourself.
    """
    if not isinstance(level, int):
        raise BackendError(f"the level of the log is 0, 1, 2 or 3, not {level!r}")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    if to_stderr:
        handler = _CurrentStderr()
        handler.setFormatter(GlogFormatter())
        logger.addHandler(handler)
    logger.setLevel(_LEVELS[min(max(level, 0), 3)])
    logger.propagate = not to_stderr


def log(text: str) -> None:
    """Write one line of `text` at level info."""
    logger.info("%s", text, stacklevel=2)
