"""``python -m brew layers``: the catalogue, and one page of it."""

import pytest

from brew import catalogue
from brew.find import find


def test_without_a_name_all_types_are_listed(brew):
    assert brew("layers") == (0, f"{catalogue.to_text()}\n", "")


@pytest.mark.parametrize("name", ["LRN", "lrn", "adam", "xavier"])
def test_a_name_is_looked_up_as_by_find(brew, name):
    assert brew("layers", name) == (0, f"{find(name)}\n", "")


def test_the_catalogue_comes_as_a_page_of_markdown(brew):
    assert brew("layers", "--markdown") == (0, f"{catalogue.to_markdown()}\n", "")


def test_pictures_are_put_into_a_folder(brew, in_tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setattr("brew.cli.layers.RECIPES", ["Pooling"])
    assert brew("layers", "--pictures", "docs/pictures") == (0, "", "")
    (picture,) = (in_tmp_path / "docs" / "pictures").iterdir()
    assert picture.name == "Pooling.png"
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["relux"], 1, "no layer type, solver type or filler 'relux'. Did you mean"),
        (["LRN", "--markdown"], 2, "--pictures are for the list, not for one type"),
        (["LRN", "--pictures", "x"], 2, "--markdown and --pictures are for the list"),
        (["LRN", "ReLU"], 2, "cannot make sense of 'ReLU'"),
        (["--html"], 2, "cannot make sense of '--html'"),
    ],
)
def test_a_bad_request_is_answered_clearly(brew, argv, code, message):
    got, out, err = brew("layers", *argv)
    assert (got, out) == (code, "")
    assert message in err
