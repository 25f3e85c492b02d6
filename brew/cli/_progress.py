"""A progress bar under the log lines, when a terminal watches."""

import sys
from contextlib import contextmanager

from brew.log import logger


@contextmanager
def progress_bar(total, unit):
    """Give a function to call after each step; it moves a bar if one is shown.

    The bar needs tqdm, and a terminal at stderr; otherwise nothing is shown.
    While there is a bar, log lines appear above it.

    Parameters
    ----------
    total : int
        How many steps there will be.
    unit : str
        What a step is called, such as ``"iter"``.
    """
    tqdm = _import_tqdm() if sys.stderr.isatty() else None
    if tqdm is None:
        yield lambda num_steps=1: None
        return
    from tqdm.contrib.logging import logging_redirect_tqdm

    with (
        logging_redirect_tqdm([logger]),
        tqdm(total=total, unit=unit, leave=False, dynamic_ncols=True) as bar,
    ):
        yield bar.update


def _import_tqdm():
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm
