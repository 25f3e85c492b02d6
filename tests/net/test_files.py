import numpy as np
import pytest

import brew
from brew.errors import FileError, NetError, ProtoError, WeightMismatch
from tests.net.helpers import build, data, ip

TEXT = 'name: "small" ' + data() + ip("a", "x") + ip("b", "a")


@pytest.fixture(params=["small.caffemodel", "small.caffemodel.h5"])
def stored(request, in_tmp_path):
    """A net and the file it was saved to."""
    if request.param.endswith("h5"):
        pytest.importorskip("h5py")
    net = build(TEXT, seed=1)
    (net.save_hdf5 if request.param.endswith("h5") else net.save)(request.param)
    return net, request.param


def test_parameters_come_back_from_a_file(stored):
    net, path = stored
    again = build(TEXT, weights=path, seed=2)
    for name in "ab":
        for mine, theirs in zip(again.params[name], net.params[name], strict=True):
            assert np.array_equal(mine.data, theirs.data)


def test_layers_are_matched_by_name(stored):
    net, path = stored
    other = build(data() + ip("new", "x") + ip("b", "new"), seed=2)
    before = other.params["new"][0].data.copy()
    other.copy_from(path)
    assert np.array_equal(other.params["new"][0].data, before)
    assert np.array_equal(other.params["b"][0].data, net.params["b"][0].data)


def test_a_mismatch_is_told_and_nothing_is_copied(stored):
    _, path = stored
    other = build(data() + ip("a", "x") + ip("b", "a", num_output=4), seed=2)
    before = other.params["a"][0].data.copy()
    with pytest.raises(
        WeightMismatch,
        match=r"'b' \(InnerProduct\): stored parameter 0 has .* needs \(4, 3\);",
    ):
        other.copy_from(path)
    assert np.array_equal(other.params["a"][0].data, before)


def test_a_wrong_number_of_parameters_is_told(stored):
    _, path = stored
    text = (data() + ip("a", "x")).replace(
        "num_output: 3", "num_output: 3 bias_term: 0"
    )
    with pytest.raises(WeightMismatch, match="2 parameters are stored, but .* has 1"):
        build(text.replace("bias_term: 0", "bias_term: false")).copy_from(path)


def test_a_damaged_file_is_told(stored):
    _, path = stored
    with open(path, "r+b") as file:
        file.truncate(200)
    with pytest.raises((FileError, ProtoError), match="small.caffemodel"):
        build(TEXT, weights=path)


def test_a_missing_file_is_told():
    with pytest.raises(FileError, match="nowhere.caffemodel: no such file"):
        build(TEXT, weights="nowhere.caffemodel")
    with pytest.raises(RuntimeError, match="nowhere.prototxt"):  # as in pycaffe
        brew.Net("nowhere.prototxt", brew.TEST)


def test_diffs_are_stored_on_wish(in_tmp_path):
    net = build(TEXT)
    net.params["a"][0].diff[...] = 3
    assert not net.to_proto().layer[1].blobs[0].diff
    assert set(net.to_proto(write_diff=True).layer[1].blobs[0].diff) == {3.0}


def test_the_old_form_of_the_constructor_works(in_tmp_path):
    net = build(TEXT, seed=1)
    net.save("w.caffemodel")
    (in_tmp_path / "net.prototxt").write_text(TEXT)
    again = brew.Net("net.prototxt", "w.caffemodel", brew.TEST)
    assert np.array_equal(again.params["a"][0].data, net.params["a"][0].data)


def test_legacy_shapes_match_after_leading_ones():
    net = build(TEXT)
    param = net.to_proto()
    blob = param.layer[1].blobs[1]
    blob.ClearField("shape")
    blob.num, blob.channels, blob.height, blob.width = 1, 1, 1, 3
    build(TEXT).copy_from(param)
    blob.num, blob.width = 3, 1
    with pytest.raises(WeightMismatch, match=r"\(3, 1, 1, 1\)"):
        build(TEXT).copy_from(param)


def test_share_with_uses_the_memory_of_the_other_net():
    one, two = build(TEXT, seed=1), build(TEXT, seed=2)
    two.share_with(one)
    one.params["a"][0].data[...] = 9
    assert (two.params["a"][0].data == 9).all()
    two.params["a"][0].diff[...] = 1
    assert not one.params["a"][0].diff.any()


def test_hdf5_refuses_two_layers_of_one_name(in_tmp_path):
    pytest.importorskip("h5py")
    net = build(data() + ip("a", "x", top="y") + ip("a", "y", top="z"))
    with pytest.raises(NetError, match="cannot hold two layers of one name"):
        net.save_hdf5("twice.h5")


def test_an_hdf5_file_may_hold_layer_names_with_slashes(in_tmp_path):
    pytest.importorskip("h5py")
    text = data() + ip("inception_3a/1x1", "x")
    build(text, seed=1).save_hdf5("slash.h5")
    again = build(text, weights="slash.h5", seed=2)
    before = build(text, seed=1)
    name = "inception_3a/1x1"
    assert np.array_equal(again.params[name][0].data, before.params[name][0].data)


def test_an_unwritable_place_is_told():
    with pytest.raises(FileError, match="cannot be written"):
        build(TEXT).save("no/such/folder/x.caffemodel")
