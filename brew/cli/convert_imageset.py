r"""Make a database of the images in a list.

Examples::

    python -m brew convert_imageset photos/ train.txt train_lmdb
    python -m brew convert_imageset --resize_width=256 --resize_height=256 \
        --shuffle --encoded --encode_type=jpg photos/ train.txt train_lmdb

Each line of the list has a file name, a blank and a label. ROOT is put before the
names as it stands, so it ends with a slash. Images that cannot be read are left out.
"""

from pathlib import PurePath

import numpy as np

from brew.backend import make_rng
from brew.cli._flags import Parser
from brew.cli._progress import progress_bar
from brew.errors import SourceError
from brew.log import init_log, log, logger
from brew.sources import WRITERS, create_database
from brew.sources.datum import encode_image
from brew.sources.image_datums import image_to_datum
from brew.sources.images import read_image_list


def main(argv: list[str]) -> int:
    """Run ``convert_imageset [flags] ROOT/ LIST DB``."""
    given = _parse(argv)
    if given.encode_type:
        encode_image(np.zeros((1, 1, 1), np.uint8), given.encode_type)  # can it?
    init_log()
    entries = read_image_list(given.list)
    if given.shuffle:
        log("Shuffling data")
        order = make_rng(given.seed, "convert_imageset").permutation(len(entries))
        entries = [entries[i] for i in order]
    log(f"A total of {len(entries)} images.")
    with create_database(given.database, given.backend) as database:
        count = _fill(database, entries, given)
        if not count:
            raise SourceError(
                f"{given.list}: not one of its {len(entries)} images could be read; "
                f"is ROOT right? {given.root + entries[0].name!r} is looked for"
            )
    log(f"Processed {count} files.")
    return 0


def _parse(argv):
    parser = Parser("convert_imageset", __doc__)
    parser.add_argument("root", metavar="ROOT/", help="stands before each name")
    parser.add_argument("list", metavar="LIST", help="text file of images and labels")
    parser.add_argument("database", metavar="DB", help="the folder to make")
    parser.add_switch("gray", "store images with 1 channel instead of 3")
    parser.add_switch("shuffle", "shuffle the list")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="of the shuffling [1]"
    )
    parser.add_argument(
        "--backend", choices=WRITERS, default="lmdb", help="kind of database [lmdb]"
    )
    for side in ("width", "height"):
        parser.add_argument(
            f"--resize_{side}",
            type=int,
            default=0,
            metavar="N",
            help=f"resize to this {side}; give both [0: as it is]",
        )
    parser.add_switch("check_size", "fail unless all images have one size")
    parser.add_switch("encoded", "store image files instead of pixels")
    parser.add_argument(
        "--encode_type", default="", metavar="KIND", help="png or jpg [as the file is]"
    )
    given = parser.parse(argv)
    sides = given.resize_height, given.resize_width
    if min(sides) < 0 or bool(sides[0]) != bool(sides[1]):
        parser.error("give --resize_width and --resize_height, both above 0, or none")
    given.size = sides if all(sides) else None
    given.encoded = given.encoded or bool(given.encode_type)
    return given


def _fill(database, entries, given):
    """Put all images that can be read into the database; return their number."""
    count = first_size = 0
    with progress_bar(len(entries), "image") as advance:
        for number, entry in enumerate(entries):
            advance()
            path = given.root + entry.name
            encoding = _encoding(entry.name, given)
            try:
                color, size = not given.gray, given.size
                datum = image_to_datum(path, entry.label, color, size, encoding)
            except SourceError as error:
                logger.warning("left out: %s", error)
                continue
            first_size = first_size or len(datum.data)
            if given.check_size and len(datum.data) != first_size:
                raise SourceError(
                    f"{path}: has {len(datum.data)} bytes, but the first image "
                    f"{first_size}; resize, or leave --check_size out"
                )
            database.put(f"{number:08d}_{entry.name}", datum.SerializeToString())
            count += 1
    return count


def _encoding(name, given):
    if not given.encoded:
        return ""
    kind = given.encode_type or PurePath(name).suffix[1:]
    if not kind:
        logger.warning("%s: no ending says how to encode it; pixels are stored", name)
    return kind.lower()
