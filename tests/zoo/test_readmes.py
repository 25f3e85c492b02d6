"""What the readmes of the zoo tell you to type works."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from brew import get_solver, zoo

ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(0)


def run_python_of(model):
    (code,) = re.findall(r"```python\n(.*?)```", zoo.read_card(model).text, re.DOTALL)
    subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT)}, check=True
    )


@pytest.mark.parametrize("model", zoo.list_models())
def test_the_commands_name_files_that_are_there(model):
    text = zoo.read_card(model).text
    commands = re.findall(r"\$(?:model|\(python -m brew zoo path (\w+)\))/(\S+)", text)
    assert commands or re.search(rf"python -m brew zoo (get|retrain) {model}\b", text)
    for name, file in commands:
        assert list(zoo.path(name or model).glob(file))  # it may have a *


def test_logistic_regression_bends_its_cut_with_a_hidden_layer(in_tmp_path):
    pytest.importorskip("h5py")
    run_python_of("logreg")
    accuracies = []
    for name in "solver", "solver_nonlinear":
        solver = get_solver(zoo.path("logreg") / f"{name}.prototxt")
        solver.param.test_interval = 0
        solver.step(2000)
        accuracies.append(float(solver.test()["accuracy"]))
        solver.close()
    linear, nonlinear = accuracies
    assert 0.70 < linear < 0.78
    assert 0.88 < nonlinear < 0.95


@pytest.mark.parametrize("model", ["cifar10_quick", "cifar10_full"])
def test_cifar10_is_prepared_and_trains(in_tmp_path, model):
    pytest.importorskip("lmdb")
    for name in *(f"data_batch_{i}" for i in range(1, 6)), "test_batch":
        records = RNG.integers(0, 256, (4, 3073), dtype="uint8")
        records[:, 0] %= 10
        records.tofile(f"{name}.bin")
    run_python_of("cifar10_quick")
    solver = get_solver(zoo.path(model) / "solver.prototxt")
    solver.param.test_interval = 0
    solver.step(1)
    data = solver.net.blobs["data"].data
    assert data.shape == (100, 3, 32, 32)
    assert abs(data.mean()) < 1  # the mean image has been subtracted
    assert np.array_equal(data[:20], data[20:40])  # 20 images, again and again
    solver.close()
