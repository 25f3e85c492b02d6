"""Every notebook keeps the rules, and every rule notices when it is broken."""

import re
from pathlib import Path

import pytest

from tests.notebooks.rules import RULES, WIDGET, prose

nbformat = pytest.importorskip("nbformat")
v4 = nbformat.v4

pytestmark = pytest.mark.notebook

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LESSONS_ONLY = ("it_ends_with_summary_exercises_sources", "it_asserts_what_it_claims")
MAX_SIZE, MAX_PICTURE = 1_000_000, 100_000


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_keeps_the_rule(path, rule):
    if path.stem == "index" and rule.__name__ in LESSONS_ONLY:
        pytest.skip("the index is no lesson")
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert list(rule(notebook)) == []


def test_notebooks_are_numbered_and_small():
    names = [path.name for path in NOTEBOOKS if path.name != "index.ipynb"]
    assert names
    assert all(re.fullmatch(r"\d\d-[a-z0-9-]+\.ipynb", name) for name in names)
    assert len({name[:2] for name in names}) == len(names)
    assert all(path.stat().st_size < MAX_SIZE for path in NOTEBOOKS)
    pictures = list((FOLDER / "img").glob("*"))
    assert pictures
    assert all(path.stat().st_size <= MAX_PICTURE for path in pictures)


def test_the_index_shows_every_lesson_with_a_picture():
    text = prose(nbformat.read(FOLDER / "index.ipynb", as_version=4))
    for path in NOTEBOOKS:
        if path.stem != "index":
            assert f"]({path.name})" in text
            assert f'src="img/{path.stem}.png"' in text
            assert (FOLDER / "img" / f"{path.stem}.png").is_file()


def good():
    """Return a notebook that keeps all rules."""
    widget = v4.new_output("display_data", {WIDGET: {"model_id": "1"}})
    sources = ["import brew\nbrew.set_random_seed(1701)", *["assert brew"] * 3, "w"]
    cells = [v4.new_markdown_cell("# Title")]
    for source in [*sources, "w.snapshot()"]:
        cells += [v4.new_code_cell(source), v4.new_markdown_cell("It is so.")]
    cells += [v4.new_markdown_cell("## Summary\n\n## Exercises\n\n## Sources")]
    notebook = v4.new_notebook(cells=cells)
    for count, cell in enumerate(cells[1:-1:2], start=1):
        cell.execution_count = count
    notebook.cells[9].outputs = [widget]
    return notebook


def stderr(text):
    return v4.new_output("stream", name="stderr", text=text)


def change(number, **what):
    return lambda notebook: notebook.cells[number].update(what)


def add_output(output):
    return lambda notebook: notebook.cells[3].outputs.append(output)


def keep_strange_widgets(notebook):
    notebook.metadata["widgets"] = {}
    notebook.cells[9].outputs = []


PLANTED = {
    "one_title_at_the_top": change(2, source="# Another title"),
    "it_ends_with_summary_exercises_sources": change(-1, source="## Summary"),
    "the_first_code_cell_imports_and_sets_the_seed": change(1, source="import brew"),
    "cells_are_short": change(3, source="assert True\n" * 16),
    "prose_stands_before_each_code_cell": lambda notebook: notebook.cells.pop(2),
    "every_cell_has_its_own_name": change(2, id=None),
    "it_was_run_from_top_to_bottom": change(3, execution_count=None),
    "nothing_went_wrong": add_output(stderr("a warning")),
    "it_names_no_path_of_a_machine": add_output(stderr("/" + "home/me/x.py")),
    "it_keeps_no_times": change(3, metadata={"execution": {}}),
    "a_still_picture_follows_each_widget": change(11, source="w"),
    "it_keeps_no_widgets_of_another_notebook": keep_strange_widgets,
    "it_asserts_what_it_claims": change(3, source="brew"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_notices_when_it_is_broken(rule):
    notebook = good()
    assert list(rule(notebook)) == []
    PLANTED[rule.__name__](notebook)
    assert len(list(rule(notebook))) == 1


def test_a_first_cell_that_does_more_is_noticed():
    notebook = good()
    notebook.cells[1].source += "\nx = 1"
    rule = next(r for r in RULES if "first_code_cell" in r.__name__)
    assert list(rule(notebook)) == ["the first code cell does more: x = 1"]


def test_an_error_is_fine_where_it_is_announced():
    notebook = good()
    failed = v4.new_output("error", ename="E", evalue="boom", traceback=[])
    notebook.cells[3].outputs = [failed]
    rule = next(r for r in RULES if r.__name__ == "nothing_went_wrong")
    assert list(rule(notebook)) == [f"cell {notebook.cells[3].id} failed: boom"]
    notebook.cells[3].metadata["tags"] = ["raises-exception"]
    assert list(rule(notebook)) == []
