"""The docstrings of layers, solvers and fillers: their parts, and as Markdown.

They are all written to one pattern, in the reStructuredText that Python's own tools
expect: a sentence, a formula, a table, paragraphs and an example. Any file of
``brew/layer_types`` shows it.
"""

import inspect
import re
import textwrap

_EXAMPLE = re.compile(r"^Example::\n\n((?:    .*\n?)+)\n*", re.MULTILINE)
_FIELD = re.compile(r"``(\w+)``(?:\s+\[([^\]]*)\])?")
_SECTION = re.compile(r"^(\w+)\n-+\n")
_PROTO_ROWS = re.compile(r"^proto .*?(?=^===|^\w)", re.MULTILINE | re.DOTALL)


def read_docstring(thing):
    """Return the docstring of a class or function itself, not that of its base."""
    return inspect.cleandoc(thing.__doc__ or "")


def split_example(text):
    """Return a docstring without its example, and the prototxt of the example."""
    found = _EXAMPLE.search(text)
    if not found:
        return text, ""
    without = text[: found.start()] + text[found.end() :]
    return without.rstrip(), textwrap.dedent(found[1]).rstrip() + "\n"


def fields_in_text(text):
    """Yield ``name, default`` for each word in double backquotes.

    The default stands in brackets behind it; it is ``""`` if there is none.
    """
    yield from _FIELD.findall(text)


def fields_in_table(text):
    """Yield ``(message, field), default`` for each field that the proto rows name.

    A message such as ``relu_param`` itself is told as ``("relu_param", ""), ""``.
    """
    rows = _PROTO_ROWS.search(text)
    message = None
    for name, default in fields_in_text(rows[0] if rows else ""):
        if name.endswith("_param"):
            message = name
            yield (message, ""), ""
        elif message:
            yield (message, name), default


def to_markdown(text, formula="$$\n{}\n$$"):
    """Return a docstring as Markdown.

    Parameters
    ----------
    text : str
        As :func:`read_docstring` returns it.
    formula : str
        How a formula is set; Jupyter wants dollars, GitHub a fenced block.
    """
    return "\n\n".join(
        _block(block.rstrip(), formula) for block in re.split(r"\n\s*\n", text)
    )


def _block(block, formula):
    if block.startswith(".. math::"):
        lines = block.removeprefix(".. math::").splitlines()
        maths = "\n".join(line.strip() for line in lines)
        if r"\\" in maths:  # several lines, with & where they are aligned
            maths = f"\\begin{{aligned}}\n{maths}\n\\end{{aligned}}"
        return formula.format(maths)
    if block.startswith("==="):
        return _table(block.splitlines())
    if block.startswith("    "):
        return f"```\n{textwrap.dedent(block)}\n```"
    return _SECTION.sub(r"**\1**\n\n", _prose(re.sub("::$", ":", block)))


def _table(lines):
    """Return a table of three columns; the first names the rows."""
    starts = [column.start() for column in re.finditer("=+", lines[0])]
    rows = []
    for line in lines[1:-1]:
        cells = [
            line[start:end].strip()
            for start, end in zip(starts, [*starts[1:], None], strict=True)
        ]
        if cells[0] or (cells[1] and _is_complete(rows[-1][1])):
            rows.append(cells)
        else:
            rows[-1] = [
                f"{a} {b}".strip() for a, b in zip(rows[-1], cells, strict=True)
            ]
    return "| | | |\n|---|---|---|\n" + "\n".join(
        f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows
    )


def _is_complete(cell):
    """Tell whether what stands below must be another thing."""
    return cell.count("(") == cell.count(")") and not cell.endswith(",")


def _cell(text):
    one_field_a_line = text.replace("; ``", ";<br>``")
    return _prose(one_field_a_line).replace("|", r"\|")


def _prose(text):
    """Return running text, with code and formulas as Markdown marks them."""
    pieces = re.split(r"(``.+?``|:\w+:`.+?`|<br>)", text, flags=re.DOTALL)
    pieces[::2] = (re.sub(r"([*<])", r"\\\1", piece) for piece in pieces[::2])
    pieces[1::2] = (_marked(piece) for piece in pieces[1::2])
    return "".join(pieces)


def _marked(piece):
    role, _, inner = piece.partition("`")
    inner = inner.strip("`")
    if piece == "<br>":
        return piece
    return f"${inner}$" if role == ":math:" else f"`{inner}`"
