"""List the layer types, or tell all about one (or about a solver or filler).

::

    python -m brew layers
    python -m brew layers LRN
    python -m brew layers --markdown
"""

from brew import catalogue
from brew.cli._flags import Parser
from brew.find import find


def main(argv: list[str]) -> int:
    """Run ``layers [NAME | --markdown]``."""
    parser = Parser("layers", __doc__)
    parser.add_argument("name", nargs="?", help="a layer type, solver type or filler")
    parser.add_argument(
        "--markdown", action="store_true", help="the list as a page, docs/layers.md"
    )
    given = parser.parse(argv)
    if given.name and given.markdown:
        parser.error("--markdown is for the list, not for one type")
    if given.name:
        print(find(given.name))
    else:
        print(catalogue.to_markdown() if given.markdown else catalogue.to_text())
    return 0
