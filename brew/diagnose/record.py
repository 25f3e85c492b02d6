"""Record: the numbers of a training, watched or read from a log."""

from dataclasses import dataclass, field


@dataclass
class Record:
    """What a training said about itself.

    Attributes
    ----------
    losses, tests : dict of str to list of (int, float)
        For each loss of the train net, and each output of the test net, pairs of
        iteration and value.
    num_classes : dict of str to int
        For losses over classes, how many there are; a log does not say.
    rates : list of (int, float)
        The learning rate at some iterations.
    starts : bool
        Does it begin with the first iteration, with parameters not yet trained?
    """

    losses: dict = field(default_factory=dict)
    tests: dict = field(default_factory=dict)
    num_classes: dict = field(default_factory=dict)
    rates: list = field(default_factory=list)
    starts: bool = True

    @property
    def num_iters(self):
        """The last iteration of which a loss is known."""
        return max((pairs[-1][0] for pairs in self.losses.values() if pairs), default=0)

    def describe(self):
        """Return a few words on what was seen."""
        return f"all looked healthy up to iteration {self.num_iters:,}"

    def rate(self):
        """Return the last learning rate that is known as text, or ``"unknown"``."""
        return f"{self.rates[-1][1]:g}" if self.rates else "unknown"
