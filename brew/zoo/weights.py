"""The trained parameters of a model: found, or fetched and checked.

The card of a model says which file it needs (`caffemodel`), where the world has it
(`caffemodel_url`, mirrors separated by blanks), and what it must be (`sha256` or
`sha1`; also `size`, in bytes). A file is looked for beside the prototxt, then in the
cache: the folder ``$BREW_ZOO``, else ``zoo`` in brew's cache. What is made of fetched
files lies in brew's cache: the parameters of a packed file, and those of a model and
its ``base`` together, see :mod:`brew.zoo.base`.
"""

import os
from collections.abc import Callable
from pathlib import Path

from brew.download import Download, cache_folder, checksums, fetch, has_checksum
from brew.errors import FileError
from brew.files import read_bytes
from brew.layer import TEST
from brew.net import Net
from brew.zoo.base import with_base
from brew.zoo.cards import list_models, path, read_card, read_card_of
from brew.zoo.deep_compression import unpack

Step = Callable[[int], None]
PACKED = "packed"  # the fact that tells of Deep Compression's format
BASE = "base"  # the fact that names the model whose parameters this one needs, too


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
    sums = {key: facts.get(key, "") for key in ("sha256", "sha1")}
    places = (folder / file_name(facts, folder), cached(facts, folder))
    if not any(has_checksum(place, **sums) for place in places):
        return False
    return BASE not in facts or is_here(facts[BASE])


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
        file: the message tells what each one said, and what to do offline. The same
        for the model's base, if it has one.
    """
    folder = _folder(model)
    facts = read_card_of(folder).facts
    place = _own_weights(facts, folder, timeout, step)
    if BASE not in facts:
        return place
    base = base_weights(facts, folder, timeout, step)
    key = "".join(checksums(file)["sha256"][:6] for file in (place, base))
    return _made(folder, key, lambda: with_base(folder, place, base))


def base_weights(
    facts: dict[str, str],
    folder: Path,
    timeout: float = 30,
    step: Step = lambda count: None,
) -> Path:
    """Return the path of the caffemodel of a model's base; fetch it if need be.

    Raises
    ------
    FileError
        If there is no such model, its parameters cannot be had, or they are not
        those that the card tells.
    """
    base = facts[BASE]
    wanted = facts.get("base_sha256", "")
    offered = read_card(base).facts.get("sha256", "")
    if wanted != offered:
        raise FileError(
            f"{folder}: stands on {base} with base_sha256 {wanted or '(none)'}, but "
            f"the zoo's has {offered or '(none)'}; train it again on that one"
        )
    try:
        return weights(base, timeout, step)
    except FileError as error:
        raise FileError(
            f"{folder.name} needs the parameters of {base}, too. {error}"
        ) from error


def cached(facts: dict[str, str], folder: Path) -> Path:
    """Return the path of the fetched file of a model in the cache."""
    name = facts.get("cache", f"{folder.name}/{file_name(facts, folder)}")
    place = zoo_cache() / name
    if ".." in Path(name).parts or Path(name).is_absolute():
        raise FileError(f"{folder}: the card's 'cache' {name!r} leaves the cache")
    return place


def zoo_cache() -> Path:
    """Return where fetched models live: ``BREW_ZOO``, else ``zoo`` in the cache."""
    given = os.environ.get("BREW_ZOO")
    return Path(given) if given else cache_folder() / "zoo"


def file_name(facts: dict[str, str], folder: Path) -> str:
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


def _folder(model: str | Path) -> Path:
    if str(model) in list_models():
        return path(str(model))
    if (Path(model) / "readme.md").is_file():
        return Path(model)
    return path(str(model))  # which says what there is


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


def _own_weights(
    facts: dict[str, str], folder: Path, timeout: float, step: Step
) -> Path:
    """Return the path of what a model's card names as its caffemodel."""
    beside = folder / file_name(facts, folder)
    if beside.exists():
        return beside
    download = _download(facts, folder)
    place = cached(facts, folder)
    fetch(download, place, timeout, step)
    if PACKED not in facts:
        return place
    return _made(folder, download.sha256[:12], lambda: _unpacked(place, folder))


def _made(folder: Path, key: str, make: Callable[[], Net]) -> Path:
    """Return the caffemodel of a net that is made once; `key` tells of what."""
    place = cache_folder() / "zoo" / folder.name / f"{key}.caffemodel"
    if not place.exists():
        net = make()
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(
                f"{place.parent}: cannot be made ({error.strerror}); set BREW_DATA to "
                "a folder that you may write to"
            ) from error
        net.save(place)
    return place


def _unpacked(packed: Path, folder: Path) -> Net:
    """Return the net of a packed file."""
    net = Net(folder / "deploy.prototxt", TEST)
    layers = [params for params in net.params.values() if len(params) == 2]
    shapes = [W.data.shape for W, _ in layers]
    arrays = unpack(read_bytes(packed), shapes, packed)
    for params, values in zip(layers, arrays, strict=True):
        for blob, value in zip(params, values, strict=True):
            blob.data[...] = value
    return net
