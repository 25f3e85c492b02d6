"""One set of arrays through every door of Caffe."""

import h5py
import numpy as np
import pytest

import brew
from brew import datasets
from brew.errors import FileError, MissingExtra
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

COUNT = 7
LABELS = np.array([3, 1, 4, 1, 5, 9, 2], np.uint8)


def images(channels=1):
    rng = np.random.default_rng(channels)
    return rng.integers(0, 256, (COUNT, channels, 5, 6), dtype=np.uint8)


def batches(type_name, param):
    """Return what a data layer serves in two batches of five."""
    text = (
        f'layer {{ name: "in" type: "{type_name}" top: "data" top: "label" {param} }}'
    )
    net = brew.Net(parse_text(text, caffe_pb2.NetParameter()), brew.TEST)
    served = [{k: v.copy() for k, v in net.forward().items()} for _ in range(2)]
    net.close()
    return [np.concatenate([top[name] for top in served]) for name in ("data", "label")]


def through_lmdb(pictures):
    datasets.write_lmdb("db", pictures, LABELS)
    return batches("Data", 'data_param { source: "db" batch_size: 5 backend: LMDB }')


def through_leveldb(pictures):
    datasets.write_leveldb("level", pictures, LABELS)
    return batches("Data", 'data_param { source: "level" batch_size: 5 }')


def through_hdf5(pictures):
    datasets.write_hdf5("rows.h5", pictures, LABELS)
    return batches("HDF5Data", 'hdf5_data_param { source: "rows.txt" batch_size: 5 }')


def through_image_list(pictures):
    datasets.write_image_list("list", pictures, LABELS)
    is_color = "true" if pictures.shape[1] == 3 else "false"
    return batches(
        "ImageData",
        'image_data_param { source: "list/list.txt" root_folder: "list/" '
        f"batch_size: 5 is_color: {is_color} }}",
    )


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    "through", [through_lmdb, through_leveldb, through_hdf5, through_image_list]
)
def test_all_doors_give_the_same_blobs(in_tmp_path, through, channels):
    data, label = through(images(channels))
    order = np.arange(10) % COUNT
    assert np.array_equal(data, images(channels)[order])
    assert np.array_equal(label, LABELS[order])


def test_hdf5_can_be_scaled(in_tmp_path):
    datasets.write_hdf5("rows.h5", images(), LABELS, scale=1 / 256)
    with h5py.File("rows.h5") as file:
        assert file["data"].dtype == np.float32
        assert np.array_equal(file["data"][...], images() / np.float32(256))
    assert (in_tmp_path / "rows.txt").read_text() == f"{in_tmp_path}/rows.h5\n"


def test_keys_are_eight_digits(in_tmp_path):
    datasets.write_lmdb("db", images(), LABELS)
    with brew.sources.open_database("db") as database:
        assert [key for key, _ in database] == [b"%08d" % i for i in range(COUNT)]


WRITERS = {
    "db": datasets.write_lmdb,
    "level": datasets.write_leveldb,
    "rows.h5": datasets.write_hdf5,
    "list": datasets.write_image_list,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_image_is_a_step_of_the_progress(in_tmp_path, name):
    steps = []
    WRITERS[name](name, images(), LABELS, step=lambda: steps.append(1))
    assert len(steps) == COUNT


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(
    ("pictures", "labels", "message"),
    [
        (images()[0], LABELS, r"are uint8 of shape \(1, 5, 6\); uint8 of shape \(N, C"),
        (images() / 2, LABELS, "the images are float64"),
        (images(2), LABELS, "with C = 1 or 3 is needed"),
        (images(), LABELS[:5], r"labels of shape \(5,\) do not fit 7 images; one for"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    in_tmp_path, name, pictures, labels, message
):
    with pytest.raises(FileError, match=f"{name}: .*{message}"):
        WRITERS[name](name, pictures, labels)
    assert list(in_tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", WRITERS)
def test_a_missing_folder_is_an_error(in_tmp_path, name):
    with pytest.raises(FileError, match="the folder .*no does not exist; make it"):
        WRITERS[name](f"no/{name}", images(), LABELS)


@pytest.mark.parametrize("name", WRITERS)
def test_a_disk_without_room_is_an_error_before_anything_is_written(
    in_tmp_path, name, monkeypatch
):
    usage = type("Usage", (), {"free": 100})
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    with pytest.raises(FileError, match="MB are needed, but the disk has only 0 MB fr"):
        WRITERS[name](name, images(), LABELS)
    assert list(in_tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["db", "level", "list"])
def test_what_exists_is_not_replaced(in_tmp_path, name):
    WRITERS[name](name, images(), LABELS)
    with pytest.raises(FileError, match=f"{name}: exists already; remove it"):
        WRITERS[name](name, images(), LABELS)


@pytest.mark.parametrize("name", ["db", "level", "list"])
def test_an_interruption_leaves_nothing(in_tmp_path, name):
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        WRITERS[name](name, images(), LABELS, step=stop)
    assert list(in_tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "module"),
    [("db", "lmdb"), ("level", "plyvel"), ("rows.h5", "h5py"), ("list", "PIL.Image")],
)
def test_a_missing_package_is_named(in_tmp_path, name, module, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(MissingExtra, match=rf"'{module}'.*pip install 'brewdl\[data\]"):
        WRITERS[name](name, images(), LABELS)


@pytest.mark.parametrize("kind", ["lmdb", "leveldb", "hdf5", "images"])
def test_a_whole_data_set_is_converted(tmp_path, kind, monkeypatch):
    splits = datasets.load("mnist10k")
    few = datasets.Splits(*(array[:20] for array in splits))
    monkeypatch.setattr(datasets, "load", {"mnist10k": few}.get)
    paths = datasets.convert("mnist10k", kind, tmp_path / "new" / "folder")
    ending = {"hdf5": ".h5"}.get(kind, f"_{kind}")
    assert [path.name for path in paths] == [
        f"mnist10k_train{ending}",
        f"mnist10k_test{ending}",
    ]
    assert all(path.exists() for path in paths)


def test_an_unknown_form_is_told_with_the_nearest_one(tmp_path):
    with pytest.raises(FileError, match="no form 'image'. Did you mean 'images'"):
        datasets.convert("mnist10k", "image", tmp_path)
