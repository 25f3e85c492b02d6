"""A stopwatch, as pycaffe has it."""

from time import perf_counter


class Timer:
    """Measure time between :meth:`start` and :meth:`stop`.

    Attributes
    ----------
    ms : float
        Milliseconds of the last measurement.
    """

    def __init__(self) -> None:
        self.ms = 0.0
        self._started: float | None = None

    def start(self) -> None:
        """Start the clock."""
        self._started = perf_counter()

    def stop(self) -> None:
        """Stop the clock and store the time in ``ms``."""
        if self._started is not None:
            self.ms = (perf_counter() - self._started) * 1000.0
        self._started = None
