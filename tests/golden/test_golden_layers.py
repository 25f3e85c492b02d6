"""Every layer computes what the original Caffe computed."""

import json

import h5py
import numpy
import pytest

import brew
from brew.errors import BrewError

from .golden_case import FOLDER, cases_in, skip_unless_registered

pytestmark = [pytest.mark.golden, pytest.mark.usefixtures("layer_folder")]

REJECTS = json.loads((FOLDER / "layers" / "rejects.json").read_text())


@pytest.mark.parametrize("case", cases_in("layers"))
def test_layer_computes_what_caffe_computes(case, tmp_path):
    net = build(case.text("prototxt"), case.meta["phase"], tmp_path)
    set_params(net, case)
    for k in range(case.meta["nfwd"]):
        run_forward(net, case, k)
    run_backward(net, case)
    for layer, i, want in case.params("param_after"):
        got = net.params[layer][i].data
        case.compare(f"{layer}[{i}] after the passes", got, want)
    if case.meta["kind"] == "hdf5output":
        net.close()
        compare_written_file(case)


def build(prototxt, phase, folder):
    skip_unless_registered(prototxt)
    path = folder / "net.prototxt"
    path.write_text(prototxt)
    return brew.Net(str(path), phase)


def set_params(net, case):
    if case.meta["check_init"]:
        for layer, i, want in case.params("init"):
            case.compare(f"filled {layer}[{i}]", net.params[layer][i].data, want)
    for layer, i, value in case.params("param"):
        net.params[layer][i].data[...] = value
    if case.meta["kind"] == "memorydata":
        arrays = case.group("extra")
        net.set_input_arrays(arrays["data"], arrays["label"])


def run_forward(net, case, k):
    for blob, value in case.group(f"in{k}").items():
        net.blobs[blob].reshape(*value.shape)
        net.blobs[blob].data[...] = value
    net.forward()
    for blob, want in case.group(f"out{k}").items():
        case.compare(f"forward pass {k}, {blob}", net.blobs[blob].data, want)


def run_backward(net, case):
    bottom_diffs, param_diffs = case.group("bdiff"), list(case.params("pdiff"))
    if not bottom_diffs and not param_diffs:
        return
    for blob, value in case.group("topdiff").items():
        net.blobs[blob].diff[...] = value
    for blob, want in case.group("topdiff_default").items():
        case.compare(f"loss weight of {blob}", net.blobs[blob].diff, want)
    net.backward()
    for blob, want in bottom_diffs.items():
        case.compare(f"diff of {blob}", net.blobs[blob].diff, want)
    for layer, i, want in param_diffs:
        case.compare(f"diff of {layer}[{i}]", net.params[layer][i].diff, want)


def compare_written_file(case):
    wanted = case.group("h5")
    with h5py.File(case.meta["file"]) as file:
        assert sorted(file) == sorted(wanted)
        for name, want in wanted.items():
            case.compare(f"dataset {name}", numpy.asarray(file[name]), want)


@pytest.mark.parametrize("name", REJECTS)
def test_what_caffe_refuses_is_refused_with_an_error_of_ours(name, tmp_path):
    case = REJECTS[name]
    with pytest.raises(BrewError, match="layer 'L'"):
        run_whole(build(case["prototxt"], case["phase"], tmp_path))


def run_whole(net):
    net.forward()
    net.backward()
