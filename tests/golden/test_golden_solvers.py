"""Every solver walks the path that the original Caffe walked."""

import h5py
import numpy
import pytest

import brew

from .golden_case import assert_close, cases_in, skip_unless_registered

pytestmark = pytest.mark.golden


@pytest.mark.parametrize("case", cases_in("solvers"))
def test_solver_takes_caffes_steps(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    solver = build(case, tmp_path)
    for blob, value in case.group("in").items():
        solver.net.blobs[blob].data[...] = value
    for layer, i, value in case.params("init"):
        solver.net.params[layer][i].data[...] = value
    rates, losses = case.array("lr"), case.array("loss")
    for k in range(case.meta["iters"]):
        assert_close(f"lr at {k}", numpy.float32(solver.lr), rates[k], 1e-5, 0)
        solver.step(1)
        case.compare(f"loss at {k}", solver.net.blobs["loss"].data, losses[k])
        for layer, i, want in case.params("after"):
            got = solver.net.params[layer][i].data
            case.compare(f"{layer}[{i}] after iteration {k + 1}", got, want[k])
    assert solver.iter == case.meta["iters"]


def build(case, folder):
    skip_unless_registered(case.text("net"))
    (folder / "net.prototxt").write_text(case.text("net"))
    (folder / "solver.prototxt").write_text(case.text("solver"))
    datasets = case.group("h5")
    if datasets:
        with h5py.File(folder / "data.h5", "w") as file:
            for name, values in datasets.items():
                file[name] = values
        (folder / "list.txt").write_text("data.h5\n")
    return brew.get_solver("solver.prototxt")
