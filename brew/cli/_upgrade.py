"""What the three upgrade commands share: read, upgrade, write, and tell."""

import sys

from brew.cli._flags import Parser
from brew.errors import ProtoError

DONE, NOT_FULLY, NOT_READABLE = 0, 1, 2


def convert(command, doc, argv, read, upgrade, write):
    """Run an upgrade command and return its exit code.

    Parameters
    ----------
    command, doc : str
        Its name and its help.
    argv : list of str
        The words after the command: the old file and the new one.
    read : callable
        path -> message, raising ProtoError.
    upgrade : callable
        (message, source, warn) -> message; calls `warn` with a line for each
        setting that is lost.
    write : callable
        (message, path).

    Returns
    -------
    int
        0; 1 if a setting was lost; 2 if the old file cannot be understood.
    """
    parser = Parser(command, doc)
    parser.add_argument("old", metavar="IN", help="the file as it is")
    parser.add_argument("new", metavar="OUT", help="where to write it upgraded")
    files = parser.parse(argv)
    try:
        message = read(files.old)
    except ProtoError as error:
        print(f"brew: error: {error}", file=sys.stderr)
        return NOT_READABLE
    lost = []
    write(upgrade(message, files.old, lost.append), files.new)
    for line in lost:
        print(f"brew: warning: {line}", file=sys.stderr)
    print(f"Wrote {files.new}")
    return NOT_FULLY if lost else DONE
