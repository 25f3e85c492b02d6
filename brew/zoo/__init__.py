"""The zoo: a folder a model, with its prototxts and a ``readme.md``.

>>> from brew import zoo
>>> zoo.list_models()[:4]
['alexnet', 'caffenet', 'cifar10_full', 'cifar10_quick']
>>> solver = brew.get_solver(zoo.path("lenet") / "solver.prototxt")
"""

from pathlib import Path
from typing import NamedTuple

from brew.errors import FileError, did_you_mean
from brew.files import read_text

ROOT = Path(__file__).parent
CARD = "readme.md"


class Card(NamedTuple):
    """What a model's ``readme.md`` says: facts on top, prose below."""

    facts: dict[str, str]
    text: str


def list_models() -> list[str]:
    """Return the names of all models, sorted."""
    return sorted(card.parent.name for card in ROOT.glob(f"*/{CARD}"))


def path(name: str) -> Path:
    """Return the folder of the model `name`.

    Raises
    ------
    FileError
        If there is no such model; the message gives the nearest name.
    """
    models = list_models()
    if name not in models:
        raise FileError(
            f"zoo: no model {name!r}.{did_you_mean(name, models)} "
            f"There are: {', '.join(models)}"
        )
    return ROOT / name


def read_card(name: str) -> Card:
    """Return what the ``readme.md`` of the model `name` says.

    The file begins as in Caffe's Model Zoo: a line ``---``, facts as
    ``key: value`` (such as ``license``), another ``---``, then Markdown.

    Raises
    ------
    FileError
        If there is no such model, or its readme does not begin so.
    """
    readme = path(name) / CARD
    before, *parts = read_text(readme).split("---\n", 2)
    if before or len(parts) != 2:
        raise FileError(f"{readme}: needs facts between two lines '---' at the top")
    pairs = (line.partition(":") for line in parts[0].splitlines())
    facts = {key.strip(): value.strip() for key, _, value in pairs if key.strip()}
    return Card(facts, parts[1].strip() + "\n")
