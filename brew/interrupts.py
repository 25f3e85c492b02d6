"""Let an interrupt (Ctrl-C) wait until the running iteration is complete."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Interrupt:
    """Remembers whether an interrupt came.

    Attributes
    ----------
    requested : bool
        True after the first interrupt; a second one is raised at once.
    """

    def __init__(self) -> None:
        self.requested = False

    def __call__(self, signum: int, frame: object) -> None:
        """Handle SIGINT."""
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True


@contextmanager
def finish_iteration_first() -> Iterator[Interrupt]:
    """Hold the first interrupt back until the end of the block.

    The block looks at ``interrupt.requested`` between its iterations. At the
    end, KeyboardInterrupt is raised if an interrupt came. Where SIGINT already
    has a handler other than Python's own, or outside the main thread, nothing is
    changed.

    Yields
    ------
    Interrupt
    """
    interrupt = Interrupt()
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not usual or threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if interrupt.requested:
        raise KeyboardInterrupt
