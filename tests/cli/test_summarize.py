"""``summarize``: the table of a net, from the command line."""

import pytest

from brew import zoo

LENET = str(zoo.path("lenet") / "train_test.prototxt")


def test_a_net_is_shown_with_its_memory(brew):
    code, out, err = brew("summarize", LENET)
    assert (code, err) == (0, "")
    assert out.startswith("LeNet in phase TRAIN\n")
    assert " ".join(out.split()).count("conv2 Convolution 64 × 50 × 8 × 8") == 1
    assert "Training with SGD, both nets together: " in out


def test_phase_and_shapes_can_be_chosen(brew):
    flags = "--phase=TEST", "--shape", "data=7,1,28,28", "--shape", "label=7"
    code, out, _ = brew("summarize", LENET, *flags)
    assert (code, out.splitlines()[0]) == (0, "LeNet in phase TEST")
    assert "7 × 50 × 8 × 8" in out
    assert "both nets" not in out


def test_a_solver_tells_the_net_and_how_much_it_remembers(brew, in_tmp_path):
    solver = f'net: "{LENET}" base_lr: 0.01 lr_policy: "fixed" type: "{{}}"'
    history = []
    for kind in "SGD", "Adam":
        (in_tmp_path / "solver.prototxt").write_text(solver.format(kind))
        code, out, _ = brew("summarize", "--solver=solver.prototxt")
        assert code == 0
        assert f"Training with {kind}" in out
        (line,) = [x for x in out.splitlines() if x.startswith("history")]
        history.append(float(line.split()[4]))
    assert history[1] == pytest.approx(2 * history[0], rel=0.01)


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        ([], 2, "needs a net, or --solver=FILE"),
        ([LENET, "--solver=x"], 2, "needs a net, or --solver=FILE"),
        ([LENET, "--shape", "data"], 2, "write it as data=64,3,227,227"),
        ([LENET, "--shape", "data=1,²"], 2, "write it as data=64,3,227,227"),
        ([LENET, "--shape", "dta=1"], 1, "Did you mean 'data'"),
        (["no.prototxt"], 1, "no.prototxt: no such file"),
    ],
)
def test_bad_words_are_told(brew, words, code, problem):
    got, _, err = brew("summarize", *words)
    assert (got, problem in err) == (code, True), err
