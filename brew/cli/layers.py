"""List the layer types, or tell all about one (or about a solver or filler).

::

    python -m brew layers
    python -m brew layers LRN
    python -m brew layers --markdown
    python -m brew layers --pictures docs/pictures
"""

from pathlib import Path

from brew import catalogue
from brew.cli._flags import Parser
from brew.files import write_atomically
from brew.find import find
from brew.views.effects import RECIPES


def main(argv: list[str]) -> int:
    """Run ``layers [NAME | --markdown | --pictures FOLDER]``."""
    parser = Parser("layers", __doc__)
    parser.add_argument("name", nargs="?", help="a layer type, solver type or filler")
    parser.add_argument(
        "--markdown", action="store_true", help="the list as a page, docs/layers.md"
    )
    parser.add_argument(
        "--pictures",
        metavar="FOLDER",
        help="put a picture of each type there, where there is much to see",
    )
    given = parser.parse(argv)
    if given.name and (given.markdown or given.pictures):
        parser.error("--markdown and --pictures are for the list, not for one type")
    if given.pictures:
        _write_pictures(Path(given.pictures))
    elif given.name:
        print(find(given.name))
    else:
        print(catalogue.to_markdown() if given.markdown else catalogue.to_text())
    return 0


def _write_pictures(folder):
    from brew.views.layer_pictures import draw_layer  # needs matplotlib

    folder.mkdir(parents=True, exist_ok=True)
    for name in RECIPES:
        with write_atomically(folder / f"{name}.png") as file:
            file.write(draw_layer(name).to_png())
