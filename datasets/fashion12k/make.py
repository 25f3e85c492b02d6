"""Make the files of fashion12k from the originals of Fashion-MNIST.

    python make.py /usr/share/datasets/fashion-mnist [FOLDER]

The originals are in the Debian package ``dataset-fashion-mnist``, or come by
``python -m brew datasets fashion-mnist --fetch``, which prints their folder. The
result is the same on every machine: compare its SHA-256 sums with README.md.
"""

import sys
from pathlib import Path

import numpy as np

from brew.datasets import read_idx, write_idx

EACH = {"train": 1000, "test": 200}  # images of each class
ORIGINAL = {"train": "train", "test": "t10k"}


def choose(labels, count):
    """Return the places of the first `count` images of each class, shuffled."""
    first = [np.flatnonzero(labels == label)[:count] for label in range(10)]
    return np.random.RandomState(1).permutation(np.sort(np.concatenate(first)))


def main(source, folder=Path(__file__).parent):
    """Write the four files to `folder`."""
    for split, original in ORIGINAL.items():
        images = read_idx(Path(source) / f"{original}-images-idx3-ubyte.gz")
        labels = read_idx(Path(source) / f"{original}-labels-idx1-ubyte.gz")
        places = choose(labels, EACH[split])
        write_idx(Path(folder) / f"{split}-images-idx3-ubyte.gz", images[places])
        write_idx(Path(folder) / f"{split}-labels-idx1-ubyte.gz", labels[places])


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
