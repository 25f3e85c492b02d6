"""Compute the mean of all images in a database.

Examples::

    python -m brew compute_image_mean train_lmdb mean.binaryproto
    python -m brew compute_image_mean --backend=leveldb train_leveldb

A data layer subtracts it: transform_param { mean_file: "mean.binaryproto" }
"""

from brew.cli._flags import Parser
from brew.cli._progress import progress_bar
from brew.log import init_log, log
from brew.proto.binary import write_message
from brew.sources import READERS, open_database
from brew.sources.mean_image import mean_image, mean_to_blobproto


def main(argv: list[str]) -> int:
    """Run ``compute_image_mean [--backend KIND] DB [OUT]``."""
    parser = Parser("compute_image_mean", __doc__)
    parser.add_argument("database", metavar="DB", help="its images have one size")
    parser.add_argument("out", nargs="?", metavar="OUT", help="the file to write")
    parser.add_argument(
        "--backend", choices=READERS, default="lmdb", help="kind of database [lmdb]"
    )
    given = parser.parse(argv)
    init_log()
    log("Starting iteration")
    with (
        open_database(given.database, given.backend) as database,
        progress_bar(None, "image") as advance,
    ):
        mean, count = mean_image(database, advance)
    log(f"Processed {count} files.")
    if given.out:
        log(f"Write to {given.out}")
        write_message(mean_to_blobproto(mean), given.out)
    print(f"Number of channels: {len(mean)}")
    for channel, value in enumerate(mean.mean(axis=(1, 2), dtype="f8")):
        print(f"mean_value channel [{channel}]: {value:g}")
    return 0
