"""Every message of every error stands in a test: nobody else reads it before a student.

A message counts as tested if a test holds some of its own words: letters in a row that
no other message has. Where all its letters stand in other messages, too, any will do.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUN = 8  # letters in a row


def test_every_message_is_in_a_test():
    assert untested(ROOT / "brew", ROOT / "tests") == []


def test_there_are_hundreds_of_messages():
    assert len(messages_of(ROOT / "brew")) > 400


def test_a_message_that_no_test_reads_is_found(tmp_path):
    brew, tests = tmp_path / "brew", tmp_path / "tests"
    write(
        brew,
        'raise NetError(f"net {name!r} is too deep")',
        'self.require(x > 0, f"x is {x}; choose a positive number")',
        'self.require(y > 0, f"y is {y}; choose a positive number")',
        'def find_problem(): return f"blob {b} is too wide"',
        "raise NotImplementedError",
    )
    write(tests, '"""is too wide"""', 'match = r"choose a \\pos.*"')
    assert untested(brew, tests) == [
        "brew/0.py:1 is too deep",
        "brew/3.py:1 is too wide",
    ]
    write(tests, 'match = f"{n} is too\\\\ deep"', 'match = "b is too wide"')
    assert untested(brew, tests) == [
        "brew/1.py:1 ; choose a positive number",
        "brew/2.py:1 ; choose a positive number",
    ]


def write(folder, *sources):
    folder.mkdir(exist_ok=True)
    for i, source in enumerate(sources):
        (folder / f"{i}.py").write_text(source)


def untested(brew, tests):
    """Return place and text of each message that the tests do not read."""
    messages = messages_of(brew)
    read = "\n".join(texts_of(tests))
    return [where for where, text in messages if not is_in(text, read, messages)]


def messages_of(folder):
    """Return [(place, the pieces of its text)] of all messages in the sources."""
    return [
        (f"{path.relative_to(folder.parent)}:{node.lineno} {'…'.join(pieces)}", pieces)
        for path in sorted(folder.rglob("*.py"))
        for node in texts_of_errors(ast.parse(path.read_text(encoding="utf-8")))
        if (pieces := [p for p in map(str.strip, pieces_of(node)) if len(p) >= RUN])
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
    """Yield the texts of tests but their docstrings, patterns without backslashes."""
    for path in sorted(folder.rglob("*.txt")):
        yield path.read_text(encoding="utf-8", errors="replace")
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and id(node) not in bare:
                yield node.value.replace("\\", "")


def is_in(pieces, read, messages):
    """Tell whether letters were read that only this message has, or any if none are."""
    others = "\n\n".join("\n".join(other) for _, other in messages if other != pieces)
    runs = [run for piece in pieces for run in runs_of(piece)]
    own = [run for run in runs if run not in others]
    return any(run in read for run in own or runs)


def runs_of(piece):
    return (piece[i : i + RUN] for i in range(len(piece) - RUN + 1))
