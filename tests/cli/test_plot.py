"""``plot``: curves from logs, by name or by Caffe's number."""

import re
from io import BytesIO

import pytest

from brew.cli.plot import CHARTS

from .test_parse_log import LOG


@pytest.fixture
def logs(in_tmp_path):
    (in_tmp_path / "one.log").write_text(LOG)
    (in_tmp_path / "two.log").write_text(LOG.replace("loss = 0.", "loss = 1."))
    return in_tmp_path


def curves(path):
    lines = re.findall(r"<polyline points='([^']*)'", path.read_text())
    counts = [len(line.split()) for line in lines]
    return [count for count in counts if count > 2] or counts[:1]


@pytest.mark.parametrize(("number", "name"), list(enumerate(CHARTS)))
def test_a_number_is_as_good_as_a_name(brew, logs, number, name):
    assert brew("plot", number, "a.svg", "one.log") == (0, "", "")
    assert brew("plot", name, "b.svg", "one.log")[0] == 0
    assert (logs / "a.svg").read_text() == (logs / "b.svg").read_text()


def test_the_charts_have_the_numbers_of_caffe():
    assert CHARTS[0] == "test_accuracy_vs_iters"
    assert CHARTS[3] == "test_loss_vs_seconds"
    assert CHARTS[4] == "train_learning_rate_vs_iters"
    assert CHARTS[7] == "train_loss_vs_seconds"


def test_each_log_is_a_curve_with_its_name(brew, logs):
    assert brew("plot", 6, "a.svg", "one.log", "two.log")[0] == 0
    text = (logs / "a.svg").read_text()
    assert curves(logs / "a.svg") == [3, 3]
    assert ">one.log<" in text
    assert ">two.log<" in text
    assert ">Train loss<" in text
    assert ">iteration<" in text


def test_logs_of_one_name_are_told_apart_by_their_folders(brew, logs):
    (logs / "sub").mkdir()
    (logs / "sub" / "one.log").write_text(LOG)
    assert brew("plot", 7, "a.svg", "one.log", "sub/one.log")[0] == 0
    assert ">sub/one.log<" in (logs / "a.svg").read_text()


def test_over_seconds_the_axis_ends_with_the_training(brew, logs):
    for chart, last in (("train_loss_vs_seconds", 150), ("train_loss_vs_iters", 200)):
        assert brew("plot", chart, "a.svg", "one.log")[0] == 0
        ticks = re.findall(r">(\d+)</text>", (logs / "a.svg").read_text())
        assert max(map(int, ticks)) == last
    assert brew("plot", "test_loss_vs_seconds", "a.svg", "one.log")[0] == 0
    assert ">seconds<" in (logs / "a.svg").read_text()


def test_other_outputs_can_be_drawn_too(brew, logs):
    (logs / "it.log").write_text(LOG.replace("accuracy", "loss3/top-5"))
    assert brew("plot", "test_loss3/top-5_vs_iters", "a.svg", "it.log")[0] == 0
    assert ">Test loss3/top-5<" in (logs / "a.svg").read_text()


@pytest.mark.parametrize(("form", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_other_forms_are_written_by_matplotlib(brew, logs, form, start):
    pytest.importorskip("matplotlib")
    assert brew("plot", 6, f"a.{form}", "one.log") == (0, "", "")
    assert (logs / f"a.{form}").read_bytes().startswith(start)


def test_the_png_shows_the_curves_in_their_colours(brew, logs):
    pytest.importorskip("matplotlib")
    image = pytest.importorskip("PIL.Image")
    brew("plot", 6, "a.png", "one.log", "two.log")
    picture = image.open(BytesIO((logs / "a.png").read_bytes())).convert("RGB")
    assert picture.size == (960, 600)
    colours = {colour for _, colour in picture.getcolors(100000)}
    assert {(0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00), (255, 255, 255)} <= colours


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["8", "a.svg", "one.log"], 2, "there is no chart '8'"),
        (
            ["train_los_vs_iter", "a.svg", "one.log"],
            2,
            "Did you mean 'train_loss_vs_iters'",
        ),
        (
            ["test_acuracy_vs_iters", "a.svg", "one.log"],
            1,
            "one.log: the test net has no output 'acuracy'. Did you mean 'accuracy'?",
        ),
        (["train_accuracy_vs_iters", "a.svg", "one.log"], 1, "It has: loss"),
        (["6", "a", "one.log"], 2, "a: give it an ending"),
        (["6", "a.pgn", "one.log"], 1, "'pgn'. Did you mean 'png'?"),
        (["6", "a.svg"], 2, "required: LOG"),
        (["6", "a.svg", "no.log"], 1, "no.log: no such file"),
        (["6", "no/a.svg", "one.log"], 1, "no/a.svg: cannot be written"),
    ],
)
def test_bad_words_are_told_and_no_picture_is_made(brew, logs, words, code, problem):
    before = sorted(logs.iterdir())
    got, _, err = brew("plot", *words)
    assert (got, problem in err) == (code, True), err
    assert sorted(logs.iterdir()) == before
