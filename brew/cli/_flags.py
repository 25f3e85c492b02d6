"""The flags of Caffe's four commands: one dash or two, ``=`` or a blank."""

import argparse
import re

from brew.errors import BrewError, did_you_mean

EFFECTS = ("snapshot", "stop", "none")

# Name: how argparse shall treat it. Every command takes them all, as Caffe's do,
# and shows the ones that it uses.
FLAGS: dict[str, dict] = {
    "gpu": {"metavar": "ID", "help": "number of the GPU to run on"},
    "solver": {"metavar": "FILE", "help": "solver definition (.prototxt)"},
    "model": {"metavar": "FILE", "help": "net definition (.prototxt)"},
    "phase": {"choices": ("TRAIN", "TEST"), "help": "phase of the net"},
    "level": {"type": int, "default": 0, "metavar": "N", "help": "level of the net"},
    "stage": {"metavar": "A,B", "help": "stages of the net, separated by commas"},
    "snapshot": {"metavar": "FILE", "help": "solver state to resume from, or auto"},
    "weights": {
        "metavar": "FILE",
        "help": "trained parameters to start from (.caffemodel)",
    },
    "iterations": {
        "type": int,
        "default": 50,
        "metavar": "N",
        "help": "how many batches to run",
    },
    "sigint_effect": {
        "choices": EFFECTS,
        "default": "stop",
        "help": "what Ctrl-C (SIGINT) does",
    },
    "sighup_effect": {
        "choices": EFFECTS,
        "default": "snapshot",
        "help": "what SIGHUP does",
    },
}


class UsageError(BrewError):
    """The command line was not understood."""


class Parser(argparse.ArgumentParser):
    """An argparse parser for one command that raises UsageError.

    Parameters
    ----------
    command : str
        The command's name.
    doc : str
        The docstring of its module, shown by ``--help``.
    """

    def __init__(self, command, doc):
        super().__init__(
            prog=f"python -m brew {command}",
            description=doc.replace("::\n", ":\n"),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            add_help=False,
            allow_abbrev=False,
        )
        self.command = command
        self.add_argument("-h", "--help", action="help", help="show this message")
        self._switches = {}

    def add_switch(self, name, text):
        """Add a flag that is true or false: --gray, --nogray, --gray=false."""
        how = argparse.BooleanOptionalAction
        self.add_argument(f"--{name}", action=how, default=None, help=text)
        on, off = f"--{name}", f"--no-{name}"
        self._switches[f"--no{name}"] = off
        self._switches |= {f"{on}={word}": on for word in ("true", "t", "yes", "1")}
        self._switches |= {f"{on}={word}": off for word in ("false", "f", "no", "0")}

    def error(self, message):
        """Raise UsageError, with the way to the command's help."""
        raise UsageError(
            f"{self.command}: {message} (help: python -m brew {self.command} --help)"
        )

    def parse(self, argv):
        """Return the flags in `argv` as a namespace; unknown ones are errors."""
        two_dashes = [re.sub(r"^-(?=[a-z]\w)", "--", word) for word in argv]
        words = [self._switches.get(word, word) for word in two_dashes]
        flags, rest = self.parse_known_args(words)
        if rest:
            known = [f"--{name}" for name in vars(flags)]
            hint = did_you_mean(rest[0].partition("=")[0], known)
            self.error(f"cannot make sense of {rest[0]!r}.{hint}")
        return flags


def parse_flags(command, doc, argv, uses, needs=()):
    """Return Caffe's flags as given in `argv`.

    Parameters
    ----------
    command, doc : str
        The command's name and the docstring of its module.
    argv : list of str
        The words after the command.
    uses : iterable of str
        The flags that the command's help shows.
    needs : iterable of str
        The flags that must be given.

    Returns
    -------
    argparse.Namespace
        With all flags of Caffe; a flag that was not given has its default.

    Raises
    ------
    UsageError
        If a flag is unknown, lacks its value, has a bad one, or is missing.
    """
    parser = Parser(command, doc)
    for name, how in FLAGS.items():
        how = how if name in uses else how | {"help": argparse.SUPPRESS}
        parser.add_argument(f"--{name}", **({"default": ""} | how))
    flags = parser.parse(argv)
    for name in needs:
        if not getattr(flags, name):
            parser.error(f"needs --{name}={FLAGS[name]['metavar']}")
    if flags.iterations < 1:
        parser.error(f"--iterations must be at least 1, not {flags.iterations}")
    return flags


def split_stages(text):
    """Return the names in a comma-separated list, without blanks or empty names."""
    return [stage.strip() for stage in text.split(",") if stage.strip()]
