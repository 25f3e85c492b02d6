"""Every message of every error stands in a test: nobody else reads it before a student.

A message counts as tested if a test holds some of its own words: a run of letters that
no other message has. What has no words of its own, as where an error only passes on
what a deeper one says, is looked at by hand.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RUN = 10  # letters in a row that tell one message from all others


def test_every_message_is_in_a_test():
    messages = messages_of(ROOT / "brew")
    read = "\n".join(texts_of(ROOT / "tests"))
    assert [where for where, text in messages if not is_in(text, read, messages)] == []


def messages_of(folder):
    """Return [(place, the pieces of its text)] of all messages in the sources."""
    return [
        (f"{path.relative_to(folder.parent)}:{node.lineno} {'…'.join(pieces)}", pieces)
        for path in sorted(folder.rglob("*.py"))
        for node in texts_of_errors(ast.parse(path.read_text(encoding="utf-8")))
        if (pieces := [piece for piece in pieces_of(node) if len(piece) >= RUN])
    ]


def texts_of_errors(tree):
    """Yield the texts that are raised, required, or returned as somebody's problem."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield from node.exc.args
        elif isinstance(node, ast.Call) and name_of(node.func) == "require":
            yield from node.args[1:2]
        elif isinstance(node, ast.FunctionDef) and "problem" in node.name:
            returns = [part for part in ast.walk(node) if isinstance(part, ast.Return)]
            yield from (part.value for part in returns if part.value)


def name_of(function):
    return getattr(function, "attr", getattr(function, "id", ""))


def pieces_of(node):
    """Return what stands between the placeholders of a text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.BinOp):
        return pieces_of(node.left) + pieces_of(node.right)
    if not isinstance(node, ast.JoinedStr):
        return []
    pieces = [""]
    for value in node.values:
        if isinstance(value, ast.Constant):
            pieces[-1] += value.value
        else:
            pieces.append("")
    return pieces


def texts_of(folder):
    """Yield the texts in the tests but their docstrings, patterns without backslashes."""
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bare = {id(x.value) for x in ast.walk(tree) if isinstance(x, ast.Expr)}
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and id(node) not in bare:
                yield node.value.replace("\\", "")


def is_in(pieces, read, messages):
    """Tell whether a run of letters that only this message has was read."""
    others = {"\n".join(other) for _, other in messages if other != pieces}
    return any(
        run in read and not any(run in other for other in others)
        for piece in pieces
        for run in runs_of(piece)
    )


def runs_of(piece):
    return (piece[i : i + RUN] for i in range(len(piece) - RUN + 1))
