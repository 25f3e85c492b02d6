"""python -m brew datasets."""

import h5py
import pytest

from brew import datasets
from brew.cli import main
from brew.sources import open_database


@pytest.fixture(autouse=True)
def _few_images(tmp_path, monkeypatch):
    monkeypatch.setenv("BREW_DATA", str(tmp_path / "cache"))
    load = datasets.load

    def load_few(name):
        return datasets.Splits(*(array[:20] for array in load(name)))

    monkeypatch.setattr(datasets, "load", load_few)


def test_without_a_name_all_are_listed(capsys):
    assert main(["datasets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == datasets.list_datasets()
    assert lines[2].endswith("(not here; --fetch gets it)")
    assert lines[3].startswith("mnist10k       10,000 of the digits of MNIST")


def test_a_name_alone_is_described(capsys):
    assert main(["datasets", "fashion12k"]) == 0
    out = capsys.readouterr().out
    assert "classes: T-shirt/top, Trouser" in out
    assert f"folder: {datasets.ROOT / 'fashion12k'}" in out
    assert main(["datasets", "mnist"]) == 0
    assert "folder: not here; --fetch gets it" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["lmdb", "leveldb", "hdf5", "images"])
def test_a_data_set_is_written(in_tmp_path, form, capsys):
    assert main(["datasets", "mnist10k", f"--{form}", "out"]) == 0
    for line in capsys.readouterr().out.splitlines():
        assert (in_tmp_path / line).exists()
    assert len(list((in_tmp_path / "out").glob("mnist10k_train*"))) >= 1


def test_several_forms_are_written_at_once(in_tmp_path):
    assert main(["datasets", "mnist10k", "-lmdb", "out", "-leveldb", "out"]) == 0
    one = open_database("out/mnist10k_test_lmdb")
    with one, open_database("out/mnist10k_test_leveldb", "leveldb") as other:
        assert list(one) == list(other)


def test_hdf5_can_be_scaled(in_tmp_path):
    words = ["datasets", "mnist10k", "--hdf5", "out", "--scale", "0.00390625"]
    assert main(words) == 0
    with h5py.File("out/mnist10k_train.h5") as file:
        assert 0.9 < file["data"][...].max() < 1


def test_what_is_here_need_not_be_fetched(capsys):
    assert main(["datasets", "mnist10k", "--fetch"]) == 0
    assert capsys.readouterr().out == f"{datasets.ROOT / 'mnist10k'}\n"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["mnist10"], 1, "no data set 'mnist10'. Did you mean 'mnist10k'?"),
        (["mnist", "--lmdb", "out"], 1, "python -m brew datasets mnist --fetch"),
        (["mnist10k", "--scale", "2"], 2, "--scale goes with --hdf5"),
        (["mnist10k", "--lmbd", "out"], 2, "Did you mean '--lmdb'?"),
        (["mnist10k", "--lmdb"], 2, "expected one argument"),
    ],
)
def test_what_cannot_be_done_is_told(in_tmp_path, words, code, message, capsys):
    assert main(["datasets", *words]) == code
    assert message in capsys.readouterr().err


def test_what_exists_is_not_replaced(in_tmp_path, capsys):
    words = ["datasets", "mnist10k", "--lmdb", "."]
    assert main(words) == 0
    assert main(words) == 1
    assert "mnist10k_train_lmdb: exists already" in capsys.readouterr().err
