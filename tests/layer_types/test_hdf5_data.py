"""What is special about HDF5Data and HDF5Output."""

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


def output(file="written.h5", data="dim: 3 dim: 2", label="dim: 3", more=""):
    text = f"""
        layer {{
          name: "in" type: "Input" top: "x" top: "t"
          input_param {{ shape {{ {data} }} shape {{ {label} }} }}
        }}
        {more}
        layer {{
          name: "out" type: "HDF5Output" bottom: "x" bottom: "t"
          hdf5_output_param {{ file_name: "{file}" }}
        }}"""
    return brew.Net(parse_text(text, caffe_pb2.NetParameter()), brew.TEST)


def fill(net, value=0):
    for name in net.inputs:
        data = net.blobs[name].data
        data[...] = value + np.arange(data.size).reshape(data.shape)


def written(path="written.h5"):
    with h5py.File(path) as file:
        return {name: dataset[...] for name, dataset in file.items()}


def test_both_bottoms_are_written_with_four_axes():
    out = output()
    fill(out)
    out.forward()
    arrays = written()
    assert sorted(arrays) == ["data", "label"]
    assert arrays["data"].dtype == np.float32
    assert np.array_equal(arrays["data"], np.arange(6).reshape(3, 2, 1, 1))
    assert np.array_equal(arrays["label"], np.arange(3).reshape(3, 1, 1, 1))


def test_the_file_holds_the_batch_of_the_last_forward(caplog):
    out = output()
    for value in 0, 10, 20:
        fill(out, value)
        out.forward()
        assert written()["label"].ravel().tolist() == [value, value + 1, value + 2]
    told = [line for line in caplog.messages if "replaces the batch" in line]
    assert told == ["layer 'out': each forward replaces the batch in written.h5"]


def test_an_old_file_stays_until_the_first_forward(in_tmp_path):
    (in_tmp_path / "written.h5").write_text("old")
    out = output()
    assert (in_tmp_path / "written.h5").read_text() == "old"
    out.forward()
    assert len(written()["label"]) == 3


def test_a_file_that_cannot_be_written_is_told_with_the_layer(in_tmp_path):
    message = r"^layer 'out' \(HDF5Output\): nowhere/x.h5: cannot be written"
    with pytest.raises(SourceError, match=message):
        output("nowhere/x.h5").forward()
    (in_tmp_path / "taken").mkdir()
    with pytest.raises(SourceError, match="taken: cannot be written"):
        output("taken").forward()
    assert not [path for path in in_tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"file": ""}, "no file_name is given; name the file to write"),
        ({"label": "dim: 4"}, "both bottoms must have the same first axis, one for ea"),
        ({"data": "dim: 3" + " dim: 1" * 4}, "a blob with more than 4 axes cannot be"),
    ],
)
def test_an_output_that_makes_no_sense_is_refused(options, message):
    with pytest.raises(LayerError, match=rf"'out' \(HDF5Output\): {message}"):
        output(**options)


def test_an_output_beside_a_loss_leaves_the_gradient_alone():
    loss = """
        force_backward: true
        layer { name: "loss" type: "EuclideanLoss" bottom: "x" bottom: "t" top: "l" }
    """
    both = output(label="dim: 3 dim: 2", more=loss)
    fill(both)
    both.blobs["t"].data[...] = 1
    both.forward()
    both.backward()
    assert np.allclose(both.blobs["x"].diff, (both.blobs["x"].data - 1) / 3)
