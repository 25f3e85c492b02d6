"""The data sets themselves, and where they are found."""

import hashlib
import multiprocessing
import re
import shutil
import sys

import numpy as np
import pytest

import brew
from brew import datasets
from brew.errors import FileError, SourceError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

BUNDLED = ["fashion12k", "mnist10k"]
DIGITS_OF_TEST = [200, 225, 198, 206, 196, 172, 202, 214, 188, 195]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Let every test have a cache of its own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("BREW_DATA", str(folder))
    return folder


def test_all_data_sets_are_listed_and_described():
    names = ["fashion-mnist", "fashion12k", "mnist", "mnist10k", "styles"]
    assert datasets.list_datasets() == names
    for name in names:
        assert len(datasets.describe(name).classes) == 10
        assert len(datasets.describe(name).files) == 4


@pytest.mark.parametrize(
    ("name", "counts"), [("mnist10k", (8004, 1996)), ("fashion12k", (10000, 2000))]
)
def test_a_data_set_is_loaded_as_arrays(name, counts):
    splits = datasets.load(name)
    train_images, train_labels, test_images, test_labels = splits
    assert train_images.shape == (counts[0], 1, 28, 28)
    assert test_images.shape == (counts[1], 1, 28, 28)
    assert (train_labels.shape, test_labels.shape) == (counts[:1], counts[1:])
    assert {array.dtype for array in splits} == {np.dtype("uint8")}
    assert set(train_labels) == set(test_labels) == set(range(10))
    assert splits.train_images.max() == 255


def test_the_classes_are_split_as_the_cards_say():
    labels = datasets.load("mnist10k").test_labels
    assert np.bincount(labels).tolist() == DIGITS_OF_TEST
    clothes = datasets.load("fashion12k")
    assert np.bincount(clothes.train_labels).tolist() == [1000] * 10
    assert np.bincount(clothes.test_labels).tolist() == [200] * 10


@pytest.mark.parametrize("name", BUNDLED)
def test_no_image_is_in_both_splits(name):
    splits = datasets.load(name)
    train = {image.tobytes() for image in splits.train_images}
    assert not any(image.tobytes() in train for image in splits.test_images)


