"""Make the data set ``styles``: photographs of scikit-image, in ten styles.

    python make.py [FOLDER]

Writes the four files, and ``sample.jpg``, which README.md shows. brew does the same,
without the sample, when the data set is first asked for. The recipe itself is
``brew/datasets/styles.py``, and the styles are in ``brew/datasets/style_filters.py``.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from brew.datasets import styles


def sample():
    """Return one patch of each photograph of the test: a row each, a column a style."""
    images, labels, sources = styles.render("test", len(styles.PHOTOS["test"]))
    rows = []
    for photo in styles.PHOTOS["test"]:
        of_photo = [i for i, source in enumerate(sources) if source == photo.name]
        in_order = sorted(of_photo, key=lambda i: labels[i])
        rows.append(np.concatenate(images[in_order], axis=2))
    return np.concatenate(rows, axis=1)[::-1].transpose(1, 2, 0)  # to RGB


def main(folder):
    """Write all files to `folder`."""
    styles.make(folder)
    picture = Image.fromarray(np.ascontiguousarray(sample()))
    picture.save(Path(folder) / "sample.jpg", quality=80)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    main(sys.argv[1] if len(sys.argv) == 2 else ".")
