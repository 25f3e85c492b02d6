"""What the tests of the command line share: a small experiment, ways to run it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from brew.cli import main
from brew.log import logger

ROOT = Path(__file__).parents[2]

# Ten random points of four features; the net learns to repeat the first two.
NET = """
name: "Repeat"
layer {
  name: "data" type: "DummyData" top: "data" top: "target"
  dummy_data_param {
    shape { dim: 10 dim: 4 } data_filler { type: "gaussian" }
    shape { dim: 10 dim: 2 } data_filler { type: "constant" value: 0.5 }
  }
}
layer {
  name: "drop" type: "Dropout" bottom: "data" top: "data"
  include { phase: TRAIN }
}
layer {
  name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } }
}
layer {
  name: "loss" type: "EuclideanLoss" bottom: "ip" bottom: "target" top: "loss"
}
"""
SOLVER = """
net: "net.prototxt"
test_iter: 3
test_interval: 20
base_lr: 0.01
momentum: 0.9
lr_policy: "inv"
gamma: 0.01
power: 0.5
max_iter: 50
display: 10
random_seed: 7
snapshot_prefix: "repeat"
"""


@pytest.fixture
def experiment(in_tmp_path):
    """Write net.prototxt and solver.prototxt into an empty current folder."""
    (in_tmp_path / "net.prototxt").write_text(NET)
    (in_tmp_path / "solver.prototxt").write_text(SOLVER)
    return in_tmp_path


@pytest.fixture
def brew(capsys):
    """Run a command in this process; give its exit code, stdout and stderr."""

    def run(*argv):
        code = main([str(word) for word in argv])
        return code, *capsys.readouterr()

    handlers, level, propagate = logger.handlers[:], logger.level, logger.propagate
    yield run
    logger.handlers[:], logger.propagate = handlers, propagate
    logger.setLevel(level)


@pytest.fixture
def brew_process(in_tmp_path):
    """Start a command in a process of its own, in the current folder."""
    processes = []

    def start(*argv, **options):
        process = subprocess.Popen(
            [sys.executable, "-m", "brew", *map(str, argv)],
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()
