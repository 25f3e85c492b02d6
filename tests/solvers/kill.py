"""Kill a training with -9 at random moments, resume it, and look what is lost.

python -m tests.solvers.kill --kills 50

A small LeNet trains on an LMDB and takes a snapshot every few iterations. Some kills
come while Python starts or the snapshot is read, most while the net trains or writes.
Each time the training starts again with ``--snapshot=auto``. At the end model and
state must be those of a training that nobody disturbed, byte by byte.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from brew.datasets import write_lmdb
from brew.net_hdf5 import read_hdf5
from brew.proto import caffe_pb2
from brew.proto.binary import read_message

ROOT = Path(__file__).parents[2]
STARTED = "Starting Optimization"
ITERS_PER_KILL, EVERY = 40, 3  # iterations to train, and between two snapshots

NET = """
name: "small lenet"
layer { name: "data" type: "Data" top: "data" top: "label"
  transform_param { scale: 0.00390625 mirror: true crop_size: 14 }
  data_param { source: "../images" batch_size: 12 backend: LMDB rand_skip: 30 } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 4 kernel_size: 5 weight_filler { type: "xavier" } } }
layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "relu1" type: "ReLU" bottom: "pool1" top: "pool1" }
layer { name: "drop1" type: "Dropout" bottom: "pool1" top: "pool1" }
layer { name: "ip1" type: "InnerProduct" bottom: "pool1" top: "ip1"
  inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip1" bottom: "label" }
"""
SOLVER = """
net: "net.prototxt" type: "AdamW" base_lr: 0.002 momentum: 0.9 weight_decay: 0.01
lr_policy: "cosine" warmup_iter: 20 max_iter: {iters} random_seed: 7
test_iter: 2 test_interval: 25 snapshot: {every} snapshot_prefix: "run"
snapshot_format: {form}
"""


@dataclass
class Report:
    """What the kills hit."""

    kills: int = 0
    before_training: int = 0
    half_written: int = 0  # a temporary file was left behind
    unsealed: int = 0  # a model was there without its state
    rounds: int = 0  # trainings that came to their end
    longest_start: float = 0.0


def prepare(folder, kills, form):
    """Write the images and two folders with the same experiment; return these."""
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (200, 1, 16, 16), "uint8")
    write_lmdb(folder / "images", images, rng.integers(0, 10, 200))
    places = folder / "undisturbed", folder / "disturbed"
    iters = ITERS_PER_KILL * min(kills, 20) + 1  # so that the last snapshot is extra
    for place in places:
        place.mkdir()
        (place / "net.prototxt").write_text(NET)
        text = SOLVER.format(iters=iters, every=EVERY, form=form)
        (place / "solver.prototxt").write_text(text)
    return places


def start(place):
    command = [sys.executable, "-m", "brew", "train", "--solver=solver.prototxt"]
    environment = os.environ | {"BREW_THREADS": "1", "PYTHONPATH": str(ROOT)}
    with open(place / "log", "wb") as log:
        return subprocess.Popen(
            [*command, "--snapshot=auto"], cwd=place, env=environment, stderr=log
        )


def wait_until_it_trains(process, place):
    while STARTED not in (place / "log").read_text() and process.poll() is None:
        time.sleep(0.005)


def train_to_the_end(place):
    """Return the seconds that the start and the training took."""
    began = time.perf_counter()
    process = start(place)
    wait_until_it_trains(process, place)
    started = time.perf_counter()
    if process.wait() != 0:
        raise AssertionError((place / "log").read_text())
    return started - began, time.perf_counter() - started


def disturb(place, kills, seed, seconds):
    """Kill and resume; return how often the kills hit what."""
    rng, report, seen = random.Random(seed), Report(), set()
    startup, training = seconds
    while report.kills < kills:
        process, began = start(place), time.perf_counter()
        if rng.random() < 0.2:
            time.sleep(rng.uniform(0, startup))
        else:
            wait_until_it_trains(process, place)
            report.longest_start = max(
                report.longest_start, time.perf_counter() - began
            )
            time.sleep(rng.uniform(0, training / min(kills, 20)))
        process.kill()
        if process.wait() == 0:  # it came to its end: once more, from the beginning
            check_end(place)
            report.rounds += 1
            forget(place, seen)
            continue
        report.kills += 1
        report.before_training += STARTED not in (place / "log").read_text()
        inspect(place, seen, report)
    train_to_the_end(place)
    check_end(place)
    report.rounds += 1
    return report


def inspect(place, seen, report):
    """Raise AssertionError if a snapshot is lost or half written."""
    names = {path.name for path in place.iterdir()}
    report.half_written += any(name.endswith(".tmp") for name in names)
    models = {
        name for name in names if name.startswith("run") and ".caffemodel" in name
    }
    states = {name for name in names if name.startswith("run") and ".solverst" in name}
    report.unsealed += len(models) > len(states)
    assert seen <= states, f"lost: {seen - states}"
    for state in states - seen:
        model = state.replace("solverstate", "caffemodel")
        assert model in models, f"{state} has no model"
        for name, kind in (model, "NetParameter"), (state, "SolverState"):
            if name.endswith(".h5"):
                with read_hdf5(place / name) as file:
                    assert file.keys()
            else:
                read_message(place / name, getattr(caffe_pb2, kind)())
    seen |= states


def forget(place, seen):
    for path in place.glob("run*"):
        path.unlink()
    seen.clear()


def check_end(place):
    """Raise AssertionError unless both trainings ended with the same bytes."""
    for path in sorted((place.parent / "undisturbed").glob("run*")):
        assert (place / path.name).read_bytes() == path.read_bytes(), path.name
    left = [path.name for path in place.glob(".*")]
    assert not left, f"left behind: {left}"


def run(folder, kills, seed=1, form="BINARYPROTO"):
    """Return the Report of a training that was killed `kills` times."""
    undisturbed, disturbed = prepare(Path(folder), kills, form)
    return disturb(disturbed, kills, seed, train_to_the_end(undisturbed))


def main():
    parser = argparse.ArgumentParser(description="Kill a training, and resume it.")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--format", default="BINARYPROTO", choices=["BINARYPROTO", "HDF5"]
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        report = run(folder, args.kills, args.seed, args.format)
    print(f"{report}\n{time.perf_counter() - began:.0f} s; nothing was lost")


if __name__ == "__main__":
    main()
