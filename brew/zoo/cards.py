"""Where the models of the zoo lie, and what their cards say."""

from pathlib import Path
from typing import NamedTuple

from brew.errors import FileError, did_you_mean
from brew.files import read_text, write_atomically

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

    Raises
    ------
    FileError
        If there is no such model, or its readme does not begin as a card does.
    """
    return read_card_of(path(name))


def read_card_of(folder: Path) -> Card:
    """Return what the ``readme.md`` in a folder says.

    The file begins as in Caffe's Model Zoo: a line ``---``, facts as
    ``key: value`` (such as ``license``), another ``---``, then Markdown.

    Raises
    ------
    FileError
        If there is no readme, or it does not begin so.
    """
    readme = Path(folder) / CARD
    before, *parts = read_text(readme).split("---\n", 2)
    if before or len(parts) != 2:
        raise FileError(f"{readme}: needs facts between two lines '---' at the top")
    pairs = (line.partition(":") for line in parts[0].splitlines())
    facts = {key.strip(): value.strip() for key, _, value in pairs if key.strip()}
    return Card(facts, parts[1].strip() + "\n")


def write_card(folder: Path, card: Card) -> None:
    """Write a ``readme.md`` that :func:`read_card_of` reads."""
    lines = [f"{key}: {value}".rstrip() for key, value in card.facts.items()]
    text = "\n".join(["---", *lines, "---", "", card.text])
    with write_atomically(Path(folder) / CARD) as file:
        file.write(text.encode())
