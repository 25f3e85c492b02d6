"""``python -m brew zoo``: what there is and where."""

from pathlib import Path

import pytest

from brew import zoo


def test_list_names_every_model(brew):
    code, out, _ = brew("zoo", "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == zoo.list_models()


def test_path_prints_the_folder_and_nothing_else(brew):
    code, out, _ = brew("zoo", "path", "lenet")
    assert code == 0
    assert (Path(out.removesuffix("\n")) / "solver.prototxt").is_file()


def test_info_shows_facts_path_and_text(brew):
    code, out, _ = brew("zoo", "info", "lenet")
    assert code == 0
    assert out.startswith("name: LeNet\nlicense: BSD-2-Clause\n")
    assert f"\npath: {zoo.path('lenet')}\n" in out
    assert "| `solver.prototxt` |" in out


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["path", "lennet"], 1, "no model 'lennet'. Did you mean 'lenet'?"),
        (["info", "vgg"], 1, "no model 'vgg'. There are: alexnet"),
        (["path"], 2, "path needs the name of a model"),
        (["info"], 2, "info needs the name of a model"),
        ([], 2, "the following arguments are required: action"),
        (["fetch", "lenet"], 2, "invalid choice: 'fetch'"),
        (["list", "lenet", "more"], 2, "cannot make sense of 'more'"),
    ],
)
def test_a_bad_request_is_answered_clearly(brew, argv, code, message):
    got, out, err = brew("zoo", *argv)
    assert (got, out) == (code, "")
    assert message in err


def test_get_prints_where_the_parameters_are(brew, tmp_path):
    (tmp_path / "mine.caffemodel").write_bytes(b"x")
    (tmp_path / "readme.md").write_text("---\ncaffemodel: mine.caffemodel\n---\n")
    code, out, _ = brew("zoo", "get", str(tmp_path))
    assert (code, out) == (0, f"{tmp_path / 'mine.caffemodel'}\n")


@pytest.mark.parametrize(("more", "told"), [(b"", "the bytes"), (b"x", "other bytes")])
def test_retrain_tells_whether_the_bytes_are_those_of_the_zoo(
    brew, in_tmp_path, monkeypatch, more, told
):
    made = in_tmp_path / "made.caffemodel"
    made.write_bytes((zoo.path("lenet") / "lenet.caffemodel").read_bytes() + more)
    asked = []
    monkeypatch.setattr(zoo, "retrain", lambda *given: asked.append(given) or made)
    code, out, _ = brew("zoo", "retrain", "lenet")
    assert (code, asked[0][0]) == (0, "lenet")
    assert out.startswith(f"{made}: {told}")


def test_publish_says_what_is_left_to_do(brew, tmp_path):
    (tmp_path / "readme.md").write_text(
        "---\nname: Mine\nlicense: MIT\ncaffemodel: a.caffemodel\n"
        "caffemodel_url: http://example.org/a.caffemodel\n---\n"
    )
    (tmp_path / "deploy.prototxt").write_text('name: "Empty"')
    (tmp_path / "a.caffemodel").write_bytes(b"\x0a\x05Empty")
    code, out, _ = brew("zoo", "publish", str(tmp_path))
    assert code == 0
    assert "Put a.caffemodel where http://example.org/a.caffemodel says" in out
    assert "7 bytes" in out
