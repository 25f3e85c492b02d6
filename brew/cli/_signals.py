"""Ctrl-C (SIGINT) and SIGHUP while a net trains: stop, take a snapshot, or nothing."""

import signal


class Signals:
    """Catch SIGINT and SIGHUP, and tell the solver which action they ask for.

    Use as a context manager: the handlers that were there before come back at
    its end. The solver calls the object once per iteration.

    Parameters
    ----------
    sigint_effect, sighup_effect : {"stop", "snapshot", "none"}
        What the solver shall do after each signal.

    Source: Caffe's ``--sigint_effect`` and ``--sighup_effect``.
    """

    def __init__(self, sigint_effect="stop", sighup_effect="snapshot"):
        self.effects = {signal.SIGINT: sigint_effect}
        if hasattr(signal, "SIGHUP"):  # not on Windows
            self.effects = {signal.SIGHUP: sighup_effect} | self.effects
        self.seen = set()

    def __enter__(self):
        self.before = {
            number: signal.signal(number, lambda number, _: self.seen.add(number))
            for number in self.effects
        }
        return self

    def __exit__(self, *_):
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def __call__(self):
        """Return the action of one signal that came since the last call, or "none"."""
        for number, effect in self.effects.items():
            if number in self.seen:
                self.seen.remove(number)
                return effect
        return "none"
