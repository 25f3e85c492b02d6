"""What is special about HDF5Data."""

import h5py
import numpy as np
import pytest

import brew
from brew.errors import LayerError, SourceError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text


@pytest.fixture(autouse=True)
def _files(in_tmp_path):
    for i, rows in enumerate([range(4), range(4, 7)]):
        with h5py.File(f"part{i}.h5", "w") as file:
            file["number"] = np.array(rows)
            file["square"] = np.square(rows).reshape(-1, 1, 1)
    (in_tmp_path / "list.txt").write_text("part0.h5\npart1.h5\n")


def net(proto='source: "list.txt" batch_size: 3', more=""):
    text = f"""
        layer {{
          name: "rows" type: "HDF5Data" top: "number" top: "square"
          hdf5_data_param {{ {proto} }} {more}
        }}"""
    return brew.Net(parse_text(text, caffe_pb2.NetParameter()), brew.TRAIN)


def test_the_dataset_named_like_a_top_feeds_it():
    rows = net()
    assert rows.blobs["square"].shape == (3, 1, 1)
    for start in 0, 3, 6, 9:
        top = rows.forward()
        numbers = np.arange(start, start + 3) % 7
        assert np.array_equal(top["number"], numbers)
        assert np.array_equal(top["square"].ravel(), numbers**2)


def test_shuffled_rows_follow_the_seed_and_resume():
    shuffled = 'source: "list.txt" batch_size: 2 shuffle: true'

    def draw(rows):
        return [rows.forward()["number"].tolist() for _ in range(9)]

    one, other = net(shuffled), net(shuffled)
    assert draw(one) == draw(other)
    brew.set_random_seed(2)
    third = net(shuffled)
    third.layers[0].set_state(one.layers[0].get_state())
    assert draw(one) == draw(third)


@pytest.mark.parametrize(
    ("proto", "more", "message"),
    [
        ("batch_size: 3", "", "no source is given; name a list of HDF5 files"),
        ('source: "list.txt"', "", "batch_size is not given; make it 1 or more"),
        ('source: "list.txt" batch_size: 3', "transform_param {}", "is not possible"),
    ],
)
def test_settings_that_make_no_sense_are_refused(proto, more, message):
    with pytest.raises(LayerError, match=rf"layer 'rows' \(HDF5Data\): .*{message}"):
        net(proto, more)


def test_bad_files_are_told_with_the_layer(in_tmp_path):
    (in_tmp_path / "part1.h5").write_text("no HDF5")
    rows = net()
    rows.forward()
    message = r"^layer 'rows' \(HDF5Data\): part1.h5: not an HDF5 file, or damaged"
    with pytest.raises(SourceError, match=message):
        rows.forward()
    (in_tmp_path / "list.txt").unlink()
    with pytest.raises(SourceError, match=r"^layer 'rows' \(HDF5Data\): list.txt: no"):
        net()
