"""Whole nets, their files and their snapshots agree with the original Caffe."""

from pathlib import Path

import pytest

import brew

from .golden_case import cases_in, skip_unless_registered

pytestmark = pytest.mark.golden


def of_kind(kind, holds=lambda meta: True):
    """Return the decorator that runs a test for each case, beside the case's files."""
    found = [
        pytest.param(folder, *case.values, id=case.id)
        for folder in ("nets", "formats")
        for case in cases_in(folder)
        if case.values[0].meta["kind"] == kind and holds(case.values[0].meta)
    ]
    names = ("files_folder", "case")
    return pytest.mark.parametrize(names, found, indirect=["files_folder"])


def build(case, weights=None):
    meta = case.meta
    skip_unless_registered(Path(meta["prototxt"]).read_text())
    return brew.Net(meta["prototxt"], meta["phase"], weights=weights)


def is_split(name):
    return "_split" in name


def compare_params(net, case):
    for layer, i, want in case.params("param"):
        assert (net.params[layer][i].data == want).all(), f"{layer}[{i}]"


@of_kind("net")
def test_net_loads_every_form_of_its_weights(case, files_folder):
    for weights in case.meta["weights"]:
        compare_params(build(case, weights), case)
        net = build(case)
        net.copy_from(weights)
        compare_params(net, case)


@of_kind("net")
def test_net_computes_what_caffe_computes(case, files_folder):
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


@of_kind("net")
def test_net_has_caffes_blobs_and_layers_in_caffes_order(case, files_folder):
    net, meta = build(case), case.meta
    assert list(net.blobs) == meta["order"]
    assert list(net._layer_names) == meta["layers"]
    assert list(net.inputs) == meta["inputs"]
    assert list(net.outputs) == meta["outputs"]


@of_kind("net", lambda meta: meta.get("resave", True))
def test_saved_weights_come_back(case, files_folder):
    net = build(case, case.meta["weights"][0])
    net.save("saved.caffemodel")
    net.save_hdf5("saved.caffemodel.h5")
    for file in "saved.caffemodel", "saved.caffemodel.h5":
        compare_params(build(case, file), case)


@of_kind("net", lambda meta: "reshape_to" in meta)
def test_net_follows_the_shapes_of_its_inputs(case, files_folder):
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


@of_kind("resume")
def test_training_resumes_from_caffes_snapshot(case, files_folder):
    solver = start(case)
    solver.restore(case.meta["state"])
    assert solver.iter == case.meta["at"]
    compare_with_path(solver, case)
    train(solver, case, case.meta["iters"])


@of_kind("resume")
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
