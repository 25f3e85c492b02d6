"""``python -m brew train``: from a solver file to a trained net."""

from pathlib import Path

import pytest

from brew.cli import train as command
from brew.cli._flags import parse_flags
from brew.proto import caffe_pb2
from brew.proto.binary import read_message
from brew.proto.text import read_prototxt


def messages(log):
    """Return the text of each log line, without its prefix."""
    return [line.partition("] ")[2] for line in log.splitlines() if "] " in line]


def weights(path):
    net = read_message(path, caffe_pb2.NetParameter())
    return {layer.name: layer.blobs[0].data[:] for layer in net.layer if layer.blobs}


def test_training_writes_model_and_state(brew, experiment):
    code, out, _ = brew("train", "--solver=solver.prototxt")
    assert (code, out) == (0, "")
    state = read_message("repeat_iter_50.solverstate", caffe_pb2.SolverState())
    assert state.iter == 50
    assert state.learned_net == "repeat_iter_50.caffemodel"
    assert (experiment / state.learned_net).is_file()


def test_the_log_has_caffes_lines_in_caffes_order(brew, experiment):
    _, _, err = brew("train", "--solver=solver.prototxt")
    lines = iter(messages(err))
    for wanted in (
        "Use CPU.",
        "Starting Optimization",
        "Solving Repeat",
        "Learning Rate Policy: inv",
        "Iteration 0, Testing net (#0)",
        "    Test net output #0: loss = ",
        "Iteration 0 (0 iter/s, ",
        "    Train net output #0: loss = ",
        "Iteration 0, lr = 0.01",
        "Iteration 10 (",
        "Iteration 20, Testing net (#0)",
        "Snapshotting to binary proto file repeat_iter_50.caffemodel",
        "Snapshotting solver state to binary proto file repeat_iter_50.solverstate",
        "Iteration 50, loss = ",
        "Optimization Done.",
        "Optimization Done.",
    ):
        assert any(line.startswith(wanted) for line in lines), wanted


def test_the_net_learns(brew, experiment):
    _, _, err = brew("train", "--solver=solver.prototxt")
    losses = [
        float(line.rpartition(" = ")[2].split()[0])
        for line in messages(err)
        if line.startswith("    Test net output #0: loss = ")
    ]
    assert losses[-1] < losses[0] / 2


def test_two_runs_with_the_same_seed_give_the_same_bytes(brew, experiment):
    model = experiment / "repeat_iter_50.caffemodel"
    brew("train", "--solver=solver.prototxt")
    first = model.read_bytes()
    model.unlink()
    brew("train", "--solver=solver.prototxt")
    assert model.read_bytes() == first


