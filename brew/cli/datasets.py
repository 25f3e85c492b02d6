"""List the data sets, or write one as a data layer reads it.

::

    python -m brew datasets
    python -m brew datasets mnist10k --lmdb FOLDER
    python -m brew datasets mnist --fetch
"""

from brew import datasets
from brew.cli._flags import Parser
from brew.cli._progress import progress_bar

FORMS = {
    "lmdb": "write LMDBs (layer Data, backend: LMDB)",
    "leveldb": "write LevelDBs (layer Data)",
    "hdf5": "write HDF5 files and their lists (layer HDF5Data)",
    "images": "write PNG files and their lists (layer ImageData)",
}


def main(argv: list[str]) -> int:
    """Run ``datasets [NAME [--fetch] [--FORM FOLDER] [--scale S]]``."""
    given = _parse(argv)
    if not given.name:
        _list()
        return 0
    dataset = datasets.describe(given.name)
    folders = {form: getattr(given, form) for form in FORMS if getattr(given, form)}
    if given.fetch:
        _fetch(given.name, dataset)
    for form, folder in folders.items():
        _write(given, form, folder)
    if not folders and not given.fetch:
        _describe(given.name, dataset)
    return 0


def _parse(argv):
    parser = Parser("datasets", __doc__)
    parser.add_argument("name", nargs="?", help="a data set")
    parser.add_argument("--fetch", action="store_true", help="download it to the cache")
    for form, text in FORMS.items():
        parser.add_argument(f"--{form}", metavar="FOLDER", help=text)
    parser.add_argument(
        "--scale", type=float, help="with --hdf5: multiply the pixels by this [1]"
    )
    given = parser.parse(argv)
    if given.scale is not None and not given.hdf5:
        parser.error("--scale goes with --hdf5; the other forms keep bytes")
    return given


def _list():
    names = datasets.list_datasets()
    width = max(map(len, names))
    for name in names:
        here = "" if datasets.find(name) else " (not here; --fetch gets it)"
        print(f"{name:{width}}  {datasets.describe(name).title}{here}")


def _describe(name, dataset):
    print(f"{name}: {dataset.title}")
    print(f"classes: {', '.join(dataset.classes)}")
    print(f"folder: {datasets.find(name) or 'not here; --fetch gets it'}")


def _fetch(name, dataset):
    total = sum(source.size for source in dataset.downloads)
    with progress_bar(total, "B") as step:
        folder = datasets.fetch(name, step=step)
    print(folder)


def _write(given, form, folder):
    splits = datasets.load(given.name)
    total = len(splits.train_labels) + len(splits.test_labels)
    options = {"scale": given.scale} if form == "hdf5" and given.scale else {}
    with progress_bar(total, "image") as step:
        paths = datasets.convert(given.name, form, folder, step, **options)
    for path in paths:
        print(path)
