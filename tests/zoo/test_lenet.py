"""LeNet learns real digits by one command, from any folder."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from brew import Net, get_solver, zoo
from brew.layer import TEST

pytest.importorskip("lmdb")
ROOT = Path(__file__).parents[2]
SOLVER = zoo.path("lenet") / "solver.prototxt"
OTHER_SOLVERS = sorted({f.name for f in SOLVER.parent.glob("*solver*")} - {SOLVER.name})


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BREW_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def solver_file(in_tmp_path):
    """Return a function that copies LeNet's solver with another ending."""

    def write(**changes):
        text = SOLVER.read_text().replace('"train_test', f'"{SOLVER.parent}/train_test')
        for field, value in changes.items():
            text = re.sub(rf"^{field}: .*\n", "", text, flags=re.MULTILINE)
            text += f"{field}: {value}\n"
        (in_tmp_path / "solver.prototxt").write_text(text)
        return "solver.prototxt"

    return write


def start(*argv):
    return subprocess.Popen(
        [sys.executable, "-m", "brew", *map(str, argv)],
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*argv):
    process = start(*argv)
    _, err = process.communicate()
    assert process.returncode == 0, err
    return err


def remove_snapshots(folder):
    for path in folder.glob("lenet_iter_*"):
        path.unlink()


def accuracies(log):
    return [float(x) for x in re.findall(r"Test net output #0: accuracy = (\S+)", log)]


def test_the_digits_are_prepared_at_first_use_only(in_tmp_path, solver_file):
    solver = solver_file(max_iter=1)
    log = run("train", f"--solver={solver}")
    for split in "train", "test":
        database = in_tmp_path / "cache" / f"mnist10k_{split}_lmdb"
        assert (database / "data.mdb").is_file()
        assert f"Making {database}" in log
    assert not list(in_tmp_path.glob("*_lmdb"))
    assert "Making" not in run("train", f"--solver={solver}")


def test_a_database_in_the_current_folder_comes_first(in_tmp_path, solver_file):
    solver = solver_file(max_iter=1)
    run("train", f"--solver={solver}")
    for split in "train", "test":
        name = f"mnist10k_{split}_lmdb"
        os.rename(in_tmp_path / "cache" / name, in_tmp_path / name)
    assert "Making" not in run("train", f"--solver={solver}")


def test_lenet_learns_quickly_in_a_notebook_too(in_tmp_path):
    solver = get_solver(SOLVER)
    solver.param.test_interval, solver.param.test_iter[0] = 0, 5
    before = float(solver.test()["accuracy"])
    solver.step(60)
    after = float(solver.test()["accuracy"])
    solver.close()
    assert before < 0.3
    assert after > 0.75


@pytest.mark.slow
def test_lenet_reads_965_of_1000_digits_after_1000_iterations(in_tmp_path, solver_file):
    log = run("train", f"--solver={solver_file(max_iter=1000)}")
    assert accuracies(log)[-1] >= 0.965
    weights = "lenet_iter_1000.caffemodel"
    log = run("test", f"--model={SOLVER.parent}/train_test.prototxt",
              f"--weights={weights}", "--iterations=20")  # fmt: skip
    assert float(re.search(r"\] accuracy = (\S+)", log)[1]) >= 0.965
    deployed = Net(SOLVER.parent / "deploy.prototxt", TEST, weights=weights)
    tested = Net(SOLVER.parent / "train_test.prototxt", TEST, weights=weights)
    tested.forward()
    deployed.blobs["data"].reshape(100, 1, 28, 28)
    prob = deployed.forward(data=tested.blobs["data"].data)["prob"]
    right = prob.argmax(1) == tested.blobs["label"].data
    assert right.mean() == pytest.approx(float(tested.blobs["accuracy"].data))
    tested.close()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for a child")
def test_interrupted_and_resumed_lenet_ends_with_the_same_bits(
    in_tmp_path, solver_file
):
    solver = solver_file(random_seed=1701, max_iter=100, display=20, test_interval=1000)
    run("train", f"--solver={solver}")
    model = in_tmp_path / "lenet_iter_100.caffemodel"
    uninterrupted = model.read_bytes()
    remove_snapshots(in_tmp_path)
    with start("train", f"--solver={solver}") as process:
        for line in process.stderr:
            if "Iteration 40 (" in line:
                process.send_signal(signal.SIGINT)
    assert process.returncode == 0
    (state,) = in_tmp_path.glob("*.solverstate")
    assert state.name != "lenet_iter_100.solverstate"
    run("train", f"--solver={solver}", f"--snapshot={state.name}")
    assert model.read_bytes() == uninterrupted


@pytest.mark.parametrize("name", OTHER_SOLVERS)
def test_every_other_solver_of_lenet_trains(in_tmp_path, name):
    solver = get_solver(SOLVER.with_name(name))
    solver.param.test_interval = 0
    losses = list(solver.steps(40))
    solver.close()
    assert len(losses) == 40
    assert sum(losses[-5:]) < sum(losses[:5])