def test_the_net_is_found_beside_the_solver(brew, experiment, monkeypatch, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    code, _, _ = brew("train", f"--solver={experiment}/solver.prototxt")
    assert code == 0
    assert (elsewhere / "repeat_iter_50.caffemodel").is_file()


def test_training_goes_on_from_a_snapshot_with_the_same_bits(brew, experiment):
    brew("train", "--solver=solver.prototxt")
    uninterrupted = (experiment / "repeat_iter_50.caffemodel").read_bytes()
    change_solver(experiment, "max_iter: 50", "max_iter: 50 snapshot: 30")
    brew("train", "--solver=solver.prototxt")
    (experiment / "repeat_iter_50.caffemodel").unlink()
    code, _, err = brew(
        "train", "--solver=solver.prototxt", "--snapshot=repeat_iter_30.solverstate"
    )
    assert code == 0
    assert "Resuming from repeat_iter_30.solverstate" in messages(err)
    assert not any(line.startswith("Iteration 20") for line in messages(err))
    assert (experiment / "repeat_iter_50.caffemodel").read_bytes() == uninterrupted


def test_training_starts_from_given_weights(brew, experiment):
    brew("train", "--solver=solver.prototxt")
    trained = weights("repeat_iter_50.caffemodel")
    change_solver(experiment, "max_iter: 50", "max_iter: 0")
    brew("train", "--solver=solver.prototxt", "--weights=repeat_iter_50.caffemodel")
    assert weights("repeat_iter_0.caffemodel") == trained


def test_several_weights_are_copied_in_order(brew, experiment):
    change_solver(experiment, "max_iter: 50", "max_iter: 0")
    for number in 1, 2, 3:
        change_solver(experiment, "random_seed: ", f"random_seed: {number}")
        brew("train", "--solver=solver.prototxt")
        (experiment / "repeat_iter_0.caffemodel").rename(f"{number}.caffemodel")
    brew("train", "--solver=solver.prototxt", "--weights=1.caffemodel, 2.caffemodel")
    last = weights("repeat_iter_0.caffemodel")
    assert last == weights("2.caffemodel")
    assert last != weights("1.caffemodel") != weights("3.caffemodel")


def test_level_and_stages_choose_layers_of_the_train_net(brew, experiment):
    with (experiment / "net.prototxt").open("a") as net:
        for rule, name in ('stage: "deep"', "a"), ("min_level: 2", "b"):
            print(
                f'layer {{ name: "{name}" type: "InnerProduct" bottom: "ip" '
                f'top: "{name}" inner_product_param {{ num_output: 1 }} '
                f"include {{ phase: TRAIN {rule} }} }}",
                file=net,
            )
    change_solver(experiment, "test_iter: 3", "")
    change_solver(experiment, "test_interval: 20", "")
    for flags, names in (
        ([], ["ip"]),
        (["-stage=wide"], ["ip"]),
        (["-stage", "wide,deep"], ["a", "ip"]),
        (["-level=2"], ["b", "ip"]),
        (["-level=3", "-stage=deep"], ["a", "b", "ip"]),
    ):
        assert brew("train", "--solver=solver.prototxt", *flags)[0] == 0
        assert sorted(weights("repeat_iter_50.caffemodel")) == names


def test_a_snapshot_drops_the_weights_of_the_solver_file(experiment):
    change_solver(experiment, "base_lr", 'weights: "old.caffemodel" base_lr')
    assert list(read().weights) == ["old.caffemodel"]
    assert list(read("--weights=a,b").weights) == ["a,b"]
    assert list(read("--snapshot=c").weights) == []


def read(*flags):
    argv = ["--solver=solver.prototxt", *flags]
    return command.read_solver(parse_flags("train", "", argv, ("solver",)))


def change_solver(folder, old, new):
    path = folder / "solver.prototxt"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        ([], 2, "train: needs --solver=FILE"),
        (["--model=net.prototxt"], 2, "train: needs --solver=FILE"),
        (["--solver=s", "--snapshot=a", "--weights=b"], 2, "not both"),
        (["--solver=sovler.prototxt"], 1, "sovler.prototxt: no such file (looked in "),
        (["--solver=net.prototxt"], 1, "net.prototxt:2:1: "),
        (["--solver=solver.prototxt", "--gpu=x"], 2, "--gpu=x: needs device numbers"),
        (["--solver=solver.prototxt", "--gpu=-1"], 2, "--gpu=-1: needs device numbers"),
        (["--solver=solver.prototxt", "--snapshot=no"], 1, "no: no such file"),
        (["--solver=solver.prototxt", "--snapshot=net.prototxt"], 1, "net.prototxt: "),
        (["--solver=solver.prototxt", "--weights=no"], 1, "no: no such file"),
        (["--solver=solver.prototxt", "--weights=net.prototxt"], 1, "net.prototxt: "),
        (["--solver=solver.prototxt", "--sigint_effect=x"], 2, "invalid choice: 'x'"),
    ],
)
def test_a_bad_argument_is_answered_in_one_line(brew, experiment, argv, code, message):
    got, out, err = brew("train", *argv)
    assert (got, out) == (code, "")
    assert err.count("brew: error:") == 1
    assert message in err.partition("brew: error:")[2]
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('net: "net.prototxt"', 'net: "nett.prototxt"', "nett.prototxt: no such file"),
        ('net: "net.prototxt"', "", "exactly one train net"),
        ("base_lr: 0.01", "base_rl: 0.01", "base_lr"),
        ('lr_policy: "inv"', 'lr_policy: "vin"', "inv"),
        ("max_iter: 50", 'type: "Adma"', "Did you mean 'Adam'?"),
        ('"repeat"', '"nowhere/repeat"', "nowhere"),
        ("test_interval: 20", "", "test_interval"),
    ],
)
def test_a_bad_solver_is_answered_in_one_line(brew, experiment, old, new, message):
    change_solver(experiment, old, new)
    code, _, err = brew("train", "--solver=solver.prototxt")
    assert code == 1
    assert message in err.partition("brew: error:")[2]
    assert "Traceback" not in err


def test_a_file_is_left_as_it_was_by_the_flags(experiment):
    before = (experiment / "solver.prototxt").read_text()
    read("--stage=a", "--level=2")
    assert (experiment / "solver.prototxt").read_text() == before
    param = read_prototxt("solver.prototxt", caffe_pb2.SolverParameter())
    assert not param.HasField("train_state")


def test_auto_starts_anew_and_then_goes_on_from_the_newest_snapshot(brew, experiment):
    _, _, err = brew("train", "--solver=solver.prototxt", "--snapshot=auto")
    assert "There is no snapshot repeat_iter_* yet: starting anew" in messages(err)
    first = weights("repeat_iter_50.caffemodel")
    _, _, err = brew("train", "--solver=solver.prototxt", "--snapshot=auto")
    assert "Resuming from repeat_iter_50.solverstate" in messages(err)
    assert weights("repeat_iter_50.caffemodel") == first


def test_auto_may_stand_beside_weights_which_are_for_the_first_start(brew, experiment):
    brew("train", "--solver=solver.prototxt")
    Path("repeat_iter_50.caffemodel").rename("other.caffemodel")
    line = "train", "--solver=solver.prototxt", "--weights=other.caffemodel"
    _, _, err = brew(*line, "--snapshot=auto")
    assert "starting anew" in err
    code, _, err = brew(*line, "--snapshot=auto")
    assert (code, "Resuming from repeat_iter_50" in err) == (0, True)
