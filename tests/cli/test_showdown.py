"""``showdown``: a race of solvers, and the table at its end."""

import signal

import pytest

from brew import zoo
from brew.solvers import SOLVERS

from .conftest import SOLVER

ADAM = SOLVER + 'type: "Adam" weight_decay: 0.1\n'


@pytest.fixture
def solvers(experiment):
    (experiment / "adam.prototxt").write_text(ADAM)
    (experiment / "slow.prototxt").write_text(SOLVER.replace("0.01", "0.0001"))
    return "solver.prototxt", "adam.prototxt"


def rows(table):
    lines = [line.split() for line in table.splitlines()]
    assert " ".join(lines[0]) == "solver base_lr iteration train loss test loss"
    return {name: [float(number) for number in rest] for name, *rest in lines[1:]}


def test_the_table_tells_what_each_solver_has_reached(brew, solvers, experiment):
    code, out, err = brew("showdown", *solvers)
    table = rows(out)
    assert (code, err) == (0, "")
    assert set(table) == {"SGD", "Adam"}
    assert [numbers[1] for numbers in table.values()] == [50, 50]  # max_iter
    assert table["SGD"][3] < 0.5
    assert not list(experiment.glob("*.caffemodel"))


def test_iterations_make_it_short(brew, solvers):
    _, out, _ = brew("showdown", *solvers, "--iterations=3")
    assert [numbers[1] for numbers in rows(out).values()] == [3, 3]


def test_snapshots_and_logs_are_left_out(brew, solvers, experiment):
    for name in solvers:
        with (experiment / name).open("a") as file:
            file.write("snapshot: 2\n")
    code, _, err = brew("showdown", *solvers, "--iterations=4")
    assert (code, err) == (0, "")
    assert not list(experiment.glob("repeat*"))


def test_solvers_of_one_type_go_by_their_files(brew, solvers, experiment):
    _, out, _ = brew("showdown", "solver.prototxt", "slow.prototxt", "--iterations=5")
    assert set(rows(out)) == {"solver", "slow"}
    (experiment / "sub").mkdir()
    for name in "net.prototxt", "solver.prototxt":
        (experiment / "sub" / name).write_text((experiment / name).read_text())
    both = "solver.prototxt", "sub/solver.prototxt"
    _, out, _ = brew("showdown", *both, "--iterations=5")
    assert set(rows(out)) == set(both)


@pytest.mark.skipif(not hasattr(signal, "raise_signal"), reason="cannot interrupt")
def test_an_interrupt_ends_the_race_and_shows_the_table(brew, solvers, monkeypatch):
    def interrupt(race, last_iter):
        for i, step in enumerate(original(race, last_iter)):
            if i == 20:
                signal.raise_signal(signal.SIGINT)
            yield step

    from brew.views.showdown import Race

    original = Race.until
    monkeypatch.setattr(Race, "until", interrupt)
    code, out, err = brew("showdown", *solvers, "--iterations=1000")
    assert code == 130
    assert "interrupted" in err
    head, *body = out.splitlines()
    assert head.split() == ["solver", "base_lr", "iteration", "train", "loss"]
    assert len(body) == 2


WRONG = [
    ([], 2, "SOLVER"),
    (["solver.prototxt", "--iterations=0"], 2, "--iterations must be at least 1"),
    (["solver.prototxt", "solver.prototxt"], 2, "the same solver is given twice"),
    (["none.prototxt"], 1, "none.prototxt"),
]


@pytest.mark.parametrize(("words", "code", "message"), WRONG)
def test_mistakes_are_told(brew, solvers, words, code, message):
    got, _, err = brew("showdown", *words)
    assert got == code
    assert message in err


def test_the_solvers_of_the_autoencoder_race(brew, in_tmp_path, monkeypatch):
    pytest.importorskip("lmdb")
    monkeypatch.setenv("BREW_DATA", str(in_tmp_path))
    files = sorted(zoo.path("mnist_autoencoder").glob("solver*.prototxt"))
    params = in_tmp_path / "short"
    params.mkdir()
    net = zoo.path("mnist_autoencoder") / "train_test.prototxt"
    (params / net.name).write_text(net.read_text().replace("1000", "100"))
    for file in files:
        text = file.read_text()
        text = text.replace("test_iter: 80", "test_iter: 1")
        (params / file.name).write_text(text.replace("test_iter: 20", "test_iter: 1"))
    words = [params / file.name for file in files]
    code, out, _ = brew("showdown", *words, "--iterations=3")
    assert code == 0
    head, *body = out.splitlines()
    assert head.count("cross_entropy_loss") == head.count("l2_error") == 2
    names = {line.split()[0] for line in body}
    assert names == set(SOLVERS)
