"""The rules for notebooks that can be counted. Each yields what breaks it."""

import ast
import re
from itertools import pairwise

MAX_LINES = 15
WIDGET = "application/vnd.jupyter.widget-view+json"
SECTIONS = ("## Summary", "## Exercises", "## Sources")
A_PATH = re.compile(r"(?<![\w.}/:])(/(tmp|home|root|Users|var|work|opt|mnt)/|[A-Z]:\\)")


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    cells = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return "\n\n".join(cells)


def one_title_at_the_top(notebook):
    titles = re.findall(r"^# .*", prose(notebook), re.MULTILINE)
    if len(titles) != 1 or not notebook.cells[0].source.startswith(titles[0]):
        yield f"it has {len(titles)} titles, or the first cell does not begin with it"


def it_ends_with_summary_exercises_sources(notebook):
    headings = re.findall(r"^## .*", prose(notebook), re.MULTILINE)
    if tuple(headings[-3:]) != SECTIONS:
        yield f"its last sections are {headings[-3:]}"


def the_first_code_cell_imports_and_sets_the_seed(notebook):
    first = code_cells(notebook)[0].source
    if "brew.set_random_seed(" not in first:
        yield "the first code cell sets no seed"
    for statement in ast.parse(first).body:
        text = ast.unparse(statement)
        is_import = isinstance(statement, ast.Import | ast.ImportFrom)
        if not is_import and not text.startswith("brew.set_random_seed("):
            yield f"the first code cell does more: {text}"


def cells_are_short(notebook):
    for cell in code_cells(notebook):
        lines = len(cell.source.splitlines())
        if lines > MAX_LINES:
            yield f"cell {cell.id} has {lines} lines"


def prose_stands_before_each_code_cell(notebook):
    for before, cell in pairwise(notebook.cells):
        if before.cell_type == cell.cell_type == "code":
            yield f"no prose stands before cell {cell.id}"


def every_cell_has_its_own_name(notebook):
    ids = [cell.get("id") for cell in notebook.cells]
    if None in ids or len(set(ids)) != len(ids):
        yield "cells have no id, or the same"


def it_was_run_from_top_to_bottom(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"its cells were run in the order {counts}"


def nothing_went_wrong(notebook):
    for cell in code_cells(notebook):
        on_purpose = "raises-exception" in cell.metadata.get("tags", [])
        for output in cell.outputs:
            if output.output_type == "error" and not on_purpose:
                yield f"cell {cell.id} failed: {output.evalue}"
            if output.get("name") == "stderr":
                yield f"cell {cell.id} complained: {output.text}"


def it_names_no_path_of_a_machine(notebook):
    for cell in notebook.cells:
        outputs = [str(dict(output)) for output in cell.get("outputs", [])]
        for text in [cell.source, *outputs]:
            if found := A_PATH.search(text):
                yield f"cell {cell.id} names {found[0]}"


def it_keeps_no_times(notebook):
    for cell in notebook.cells:
        if "execution" in cell.metadata:
            yield f"cell {cell.id} says when it was run; see `make notebooks`"


def a_still_picture_follows_each_widget(notebook):
    cells = [*code_cells(notebook), None]
    for cell, following in pairwise(cells):
        is_live = any(WIDGET in output.get("data", {}) for output in cell.outputs)
        if is_live and not (following and ".snapshot()" in following.source):
            yield f"no snapshot follows the widget of cell {cell.id}"


def it_keeps_no_widgets_of_another_notebook(notebook):
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    has_widgets = any(WIDGET in output.get("data", {}) for output in outputs)
    if "widgets" in notebook.metadata and not has_widgets:
        yield "it holds the state of widgets, but shows none; run it alone"


def it_asserts_what_it_claims(notebook):
    if sum("assert " in cell.source for cell in code_cells(notebook)) < 3:
        yield "less than three cells assert anything"


RULES = [
    one_title_at_the_top,
    it_ends_with_summary_exercises_sources,
    the_first_code_cell_imports_and_sets_the_seed,
    cells_are_short,
    prose_stands_before_each_code_cell,
    every_cell_has_its_own_name,
    it_was_run_from_top_to_bottom,
    nothing_went_wrong,
    it_names_no_path_of_a_machine,
    it_keeps_no_times,
    a_still_picture_follows_each_widget,
    it_keeps_no_widgets_of_another_notebook,
    it_asserts_what_it_claims,
]
