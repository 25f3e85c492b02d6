"""Whole nets, their files and their snapshots agree with the original Caffe."""

from pathlib import Path

import pytest

import brew

from .golden_case import cases_in, skip_unless_registered

pytestmark = [
    pytest.mark.golden,
    pytest.mark.parametrize("files_folder", ["nets"], indirect=True),
    pytest.mark.usefixtures("files_folder"),
]

CASES = cases_in("nets")
NETS = [case for case in CASES if not case.id.startswith("resume")]
RESUMES = [case for case in CASES if case.id.startswith("resume")]


def build(case, weights=None):
    meta = case.meta
    skip_unless_registered(Path(meta["prototxt"]).read_text())
    return brew.Net(meta["prototxt"], meta["phase"], weights=weights)


def is_split(name):
    return "_split" in name


def compare_params(net, case):
    for layer, i, want in case.params("param"):
        assert (net.params[layer][i].data == want).all(), f"{layer}[{i}]"


@pytest.mark.parametrize("case", NETS)
def test_net_loads_every_form_of_its_weights(case):
    for weights in case.meta["weights"]:
        compare_params(build(case, weights), case)
        net = build(case)
        net.copy_from(weights)
        compare_params(net, case)


@pytest.mark.parametrize("case", NETS)
def test_net_computes_what_caffe_computes(case):
    net = build(case, case.meta["weights"][0])
    for blob, value in case.group("in").items():
        net.blobs[blob].reshape(*value.shape)
        net.blobs[blob].data[...] = value
    net.forward()
    for blob, want in case.group("data").items():
        case.compare(f"data of {blob}", net.blobs[blob].data, want)
    if not case.meta["backward"]:
        return
    net.backward()
    for blob, want in case.group("diff").items():
        case.compare(f"diff of {blob}", net.blobs[blob].diff, want)
    for layer, i, want in case.params("pdiff"):
        case.compare(f"diff of {layer}[{i}]", net.params[layer][i].diff, want)


@pytest.mark.parametrize("case", NETS)
def test_net_has_caffes_blobs_and_layers_in_caffes_order(case):
    net, meta = build(case), case.meta
    assert list(net.blobs) == meta["order"]
    assert list(net._layer_names) == meta["layers"]
    assert list(net.inputs) == meta["inputs"]
    assert list(net.outputs) == meta["outputs"]


@pytest.mark.parametrize("case", NETS)
def test_saved_weights_come_back(case):
    if not case.meta.get("resave", True):
        pytest.skip("Caffe itself upgrades this net when it saves")
    net = build(case, case.meta["weights"][0])
    net.save("saved.caffemodel")
    net.save_hdf5("saved.caffemodel.h5")
    for file in "saved.caffemodel", "saved.caffemodel.h5":
        compare_params(build(case, file), case)


@pytest.mark.parametrize(
    "case", [case for case in NETS if "reshape_to" in case.values[0].meta]
)
def test_net_follows_the_shapes_of_its_inputs(case):
    net = build(case, case.meta["weights"][0])
    for blob, shape in case.meta["reshape_to"].items():
        net.blobs[blob].reshape(*shape)
    net.reshape()
    for blob, value in case.group("rin").items():
        net.blobs[blob].data[...] = value
    net.forward()
    for blob, want in case.group("rdata").items():
        case.compare(f"data of {blob} after reshape", net.blobs[blob].data, want)


def start(case):
    skip_unless_registered(Path("resume_net.prototxt").read_text())
    solver = brew.get_solver(case.meta["solver"])
    for blob, value in case.group("in").items():
        solver.net.blobs[blob].data[...] = value
    return solver


def train(solver, case, until):
    while solver.iter < until:
        solver.step(1)
        compare_with_path(solver, case)


def compare_with_path(solver, case):
    for layer, i, want in case.params("after"):
        got = solver.net.params[layer][i].data
        what = f"{layer}[{i}] after iteration {solver.iter}"
        case.compare(what, got, want[solver.iter - 1])


@pytest.mark.parametrize("case", RESUMES)
def test_training_resumes_from_caffes_snapshot(case):
    solver = start(case)
    solver.restore(case.meta["state"])
    assert solver.iter == case.meta["at"]
    compare_with_path(solver, case)
    train(solver, case, case.meta["iters"])


@pytest.mark.parametrize("case", RESUMES)
def test_training_resumes_from_a_snapshot_of_ours(case, files_folder):
    meta = case.meta
    for file in files_folder.glob(f"{meta['prefix']}_iter_*"):
        file.unlink()
    solver = start(case)
    for layer, i, value in case.params("init"):
        solver.net.params[layer][i].data[...] = value
    train(solver, case, meta["at"])
    solver.snapshot()
    written = [file.name for file in files_folder.glob(f"{meta['prefix']}_iter_*")]
    assert sorted(written) == sorted(meta["files"])
    resumed = start(case)
    resumed.restore(meta["state"])
    assert resumed.iter == meta["at"]
    train(resumed, case, meta["iters"])
