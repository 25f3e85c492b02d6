"""The cases of bad_prototxt.txt, which says how it is to be read."""

import re
from pathlib import Path
from typing import NamedTuple

from brew.proto.caffe_pb2 import NetParameter, SolverParameter


class Bad(NamedTuple):
    """A malformed prototxt, where its error must point, and what it must say."""

    what: str
    kind: type
    text: str
    line: int
    column: int
    says: str


def _read():
    page = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    for case in page.split("\n=== ")[1:]:
        title, marked, says = re.fullmatch(
            r"(.*?)\n(.*)\n---\n(.*?)\s*", case, re.DOTALL
        ).groups()
        before, after = marked.split("«")
        kind = SolverParameter if title.endswith("(solver)") else NetParameter
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        yield Bad(title, kind, before + after, line, column, says)


BAD = list(_read())
