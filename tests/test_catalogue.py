"""The page of all layer types is complete, up to date, and its links lead somewhere."""

import re
from pathlib import Path

import numpy as np
import pytest

import brew
from brew import catalogue, docstrings
from brew.layer import layer_class, layer_type_list
from brew.views.effects import RECIPES

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "layers.md"
PICTURES = ROOT / "docs" / "pictures"
TYPES = [
    name
    for name in layer_type_list()
    if layer_class(name).__module__.startswith("brew.layer_types.")
]


def test_the_page_is_up_to_date():
    is_up_to_date = PAGE.read_text(encoding="utf-8") == f"{catalogue.to_markdown()}\n"
    assert is_up_to_date, "docs/layers.md is older than the docstrings: run make docs"


def test_the_pictures_are_up_to_date():
    """Files have fewer colours; another matplotlib may draw other letters."""
    pytest.importorskip("matplotlib")
    from PIL import Image

    from brew.views.layer_pictures import draw_layer

    files = {path.stem: path for path in PICTURES.iterdir()}
    assert sorted(files) == sorted(RECIPES), "run make docs"
    for name, path in files.items():
        with Image.open(path) as image:
            old = np.asarray(image.convert("RGB"), float)
        new = np.asarray(draw_layer(name).to_image(), float)
        is_alike = old.shape == new.shape and abs(old - new).mean() < 4
        assert is_alike, f"{path} is older than its recipe: run make docs"


def test_the_pictures_are_small():
    sizes = [path.stat().st_size for path in PICTURES.iterdir()]
    assert max(sizes) < 50_000
    assert sum(sizes) < 1_000_000


def test_the_page_shows_every_picture_below_its_type():
    text = catalogue.to_markdown()
    for name, recipe in RECIPES.items():
        section = text.partition(f"### {name}\n")[2].partition("\n### ")[0]
        picture = f"![{name} and a photograph](pictures/{name}.png)\n\n*{recipe.words}*"
        assert picture in section


def test_the_page_has_a_section_for_every_type():
    text = catalogue.to_markdown()
    assert sorted(re.findall(r"^### (\w+)$", text, re.MULTILINE)) == TYPES


def test_every_link_of_the_page_leads_somewhere():
    text = catalogue.to_markdown()
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = [
        re.sub(r"[^\w -]", "", name).lower().replace(" ", "-") for name in headings
    ]
    assert len(set(anchors)) == len(anchors)
    links = re.findall(r"\]\(([^)]*)\)", text)
    inside = {link for link in links if link.startswith("#")}
    assert inside <= {f"#{anchor}" for anchor in anchors}
    assert [
        link for link in set(links) - inside if not (PAGE.parent / link).exists()
    ] == []


def test_no_markup_of_docstrings_is_left_on_the_page():
    text = re.sub(r"^```.*?^```$", "", catalogue.to_markdown(), flags=re.M | re.S)
    assert re.findall(r"``|:\w+:`|\.\. math|^===|^---|::$", text, re.MULTILINE) == []


def test_every_type_stands_in_the_family_of_its_file():
    families = catalogue.families()
    assert sorted(name for names in families.values() for name in names) == TYPES
    for module, names in families.items():
        source = Path(module.__file__).read_text(encoding="utf-8")
        assert sorted(re.findall(r'^@register\("(\w+)"\)', source, re.M)) == names


def test_layers_of_the_user_stay_out(monkeypatch):
    before = catalogue.to_markdown(), catalogue.to_text()
    monkeypatch.setattr("brew.layer._registry", dict(brew.layer._registry))
    brew.register("Mine")(type("Mine", (brew.Layer,), {"__doc__": "Do it my way."}))
    assert (catalogue.to_markdown(), catalogue.to_text()) == before


def test_the_list_gives_each_type_a_line():
    text = catalogue.to_text()
    assert "brew/layer_types/lrn.py: LRN: local response normalization\n" in text
    for name in TYPES:
        (line,) = re.findall(rf"^  {name}  +(.*)$", text, re.MULTILINE)
        assert line.endswith(".")


@pytest.mark.parametrize(
    ("rst", "markdown"),
    [
        ("One sentence.", "One sentence."),
        ("see ``W`` and :class:`brew.Net`", "see `W` and `brew.Net`"),
        ("the root :math:`x^{1/2}` of x", "the root $x^{1/2}$ of x"),
        ("2 * a * b, <b>, ``2 * a < b``", r"2 \* a \* b, \<b>, `2 * a < b`"),
        (".. math:: y = x,\n          z = 1", "$$\ny = x,\nz = 1\n$$"),
        (
            ".. math:: a &= 1 \\\\\n          b &= 2",
            "$$\n\\begin{aligned}\na &= 1 \\\\\nb &= 2\n\\end{aligned}\n$$",
        ),
        (
            "Example::\n\n    for x in y:\n        print(x)",
            "Example:\n\n```\nfor x in y:\n    print(x)\n```",
        ),
        (
            "Raises\n------\nLayerError\n    If so.",
            "**Raises**\n\nLayerError\n    If so.",
        ),
    ],
)
def test_a_docstring_becomes_markdown(rst, markdown):
    assert docstrings.to_markdown(rst) == markdown


def test_a_table_becomes_markdown_row_by_row():
    table = """\
======  =================  =====================================
bottom  x (N, K, ...),     scores, and labels: |x| of the
        labels (N, ...)    classes
top     data (N,           the images
        C)
        label (N,)         their classes
params  none
proto   ``a_param``        ``axis`` [1]: of classes; not 0;
                           ``norm`` [L1]
        ``b_param``        ``c``
======  =================  ====================================="""
    assert docstrings.to_markdown(table).splitlines() == [
        "| | | |",
        "|---|---|---|",
        r"| bottom | x (N, K, ...), labels (N, ...) "
        r"| scores, and labels: \|x\| of the classes |",
        "| top | data (N, C) | the images |",
        "|  | label (N,) | their classes |",
        "| params | none |  |",
        "| proto | `a_param` | `axis` [1]: of classes; not 0;<br>`norm` [L1] |",
        "|  | `b_param` | `c` |",
    ]


def test_the_example_is_cut_out_of_the_middle():
    text = "A.\n\nExample::\n\n    x {\n      y: 1\n    }\n\nRaises\n------\nError"
    assert docstrings.split_example(text) == (
        "A.\n\nRaises\n------\nError",
        "x {\n  y: 1\n}\n",
    )
    assert docstrings.split_example("A.\n\nNo example.") == ("A.\n\nNo example.", "")
