"""``compute_image_mean``: the mean of a database, as by Caffe's tool."""

import numpy as np
import pytest

from brew.io import array_to_datum
from brew.proto.binary import blobproto_to_array, read_message
from brew.proto.caffe_pb2 import BlobProto, Datum
from brew.sources import create_database, open_database
from brew.sources.datum import encode_image
from brew.sources.mean_image import mean_image


def database(path, datums, backend="lmdb"):
    with create_database(path, backend) as writer:
        for i, datum in enumerate(datums):
            writer.put(f"{i:08d}", datum.SerializeToString())


def pictures(count, shape=(3, 4, 5), seed=1):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, *shape), dtype=np.uint8)


@pytest.mark.parametrize("backend", ["lmdb", "leveldb"])
def test_the_mean_is_written_and_its_channels_are_printed(brew, in_tmp_path, backend):
    images = pictures(600)
    database("db", map(array_to_datum, images), backend)
    command = ("compute_image_mean", f"--backend={backend}", "db", "mean")
    code, out, err = brew(*command)
    mean = images.mean(axis=0, dtype="f8").astype("f4")
    proto = read_message("mean", BlobProto())
    sizes = proto.num, proto.channels, proto.height, proto.width
    assert code == 0
    assert sizes == (1, 3, 4, 5)
    assert not proto.HasField("shape")
    assert np.array_equal(blobproto_to_array(proto)[0], mean)
    assert out.splitlines() == [
        "Number of channels: 3",
        *(f"mean_value channel [{c}]: {mean[c].mean(dtype='f8'):g}" for c in range(3)),
    ]
    assert "Processed 600 files." in err


def test_without_a_file_the_channels_are_only_printed(brew, in_tmp_path):
    database("db", [array_to_datum(np.full((1, 2, 2), 7, np.uint8))])
    code, out, _ = brew("compute_image_mean", "db")
    assert (code, out) == (0, "Number of channels: 1\nmean_value channel [0]: 7\n")
    assert [path.name for path in in_tmp_path.iterdir()] == ["db"]


def test_floats_encoded_and_raw_images_are_averaged_together(in_tmp_path):
    images = pictures(300)
    datums = [array_to_datum(image) for image in images]
    datums[5] = array_to_datum(images[5].astype("f4"))
    datums[9] = Datum(data=encode_image(images[9], "png"), encoded=True)
    datums[290] = Datum(data=encode_image(images[290], "png"), encoded=True)
    database("db", datums)
    with open_database("db") as opened:
        mean, count = mean_image(opened)
    assert count == 300
    assert np.array_equal(mean, images.mean(axis=0, dtype="f8").astype("f4"))


@pytest.mark.parametrize("place", [3, 256, 259])
def test_an_image_of_another_size_is_named(brew, in_tmp_path, place):
    images = [*pictures(260)]
    images[place] = pictures(1, (3, 5, 4))[0]
    database("db", map(array_to_datum, images))
    code, out, err = brew("compute_image_mean", "db", "mean")
    assert (code, out) == (1, "")
    assert f"db: record '{place:08d}': its image has shape (3, " in err
    assert not (in_tmp_path / "mean").exists()


@pytest.mark.parametrize(
    ("make", "code", "problem"),
    [
        (lambda: None, 1, "db: no such folder"),
        (lambda: database("db", []), 1, "db: it holds no records"),
        (
            lambda: database("db", [Datum(data=b"x", encoded=True)]),
            1,
            "db: record '00000000': the image cannot be decoded",
        ),
        (lambda: database("db", [Datum()]), 1, "record '00000000': the record holds"),
    ],
)
def test_a_bad_database_is_told(brew, in_tmp_path, make, code, problem):
    make()
    got, _, err = brew("compute_image_mean", "db", "mean")
    assert (got, problem in err) == (code, True), err
    assert not (in_tmp_path / "mean").exists()


def test_no_database_is_a_usage_error(brew):
    code, _, err = brew("compute_image_mean")
    assert (code, "required: DB" in err) == (2, True)
