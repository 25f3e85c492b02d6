"""Make a folder with a trained net ready to share, as Caffe's Model Zoo asks.

A model of the zoo is a folder: the net for use (``deploy.prototxt``), what trained it
(a solver and a net), and a ``readme.md`` with facts on top. The caffemodel itself lies
elsewhere, at an address that the card names together with its checksum. If the card
names a ``base``, the caffemodel need not hold what that model holds.
"""

from pathlib import Path

from brew.download import checksums
from brew.errors import FileError
from brew.layer import TEST
from brew.net import Net
from brew.proto.binary import write_message
from brew.proto.upgrade import read_net
from brew.zoo.base import with_base, without_base
from brew.zoo.cards import Card, read_card, read_card_of, write_card
from brew.zoo.weights import BASE, base_weights

NEEDED = ("name", "caffemodel", "caffemodel_url", "license")


def publish(folder: str | Path) -> Card:
    """Check a model folder, and write the size and the checksums into its card.

    Parameters
    ----------
    folder : str or Path
        Holds ``readme.md``, ``deploy.prototxt`` and the caffemodel. If the readme has
        a ``base``, layers of the caffemodel that are the same there are taken out.

    Returns
    -------
    Card
        As it is now written.

    Raises
    ------
    FileError
        If a fact is missing, or a file; or the parameters of the base cannot be had.
    NetError, WeightMismatch
        If the caffemodel does not fit the net.
    """
    folder = Path(folder)
    facts, text = read_card_of(folder)
    missing = [key for key in NEEDED if not facts.get(key)]
    if missing:
        raise FileError(
            f"{folder}: the readme lacks the facts {', '.join(missing)}; write them "
            "between the two lines '---', such as 'license: BSD-2-Clause'"
        )
    if Path(facts["caffemodel"]).name != facts["caffemodel"]:
        raise FileError(
            f"{folder}: caffemodel {facts['caffemodel']!r} must be a plain file name"
        )
    file = folder / facts["caffemodel"]
    if not file.is_file():
        raise FileError(f"{folder}: {file.name} is not there; copy the snapshot to it")
    if BASE in facts:
        facts["base_sha256"] = read_card(facts[BASE]).facts.get("sha256", "")
        base = base_weights(facts, folder)
        with_base(folder, file, base)
        write_message(without_base(read_net(file), base), file)
    else:
        Net(folder / "deploy.prototxt", TEST, weights=file)
    sums = checksums(file)
    card = Card({**facts, "size": str(file.stat().st_size), **sums}, text)
    write_card(folder, card)
    return card