@pytest.mark.parametrize("name", BUNDLED)
def test_the_files_have_the_checksums_of_their_card(name):
    card = (datasets.ROOT / name / "README.md").read_text()
    sums = dict(re.findall(r"\| (\S+\.gz) \| `([0-9a-f]{64})` \|", card))
    assert set(sums) == set(datasets.describe(name).files)
    for file, checksum in sums.items():
        content = (datasets.ROOT / name / file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == checksum


@pytest.mark.parametrize("name", [*BUNDLED, "styles"])
def test_every_card_says_what_must_be_known(name):
    card = (datasets.ROOT / name / "README.md").read_text()
    for row in "what", "who", "licence", "size", "splits", "form":
        assert f"\n| {row} | " in card
    assert "## Known flaws" in card
    assert "## How it was made" in card


def test_the_recipe_of_fashion12k_works(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    make = load_recipe("fashion12k")
    labels = np.arange(70) % 10
    monkeypatch.setattr(make, "EACH", {"train": 4, "test": 2})
    for split in "train", "t10k":
        images = np.arange(70, dtype=np.uint8).reshape(70, 1, 1)
        datasets.write_idx(tmp_path / f"{split}-images-idx3-ubyte.gz", images)
        datasets.write_idx(tmp_path / f"{split}-labels-idx1-ubyte.gz", labels)
    make.main(tmp_path, tmp_path)
    images = datasets.read_idx(tmp_path / "test-images-idx3-ubyte.gz")
    labels = datasets.read_idx(tmp_path / "test-labels-idx1-ubyte.gz")
    assert sorted(images.ravel()) == list(range(20))
    assert np.array_equal(images.ravel() % 10, labels)


def test_the_recipe_of_mnist10k_splits_as_the_files_are():
    splits = datasets.load("mnist10k")
    counts = np.bincount(np.concatenate([splits.train_labels, splits.test_labels]))
    labels = np.repeat(np.arange(10), counts)
    train, test = load_recipe("mnist10k").split(labels)
    assert np.array_equal(labels[train], splits.train_labels)
    assert np.array_equal(labels[test], splits.test_labels)


def load_recipe(name):
    import importlib.util

    path = datasets.ROOT / name / "make.py"
    spec = importlib.util.spec_from_file_location(f"make_{name}", path)
    recipe = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(recipe)
    return recipe


def test_an_unknown_name_is_told_with_the_nearest_one():
    message = r"no data set 'mnist10'. Did you mean 'mnist10k'\? There are: fashion-m"
    with pytest.raises(FileError, match=message):
        datasets.load("mnist10")


def test_what_must_be_fetched_says_so():
    with pytest.raises(FileError, match=r"brew.datasets.fetch\('mnist'\)"):
        datasets.load("mnist")


def test_what_should_be_here_and_is_not_says_where_to_put_it(cache, monkeypatch):
    monkeypatch.setattr(datasets, "ROOT", cache)
    message = rf"copy datasets/mnist10k of brew's sources to {cache}/mnist10k"
    for use in datasets.load, datasets.fetch:
        with pytest.raises(FileError, match=message):
            use("mnist10k")


def test_files_in_brew_data_come_first(cache):
    shutil.copytree(datasets.ROOT / "fashion12k", cache / "mnist10k")
    assert datasets.find("mnist10k") == cache / "mnist10k"
    assert len(datasets.load("mnist10k").train_images) == 10000


def test_images_and_labels_must_belong_together(cache):
    folder = cache / "mnist10k"
    shutil.copytree(datasets.ROOT / "mnist10k", folder)
    shutil.copy(
        folder / "test-labels-idx1-ubyte.gz", folder / "train-labels-idx1-ubyte.gz"
    )
    with pytest.raises(FileError, match=r"labels of shape \(1996,\) do not belong tog"):
        datasets.load("mnist10k")


def net(source):
    text = f"""
        layer {{
          name: "digits" type: "Data" top: "data" top: "label"
          data_param {{ source: "{source}" backend: LMDB batch_size: 4 }}
        }}"""
    return brew.Net(parse_text(text, caffe_pb2.NetParameter()), brew.TEST)


def test_a_net_gets_its_database_made_at_first_use(cache, in_tmp_path):
    splits = datasets.load("mnist10k")
    for _ in range(2):
        top = net("mnist10k_test_lmdb").forward()
        assert np.array_equal(top["data"], splits.test_images[:4])
        assert np.array_equal(top["label"], splits.test_labels[:4])
    assert [file.name for file in cache.iterdir()] == ["mnist10k_test_lmdb"]


def test_a_database_in_the_working_directory_comes_first(cache, in_tmp_path):
    splits = datasets.load("mnist10k")
    ten = splits.test_images[:10], splits.test_labels[:10]
    datasets.write_lmdb("mnist10k_train_lmdb", *ten)
    assert np.array_equal(net("mnist10k_train_lmdb").forward()["label"], ten[1][:4])
    assert not cache.exists()


@pytest.mark.parametrize(
    "name", ["mnist11k_train_lmdb", "mnist10k_lmdb", "somewhere/mnist10k_train_lmdb"]
)
def test_other_names_are_not_made(in_tmp_path, name):
    with pytest.raises(SourceError, match="no such folder"):
        net(name)


def test_a_database_of_a_set_that_is_not_here_says_how_to_get_it(in_tmp_path):
    with pytest.raises(FileError, match="python -m brew datasets mnist --fetch"):
        net("mnist_train_lmdb")


def make_database(_):
    return str(datasets.find_database("mnist10k_test_lmdb"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_several_processes_may_make_it_at_once(cache):
    with multiprocessing.get_context("fork").Pool(4) as pool:
        made = pool.map(make_database, range(4))
    assert set(made) == {str(cache / "mnist10k_test_lmdb")}
    assert [file.name for file in cache.iterdir()] == ["mnist10k_test_lmdb"]


def test_a_cache_that_cannot_be_made_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BREW_DATA", str(tmp_path / "file" / "cache"))
    with pytest.raises(FileError, match="cache: cannot be made"):
        datasets.find_database("mnist10k_test_lmdb")
