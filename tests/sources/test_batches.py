"""Batches from a database of Datums."""

import json

import numpy as np
import pytest

from brew.errors import SourceError
from brew.io import array_to_datum
from brew.layer import TEST, TRAIN
from brew.proto import caffe_pb2
from brew.sources import open_database
from brew.sources.batches import DatumBatches
from brew.sources.transformer import DataTransformer

from .conftest import as_records, images, write


def batches(database, size, phase=TEST, seed=0, **fields):
    param = caffe_pb2.TransformationParameter(**fields)
    rng = np.random.default_rng(seed)
    return DatumBatches(database, size, DataTransformer(param, phase, rng))


def test_batches_run_across_the_end(seven):
    reader = batches(seven, 4)
    for start in 0, 4, 8, 12:
        data, label = reader.read()
        wanted = np.arange(start, start + 4) % 7
        assert np.array_equal(label, wanted)
        assert np.array_equal(data, images(7)[wanted])
        assert data.dtype == label.dtype == np.float32


def test_a_batch_may_be_larger_than_the_database(seven):
    assert batches(seven, 16).read()[1].tolist() == [i % 7 for i in range(16)]


def test_the_shapes_are_known_before_anything_is_read(seven):
    reader = batches(seven, 4, TRAIN, crop_size=3, mirror=True)
    before = reader.get_state()
    assert reader.first_shapes() == ((4, 2, 3, 3), (4,))
    assert reader.get_state() == before


@pytest.mark.parametrize("reads", [0, 1, 3])
def test_a_restored_reader_goes_on_with_the_same_bits(seven, reads):
    reader = batches(seven, 3, TRAIN, crop_size=3, mirror=True)
    for _ in range(reads):
        reader.read()
    state = json.loads(json.dumps(reader.get_state()))
    other = batches(seven, 3, TRAIN, seed=99, crop_size=3, mirror=True)
    other.set_state(state)
    for _ in range(4):
        for mine, theirs in zip(reader.read(), other.read(), strict=True):
            assert np.array_equal(mine, theirs)


def test_any_key_can_be_a_place_to_go_on_from(tmp_path):
    keys = [b"\x00\xff", b"\x80", b"\xfe\n"]
    path = write(tmp_path / "db", [(key, PICTURE) for key in keys])
    with open_database(path) as database:
        for key, following in zip(keys, [*keys[1:], keys[0]], strict=True):
            reader = batches(database, 1)
            reader.set_state({"key": key.decode("latin-1")})
            reader.read()
            assert reader.get_state() == {"key": following.decode("latin-1")}


def test_images_of_several_sizes_are_cropped_alike(tmp_path):
    shapes = [(1, 4, 4), (1, 6, 5), (1, 9, 9)]
    pictures = [images(1, shape)[0] for shape in shapes]
    path = write(tmp_path / "db", as_records(pictures))
    with open_database(path) as database:
        data, _ = batches(database, 3, crop_size=4).read()
    for picture, x, (row, column) in zip(
        pictures, data, [(0, 0), (1, 0), (2, 2)], strict=True
    ):
        assert np.array_equal(x, picture[:, row : row + 4, column : column + 4])


def test_bytes_and_floats_may_be_mixed(tmp_path):
    pictures = [images(1)[0], images(1)[0].astype(np.float32) / 2]
    path = write(tmp_path / "db", as_records(pictures))
    with open_database(path) as database:
        data, _ = batches(database, 2).read()
    assert np.array_equal(data, pictures)


PICTURE = array_to_datum(images(1)[0]).SerializeToString()
OTHER_SIZE = array_to_datum(images(1, (2, 6, 6))[0]).SerializeToString()
TOO_SHORT = caffe_pb2.Datum(channels=1, height=2, width=2, data=b"xyz")
ENCODED = caffe_pb2.Datum(encoded=True, data=b"no picture")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"\xff\xffno Datum", "the record is no Datum"),
        (TOO_SHORT.SerializeToString(), "holds 3 values"),
        (ENCODED.SerializeToString(), "the image cannot be decoded"),
        (OTHER_SIZE, r"to shape \(2, 6, 6\), but the first of its batch"),
        (b"", "the record holds no image"),
    ],
)
def test_a_bad_record_is_told_with_its_place(tmp_path, backend, value, message):
    records = [("one", PICTURE), ("two", value)]
    path = write(tmp_path / "db", records, backend)
    told = pytest.raises(SourceError, match=f"^{path}: record 'two': .*{message}")
    with open_database(path, backend) as database, told:
        batches(database, 2).read()


def test_a_first_record_that_does_not_fit_is_told_with_its_place(seven):
    with pytest.raises(SourceError, match="record '00000000': .* less than crop_size"):
        batches(seven, 2, crop_size=50).first_shapes()
