"""Caffe's flags: one dash or two, a sign of equality or a blank."""

import pytest

from brew.cli._flags import UsageError, parse_flags, split_stages

DEFAULTS = {
    "gpu": "", "solver": "", "model": "", "phase": "", "level": 0, "stage": "",
    "snapshot": "", "weights": "", "iterations": 50,
    "sigint_effect": "stop", "sighup_effect": "snapshot",
}  # fmt: skip


def parse(*argv, needs=()):
    return parse_flags("train", "Train.", list(argv), uses=("solver",), needs=needs)


def test_every_flag_of_caffe_has_caffes_default():
    assert vars(parse()) == DEFAULTS


@pytest.mark.parametrize(
    "argv",
    [
        ["-solver=a.prototxt", "-gpu=0", "-level=-1"],
        ["--solver=a.prototxt", "--gpu=0", "--level=-1"],
        ["-solver", "a.prototxt", "-gpu", "0", "-level", "-1"],
        ["--solver", "a.prototxt", "--gpu", "0", "--level", "-1"],
    ],
)
def test_all_four_spellings_say_the_same(argv):
    assert vars(parse(*argv)) == DEFAULTS | {
        "solver": "a.prototxt",
        "gpu": "0",
        "level": -1,
    }


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["-slover=a"], "cannot make sense of '--slover=a'. Did you mean '--solver'?"),
        (["--wieghts", "a"], "cannot make sense of '--wieghts'. Did you mean '--weig"),
        (["--solv=a"], "cannot make sense of '--solv=a'. Did you mean '--solver'?"),
        (["-g", "0"], "cannot make sense of '-g'."),
        (["solver.prototxt"], "cannot make sense of 'solver.prototxt'."),
        (["--solver"], "argument --solver: expected one argument"),
        (["--gpu", "--solver=a"], "argument --gpu: expected one argument"),
        (["--iterations=many"], "argument --iterations: invalid int value: 'many'"),
        (["--iterations=0"], "--iterations must be at least 1, not 0"),
        (["--level=top"], "argument --level: invalid int value: 'top'"),
        (["--phase=TRIAN"], "argument --phase: invalid choice: 'TRIAN'"),
        (["--sigint_effect=halt"], "argument --sigint_effect: invalid choice"),
        (["--sighup_effect="], "argument --sighup_effect: invalid choice: ''"),
    ],
)
def test_a_bad_flag_is_named(argv, message):
    with pytest.raises(UsageError) as error:
        parse(*argv)
    text = str(error.value)
    assert text.startswith("train: ")
    assert message in text
    assert text.endswith("(help: python -m brew train --help)")


@pytest.mark.parametrize("argv", [[], ["--solver="], ["--model=net.prototxt"]])
def test_a_missing_flag_is_named(argv):
    with pytest.raises(UsageError, match="train: needs --solver=FILE"):
        parse(*argv, needs=("solver",))


def test_stages_are_separated_by_commas():
    assert split_stages("") == []
    assert split_stages("deploy") == ["deploy"]
    assert split_stages("a, b,,c ") == ["a", "b", "c"]
