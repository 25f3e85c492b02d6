"""The trained parameters of a model: found, or fetched and checked.

The card of a model says which file it needs (`caffemodel`), where the world has it
(`caffemodel_url`, mirrors separated by blanks), and what it must be (`sha256` or
`sha1`; also `size`, in bytes). A file is looked for beside the prototxt, then in the
cache: the folder ``$BREW_ZOO``, else ``zoo`` in brew's cache.
"""

import os
from collections.abc import Callable
from pathlib import Path

from brew.download import Download, cache_folder, fetch, has_checksum
from brew.errors import FileError
from brew.files import read_bytes
from brew.layer import TEST
from brew.net import Net
from brew.zoo.cards import list_models, path, read_card_of
from brew.zoo.deep_compression import unpack

Step = Callable[[int], None]
PACKED = "packed"  # the fact that tells of Deep Compression's format


def load(name: str, phase: int = TEST, step: Step = lambda count: None) -> Net:
    """Return the net of a model, with its trained parameters.

    Parameters
    ----------
    name : str
        A model of the zoo that has a ``deploy.prototxt``.
    phase : int, default TEST
        As for Net.
    step : callable, optional
        Called with the number of bytes that have just arrived.

    Returns
    -------
    Net

    Raises
    ------
    FileError
        If there is no such model, or its parameters cannot be had.
    """
    return Net(path(name) / "deploy.prototxt", phase, weights=weights(name, step=step))


def is_here(name: str) -> bool:
    """Tell whether the parameters of a model can be had without a connection."""
    folder = _folder(name)
    facts = read_card_of(folder).facts
    checksums = {key: facts.get(key, "") for key in ("sha256", "sha1")}
    places = (folder / _file_name(facts, folder), cached(facts, folder))
    return any(has_checksum(place, **checksums) for place in places)


def weights(
    model: str | Path, timeout: float = 30, step: Step = lambda count: None
) -> Path:
    """Return the path of the caffemodel of a model; fetch it if it is not here.

    Parameters
    ----------
    model : str or Path
        The name of a model of the zoo, or a folder with a ``readme.md`` in the
        format of Caffe's Model Zoo.
    timeout : float, default 30
        Seconds without any answer after which a mirror is given up.
    step : callable, optional
        Called with the number of bytes that have just arrived.

    Returns
    -------
    Path

    Raises
    ------
    FileError
        If the card names no file, no address or no checksum; or no mirror has the
        file: the message tells what each one said, and what to do offline.
    """
    folder = _folder(model)
    facts = read_card_of(folder).facts
    beside = folder / _file_name(facts, folder)
    if beside.exists():
        return beside
    download = _download(facts, folder)
    place = cached(facts, folder)
    fetch(download, place, timeout, step)
    return _unpacked(place, folder, download.sha256) if PACKED in facts else place


def cached(facts: dict[str, str], folder: Path) -> Path:
    """Return the path of the fetched file of a model in the cache."""
    name = facts.get("cache", f"{folder.name}/{_file_name(facts, folder)}")
    place = zoo_cache() / name
    if ".." in Path(name).parts or Path(name).is_absolute():
        raise FileError(f"{folder}: the card's 'cache' {name!r} leaves the cache")
    return place


def zoo_cache() -> Path:
    """Return where fetched models live: ``BREW_ZOO``, else ``zoo`` in the cache."""
    given = os.environ.get("BREW_ZOO")
    return Path(given) if given else cache_folder() / "zoo"


def _folder(model: str | Path) -> Path:
    if str(model) in list_models():
        return path(str(model))
    if (Path(model) / "readme.md").is_file():
        return Path(model)
    return path(str(model))  # which says what there is


def _file_name(facts: dict[str, str], folder: Path) -> str:
    """Return the name of the caffemodel; it must be a name, and no path."""
    name = facts.get("caffemodel", "")
    if not name:
        raise FileError(
            f"{folder}: the card names no caffemodel; this model has no trained "
            "parameters: train it with its solver.prototxt"
        )
    if Path(name).name != name or "\\" in name:
        raise FileError(f"{folder}: caffemodel {name!r} must be a plain file name")
    return name


def _download(facts: dict[str, str], folder: Path) -> Download:
    urls = tuple(facts.get("caffemodel_url", "").split())
    sha256, sha1 = facts.get("sha256", ""), facts.get("sha1", "")
    if not urls:
        raise FileError(
            f"{folder}: the card has no caffemodel_url; put {facts['caffemodel']} there"
        )
    if not (sha256 or sha1):
        raise FileError(
            f"{folder}: the card has no sha256 and no sha1; brew fetches nothing that "
            "it cannot check"
        )
    size = facts.get("size", "")
    return Download(urls, int(size) if size.isdecimal() else None, sha256, sha1)


def _unpacked(packed: Path, folder: Path, sha256: str) -> Path:
    """Return the caffemodel made of a packed file; it is made once."""
    place = cache_folder() / "zoo" / folder.name / f"{sha256[:12]}.caffemodel"
    if not place.exists():
        net = Net(folder / "deploy.prototxt", TEST)
        layers = [params for params in net.params.values() if len(params) == 2]
        shapes = [W.data.shape for W, _ in layers]
        arrays = unpack(read_bytes(packed), shapes, packed)
        for params, values in zip(layers, arrays, strict=True):
            for blob, value in zip(params, values, strict=True):
                blob.data[...] = value
        place.parent.mkdir(parents=True, exist_ok=True)
        net.save(place)
    return place
