"""Parameters go between nets and files as pycaffe's users know it."""

import numpy as np
import pytest

import brew as caffe

from .nets import NET


def weights(net):
    return np.concatenate([b.data.ravel() for bs in net.params.values() for b in bs])


@pytest.mark.parametrize("kind", ["caffemodel", "h5"])
def test_parameters_go_to_a_file_and_come_back(net, write, tmp_path, kind):
    path = str(tmp_path / f"net.{kind}")
    save, load = (
        ("save", "copy_from") if kind == "caffemodel" else ("save_hdf5", "load_hdf5")
    )
    getattr(net, save)(path)
    other = caffe.Net(write(NET), caffe.TRAIN, seed=5)
    assert not np.array_equal(weights(net), weights(other))
    getattr(other, load)(path)
    assert np.array_equal(weights(net), weights(other))
    third = caffe.Net(write(NET), caffe.TRAIN, weights=path, seed=6)
    assert np.array_equal(weights(net), weights(third))


def test_file_holds_no_diffs(net, tmp_path):
    net.forward()
    net.backward()
    net.save(str(tmp_path / "net.caffemodel"))
    param = caffe.proto.caffe_pb2.NetParameter()
    param.ParseFromString((tmp_path / "net.caffemodel").read_bytes())
    assert param.layer[1].blobs[0].data
    assert not param.layer[1].blobs[0].diff


def test_keywords_are_those_of_pycaffe(write):
    net = caffe.Net(
        network_file=write(NET), phase=caffe.TEST, level=0, stages=None, weights=None
    )
    assert net.layers[0].phase == caffe.TEST


@pytest.mark.parametrize("phase", [caffe.TRAIN, caffe.TEST])
def test_old_form_has_the_weights_second_and_warns(net, write, tmp_path, caplog, phase):
    path = str(tmp_path / "net.caffemodel")
    net.save(path)
    old = caffe.Net(write(NET), path, phase)
    assert np.array_equal(weights(net), weights(old))
    assert old.layers[0].phase == phase
    assert "DEPRECATION WARNING" in caplog.text


def test_oldest_form_has_no_phase(net, write, tmp_path):
    path = str(tmp_path / "net.caffemodel")
    net.save(path)
    oldest = caffe.Net(write(NET), path)
    assert np.array_equal(weights(net), weights(oldest))
    assert oldest.layers[0].phase == caffe.TEST


def test_missing_files_are_runtime_errors_with_their_names(net, write, tmp_path):
    for call in (
        lambda: caffe.Net("nothing.prototxt", caffe.TEST),
        lambda: caffe.Net(write(NET), caffe.TEST, weights="nothing.caffemodel"),
        lambda: net.copy_from("nothing.h5"),
        lambda: caffe.SGDSolver("nothing_solver.prototxt"),
    ):
        with pytest.raises(RuntimeError, match="nothing"):
            call()


def test_share_with_takes_the_other_nets_weights(net, write):
    other = caffe.Net(write(NET), caffe.TRAIN, seed=5)
    net.share_with(other)
    other.params["ip"][0].data[...] = 3
    assert (net.params["ip"][0].data == 3).all()


def test_net_copies_from_a_net_but_keeps_its_own_memory(net, write):
    other = caffe.Net(write(NET), caffe.TRAIN, seed=5)
    net.copy_from(other)
    assert np.array_equal(weights(net), weights(other))
    other.params["ip"][0].data[...] = 3
    assert not (net.params["ip"][0].data == 3).any()
