r"""Score windows of images with a trained net, as R-CNN does.

The input is a .csv whose columns are filename, xmin, ymin, xmax, ymax (or, for
Selective Search, a .txt with a file name in each line). The output is a table with a
row for each window, as .csv or, by its name, as .h5.

Examples::

    python -m brew detect windows.csv scores.csv --model_def=deploy.prototxt \
        --pretrained_model=rcnn.caffemodel --crop_mode=list
"""

import csv
from contextlib import closing
from io import StringIO
from itertools import groupby
from pathlib import Path

import numpy

from brew.cli._images import image_parser, net_options
from brew.detector import Detector
from brew.errors import FileError, import_extra
from brew.files import read_text, write_atomically

PLACES = ("ymin", "xmin", "ymax", "xmax")  # of a window, in its order


def main(argv: list[str]) -> int:
    """Run ``detect INPUT OUTPUT``."""
    parser = image_parser("detect", __doc__)
    parser.add_argument(
        "--crop_mode", choices=("list", "selective_search"), default="selective_search",
        help="where windows come from: the input, or Selective Search [that]",
    )  # fmt: skip
    parser.add_argument(
        "--context_pad", type=int, default=16, metavar="N",
        help="pixels around a window that show its surroundings [16]",
    )  # fmt: skip
    flags = parser.parse(argv)
    options = net_options(flags)
    if options["mean"] is not None:  # windows have no place in the mean image
        options["mean"] = options["mean"].mean(axis=(1, 2))
    with closing(Detector(context_pad=flags.context_pad, **options)) as net:
        if flags.crop_mode == "list":
            found = net.detect_windows(read_windows(flags.input_file))
        else:
            names = read_text(flags.input_file).split("\n")
            found = net.detect_selective_search([name for name in names if name])
    write_table(found, flags.output_file)
    print(f"Scores of {len(found)} windows saved to {flags.output_file}.")
    return 0


def read_windows(path):
    """Return a list of (file name, windows) from a .csv file."""
    rows = list(csv.DictReader(StringIO(read_text(path))))
    for number, row in enumerate(rows, start=2):
        if missing := [name for name in ("filename", *PLACES) if not row.get(name)]:
            raise FileError(f"{path}:{number}: has no {missing[0]}")
    try:
        return [
            (name, [tuple(int(float(row[place])) for place in PLACES) for row in some])
            for name, some in groupby(rows, lambda row: row["filename"])
        ]
    except ValueError as error:
        raise FileError(f"{path}: a window is made of numbers ({error})") from None


def write_table(found, path):
    """Write what `detect_windows` returned to a .csv or .h5 file."""
    windows = numpy.array([one["window"] for one in found]).reshape(-1, 4)
    scores = numpy.array([one["prediction"] for one in found])
    scores = scores.reshape(len(found), -1)
    names = [str(one["filename"]) for one in found]
    with write_atomically(path) as file:
        if Path(path).suffix in (".h5", ".hdf5"):
            with import_extra("h5py", "data").File(file, "w") as h5:
                h5.update(filename=names, window=windows, prediction=scores)
        else:
            text = StringIO(newline="")
            table = csv.writer(text, lineterminator="\n")
            classes = [f"class{k}" for k in range(scores.shape[1])]
            table.writerow(["filename", *PLACES, *classes])
            for row in zip(names, windows.tolist(), scores.tolist(), strict=True):
                table.writerow([row[0], *row[1], *row[2]])
            file.write(text.getvalue().encode())
