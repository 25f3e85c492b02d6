"""Rows of HDF5 files."""

import json

import h5py
import numpy as np
import pytest

from brew.errors import MissingExtra, SourceError
from brew.sources.hdf5 import HDF5Batches, read_datasets, read_file_list

COUNTS = (4, 3, 5)
ROWS = sum(COUNTS)


@pytest.fixture
def files(in_tmp_path):
    """Write three files of numbered rows and their list; return its name."""
    start = 0
    for i, count in enumerate(COUNTS):
        label = np.arange(start, start + count)
        with h5py.File(f"part{i}.h5", "w") as file:
            file["label"] = label.astype("i4")
            file["data"] = label.reshape(-1, 1, 1) + np.zeros((1, 2, 3))
        start += count
    (in_tmp_path / "list.txt").write_text("part0.h5 part1.h5\n\npart2.h5\n")
    return "list.txt"


def batches(files, size, shuffle=False, seed=0, names=("data", "label")):
    rng = np.random.default_rng(seed)
    return HDF5Batches(files, list(names), size, shuffle, rng)


@pytest.mark.parametrize("size", [1, 2, 5, 12, 30])
def test_rows_come_in_order_across_files(files, size):
    reader = batches(files, size)
    assert reader.shapes == [(size, 2, 3), (size,)]
    for start in range(0, 4 * ROWS, size):
        data, label = reader.read()
        assert label.tolist() == [i % ROWS for i in range(start, start + size)]
        assert np.array_equal(data, label.reshape(-1, 1, 1) * np.ones((1, 2, 3)))
        assert data.dtype == label.dtype == np.float32


def one_round(reader):
    return [int(reader.read()[1][0]) for _ in range(ROWS)]


def test_shuffled_rows_come_once_in_each_round_file_by_file(files):
    reader = batches(files, 1, shuffle=True)
    rounds = [one_round(reader) for _ in range(8)]
    file_of = np.repeat([0, 1, 2], COUNTS)
    for order in rounds:
        assert sorted(order) == list(range(ROWS))
        changes = np.count_nonzero(np.diff(file_of[order]))
        assert changes == 2
    assert len({tuple(order) for order in rounds}) == 8
    assert len({file_of[order[0]] for order in rounds}) == 3


def test_the_rows_of_a_single_file_are_shuffled_in_each_round(files, in_tmp_path):
    (in_tmp_path / "one.txt").write_text("part2.h5")
    reader = batches("one.txt", 5, shuffle=True)
    orders = [tuple(reader.read()[1]) for _ in range(6)]
    assert {tuple(sorted(order)) for order in orders} == {(7, 8, 9, 10, 11)}
    assert len(set(orders)) > 1


def test_a_single_file_is_read_once(files, in_tmp_path):
    (in_tmp_path / "one.txt").write_text("part2.h5")
    reader = batches("one.txt", 5)
    (in_tmp_path / "part2.h5").unlink()
    assert reader.read()[1].tolist() == reader.read()[1].tolist()


def test_the_same_seed_gives_the_same_order(files):
    orders = [one_round(batches(files, 1, True, seed)) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("reads", [0, 1, 3, 4, 7, 9])
def test_a_restored_reader_goes_on_with_the_same_rows(files, shuffle, reads):
    reader = batches(files, 3, shuffle)
    for _ in range(reads):
        reader.read()
    state = json.loads(json.dumps(reader.get_state()))
    other = batches(files, 3, shuffle, seed=99)
    other.set_state(state)
    for _ in range(9):
        assert np.array_equal(reader.read()[1], other.read()[1])


def test_a_state_of_another_list_is_refused(files, in_tmp_path):
    (in_tmp_path / "one.txt").write_text("part2.h5")
    with pytest.raises(SourceError, match="in 3 HDF5 files, but the list now has 1"):
        batches("one.txt", 1).set_state(batches(files, 1).get_state())


def test_a_missing_list_is_an_error(in_tmp_path):
    with pytest.raises(SourceError, match=r"no.txt: no such file.*must be a text file"):
        read_file_list("no.txt")


def test_an_hdf5_file_in_place_of_the_list_is_an_error(files):
    with pytest.raises(SourceError, match="must be a text file that lists HDF5 files"):
        batches("part0.h5", 1)


def test_an_empty_list_is_an_error(in_tmp_path):
    (in_tmp_path / "list.txt").write_text(" \n")
    with pytest.raises(SourceError, match="the list is empty; name an HDF5 file"):
        read_file_list("list.txt")


def test_a_missing_file_is_an_error(files, in_tmp_path):
    (in_tmp_path / "part1.h5").unlink()
    reader = batches(files, 4)
    reader.read()
    with pytest.raises(SourceError, match=r"part1.h5: no such HDF5 file \(looked in"):
        reader.read()


def test_a_damaged_file_is_an_error(files, in_tmp_path):
    content = (in_tmp_path / "part0.h5").read_bytes()
    for broken in b"", b"something else", content[: len(content) // 2]:
        (in_tmp_path / "part0.h5").write_bytes(broken)
        with pytest.raises(SourceError, match=r"part0.h5: not an HDF5 file, or dam"):
            batches(files, 1)


def test_a_missing_dataset_is_told_with_the_nearest_one(files):
    message = r"no dataset 'labels', as the top is.* Did you mean 'label'\? It has: "
    with pytest.raises(SourceError, match=message):
        batches(files, 1, names=["labels"])


def test_a_group_is_no_dataset(in_tmp_path):
    with h5py.File("a.h5", "w") as file:
        file.create_group("data")
    with pytest.raises(SourceError, match="there is no dataset 'data'"):
        read_datasets("a.h5", ["data"])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.array([b"text"]), "holds |S4 of shape"),
        (np.float32(3), r"shape \(\); numbers with 1 to 32 axes are needed"),
        (np.zeros((0, 4)), r"have {'data': 0} rows; all need the same, at least 1"),
    ],
)
def test_a_dataset_that_cannot_be_served_is_an_error(in_tmp_path, value, message):
    with h5py.File("a.h5", "w") as file:
        file["data"] = value
    with pytest.raises(SourceError, match=message):
        read_datasets("a.h5", ["data"])


def test_a_dataset_of_impossible_size_is_refused_before_it_is_read(in_tmp_path):
    with h5py.File("a.h5", "w") as file:
        file.create_dataset("data", (10**6, 10**6), "f4", chunks=(1, 1000))
    with pytest.raises(SourceError, match="1000000000000 values, more than a blob can"):
        read_datasets("a.h5", ["data"])


def test_datasets_of_one_file_need_equally_many_rows(in_tmp_path):
    with h5py.File("a.h5", "w") as file:
        file["data"], file["label"] = np.zeros((3, 2)), np.zeros(4)
    with pytest.raises(SourceError, match=r"{'data': 3, 'label': 4} rows"):
        read_datasets("a.h5", ["data", "label"])


def test_files_of_one_list_need_rows_of_one_shape(files):
    with h5py.File("part1.h5", "w") as file:
        file["data"], file["label"] = np.zeros((3, 2, 4)), np.zeros(3)
    with pytest.raises(SourceError, match=r"part1.h5: its rows have the shapes \[\(2"):
        batches(files, 5).read()


def test_a_missing_package_is_named_with_its_extra(files, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(MissingExtra, match=r"'h5py'.*pip install 'brewdl\[data\]'"):
        batches(files, 1)
