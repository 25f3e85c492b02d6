"""The command line: ``python -m brew <command>``, one module a command.

A module in this folder whose name has no leading underscore is a command. Its
docstring is its help and ``main(argv) -> int`` runs it; nothing else is imported.

Exit codes: 0 done, 1 it failed, 2 the command was not understood, 130 interrupted.
An error is one line ``brew: error: …``; set ``BREW_DEBUG=1`` to see where it arose.
"""

import ast
import importlib
import os
import sys
from pathlib import Path

from brew.cli._flags import UsageError
from brew.errors import BrewError, did_you_mean

DONE, FAILED, NOT_UNDERSTOOD, INTERRUPTED = 0, 1, 2, 130

# What the help shows together; a command that is not here stands under "more".
GROUPS = {
    "train and use nets": (
        *("train", "showdown", "test", "time", "classify", "detect"),
        *("extract_features", "run", "device_query"),
    ),
    "look at nets and trainings": (
        *("summarize", "draw_net", "layers", "diagnose", "parse_log", "plot"),
    ),
    "get and make data and models": (
        *("datasets", "zoo", "convert_imageset", "compute_image_mean"),
    ),
    "bring old files up to date": (
        "upgrade_net_proto_text",
        "upgrade_net_proto_binary",
        "upgrade_solver_proto_text",
    ),
}


def main(argv: list[str] | None = None) -> int:
    """Run the command in `argv` (default: the process's) and return its exit code."""
    argv = sys.argv[1:] if argv is None else argv
    if not {"", os.getcwd()} & set(sys.path):
        sys.path.insert(0, "")  # brewdl shall find a user's layers as python -m does
    try:
        code = _dispatch(argv)
        sys.stdout.flush()  # at exit it would be too late to handle a broken pipe
        return code
    except SystemExit as stop:  # argparse leaves so after --help
        return stop.code if isinstance(stop.code, int) else FAILED
    except BrewError as error:
        if os.environ.get("BREW_DEBUG"):
            raise
        print(f"brew: error: {error}", file=sys.stderr)
        return NOT_UNDERSTOOD if isinstance(error, UsageError) else FAILED
    except KeyboardInterrupt:
        print("brew: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def list_commands() -> list[str]:
    """Return the names of all commands, sorted."""
    files = Path(__file__).parent.glob("[!_]*.py")
    return sorted(file.stem for file in files)


def _dispatch(argv):
    if not argv:
        print(_usage(), file=sys.stderr)
        return NOT_UNDERSTOOD
    command, *rest = argv
    if command in ("-h", "-help", "--help", "help"):
        print(_usage())
        return DONE
    if command not in list_commands():
        print(_usage(), file=sys.stderr)
        hint = did_you_mean(command, list_commands())
        raise UsageError(f"unknown command {command!r}.{hint}")
    return importlib.import_module(f"brew.cli.{command}").main(rest)


def _usage():
    lines = ["usage: python -m brew <command> [flags]"]
    commands = list_commands()
    width = max(map(len, commands))
    grouped = {name for names in GROUPS.values() for name in names}
    groups = GROUPS | {"more": [name for name in commands if name not in grouped]}
    for title, names in groups.items():
        known = [name for name in names if name in commands]
        if known:
            lines += ["", f"{title}:"]
            lines += (f"  {name:{width}}  {_summary(name)}" for name in known)
    return "\n".join([*lines, "", "python -m brew <command> --help tells more"])


def _summary(command):
    # read, not imported: the list of commands must come at once
    source = (Path(__file__).parent / f"{command}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
