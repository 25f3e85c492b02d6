"""Each model of the zoo is found by its name and tells about itself."""

import re

import pytest

from brew import zoo
from brew.errors import FileError
from brew.zoo import cards


def test_the_zoo_lists_its_models_sorted():
    assert zoo.list_models() == [
        "alexnet",
        "caffenet",
        "cifar10_full",
        "cifar10_quick",
        "fashion",
        "googlenet",
        "lenet",
        "logreg",
        "mnist_autoencoder",
        "mtcnn_onet",
        "mtcnn_pnet",
        "mtcnn_rnet",
        "squeezenet",
        "styles",
    ]


def test_a_models_folder_is_found_from_anywhere(in_tmp_path):
    assert (zoo.path("lenet") / "solver.prototxt").is_file()


def test_an_unknown_model_gives_the_nearest_name():
    with pytest.raises(FileError, match=r"no model 'lennet'\. Did you mean 'lenet'\?"):
        zoo.path("lennet")


@pytest.mark.parametrize("name", ["", ".", "..", "lenet/..", "__pycache__"])
def test_a_folder_that_is_no_model_is_refused(name):
    with pytest.raises(FileError, match=r"There are: alexnet, .*squeezenet"):
        zoo.path(name)


@pytest.mark.parametrize("name", zoo.list_models())
def test_each_card_gives_name_licence_and_data(name):
    card = zoo.read_card(name)
    assert card.facts["license"] in ("BSD-2-Clause", "MIT")
    assert card.facts["name"]
    assert card.facts["data"]
    assert card.text.startswith("# ")


@pytest.mark.parametrize("name", zoo.list_models())
def test_each_card_names_exactly_the_prototxts_that_are_there(name):
    named = set(re.findall(r"[\w.]+\.prototxt", zoo.read_card(name).text))
    there = {file.name for file in zoo.path(name).glob("*.prototxt")}
    assert named == there


@pytest.mark.parametrize(
    "text", ["", "# LeNet\n", "---\nname: LeNet\n", "x\n---\n---\n"]
)
def test_a_readme_without_facts_on_top_is_refused(text, tmp_path, monkeypatch):
    monkeypatch.setattr(cards, "ROOT", tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "readme.md").write_text(text)
    with pytest.raises(FileError, match="between two lines '---'"):
        zoo.read_card("mine")
