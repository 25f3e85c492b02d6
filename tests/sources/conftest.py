"""Small databases to read, and ways to break them."""

import numpy as np
import pytest

from brew.io import array_to_datum
from brew.sources import create_database, open_database


def images(count, shape=(2, 5, 6), seed=3):
    """Return `count` random uint8 images."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, *shape), dtype=np.uint8)


def write(path, records, backend="lmdb"):
    """Write a database of (key, value) and return its path."""
    with create_database(path, backend) as database:
        for key, value in records:
            database.put(key, value)
    return path


def as_records(pictures):
    """Yield the records of a list of images; image i has the label i."""
    for i, picture in enumerate(pictures):
        yield f"{i:08d}", array_to_datum(picture, i).SerializeToString()


@pytest.fixture(params=["lmdb", "leveldb"])
def backend(request):
    return request.param


@pytest.fixture
def seven(tmp_path, backend):
    """Return an open database of seven images."""
    path = write(tmp_path / "seven", as_records(images(7)), backend)
    with open_database(path, backend) as database:
        yield database
