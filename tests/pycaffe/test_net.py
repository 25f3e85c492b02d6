"""Net and Blob do what a script written for pycaffe expects of them."""

import gc
from collections import OrderedDict

import numpy as np
import pytest

import brew as caffe
from brew.errors import BrewError, NetError

from .nets import CHAIN


def test_parts_are_found_by_name_in_order(net):
    for names in net.blobs, net.params, net.layer_dict, net.blob_loss_weights:
        assert isinstance(names, OrderedDict)
    assert list(net.blobs) == ["data", "label", "conv", "ip_top", "loss"]
    assert list(net.params) == ["conv", "ip"]
    assert list(net.layer_dict) == net._layer_names == ["data", "conv", "ip", "loss"]
    assert net.layer_dict["conv"] is net.layers[1]
    assert net.layers[1].type == "Convolution"
    assert list(net.blob_loss_weights.values()) == net._blob_loss_weights
    assert net._blob_loss_weights == [0, 0, 0, 0, 1]


def test_dictionaries_are_made_once(net):
    assert net.blobs is net.blobs
    assert net.params is net.params


def test_tops_and_bottoms_are_those_of_the_file(net):
    assert net.top_names["data"] == ["data", "label"]
    assert net.bottom_names["loss"] == ["ip_top", "label"]
    assert list(net.top_names) == list(net.layer_dict)
    assert (net._top_ids(0), net._bottom_ids(3)) == ([0, 1], [3, 1])


def test_net_of_dummy_data_has_no_inputs(net):
    assert (net.inputs, net.outputs) == ([], ["loss"])
    assert (net._inputs, net._outputs) == ([], [4])


def test_inputs_are_the_tops_of_input_layers_and_outputs_are_sorted(chain):
    assert (chain.inputs, chain._inputs) == (["x", "z"], [0, 1])
    assert chain.outputs == ["y"]
    assert [chain._blob_names[i] for i in chain._outputs] == ["y"]


def test_splits_are_among_blobs_and_layers(write):
    two = CHAIN + 'layer { name: "b" type: "TanH" bottom: "ip" top: "b" }'
    net = caffe.Net(write(two), caffe.TEST)
    assert any("split" in name for name in net.blobs)
    assert "Split" in [layer.type for layer in net.layers]
    assert net.outputs == ["b", "y"]


def test_forward_and_backward_run_whole(net):
    assert list(net.forward()) == ["loss"]
    assert net.backward() == {}
    assert net.params["conv"][0].diff.any()


def test_forward_between_layers_returns_the_tops_of_the_last(net):
    net.forward()
    ran = []
    net.before_forward(ran.append)
    out = net.forward(start="ip", end="ip", blobs=["conv"])
    assert ran == [2]
    assert list(out) == ["ip_top", "conv"]
    assert out["ip_top"] is net.blobs["ip_top"].data


def test_backward_between_layers_returns_the_bottoms_of_the_last(net):
    net.forward()
    net.backward()
    ran = []
    net.before_backward(ran.append)
    out = net.backward(start="ip", end="ip", diffs=["ip_top"])
    assert ran == [2]
    assert list(out) == ["conv", "ip_top"]
    assert out["conv"] is net.blobs["conv"].diff


@pytest.mark.parametrize("call", ["forward", "backward"])
@pytest.mark.parametrize("place", ["start", "end"])
def test_unknown_layer_is_a_value_error(net, call, place):
    with pytest.raises(ValueError, match="no layer 'ipp'. Did you mean 'ip'"):
        getattr(net, call)(**{place: "ipp"})


def test_returned_arrays_are_views_and_inputs_are_copies(chain):
    x = np.ones((2, 3))
    y = chain.forward(x=x, z=2 * x)["y"]
    before = y.copy()
    x[...] = 7
    assert np.array_equal(chain.forward()["y"], before)
    chain.forward(x=x, z=x)
    assert not np.array_equal(y, before)


@pytest.mark.parametrize("names", ["x", "xyz", "xw"])
def test_either_all_inputs_are_given_or_none(chain, names):
    with pytest.raises(NetError, match=r"inputs \['x', 'z'\], but arrays came for"):
        chain.forward(**dict.fromkeys(names, np.ones((2, 3))))


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (np.ones((3, 3)), "'x' has shape .2, 3., but an array of shape .3, 3. came"),
        (np.ones((1, 3)), "shape .1, 3. came; .* reshape the blob first"),
        (np.ones((2, 4)), "shape .2, 4. came"),
        (np.ones((2, 3, 1)), "shape .2, 3, 1. came"),
        (1.0, "array of shape .. came"),
    ],
)
def test_input_of_another_size_is_refused(chain, value, says):
    with pytest.raises(NetError, match=says):
        chain.forward(x=value, z=np.ones((2, 3)))


def test_input_is_cast_and_broadcast(chain):
    chain.forward(x=np.array([[1], [2]]), z=[[True] * 3] * 2)
    assert chain.blobs["x"].data.tolist() == [[1] * 3, [2] * 3]
    assert chain.blobs["z"].data.tolist() == [[1] * 3] * 2


def test_backward_takes_the_diffs_of_exactly_the_outputs(chain):
    chain.forward()
    dy = np.arange(4).reshape(2, 2)
    out = chain.backward(y=dy, diffs=["ip"])
    assert list(out) == ["x", "z", "ip"]
    assert np.array_equal(out["ip"], 2 * dy)
    with pytest.raises(NetError, match=r"has the outputs \['y'\]"):
        chain.backward(ip=dy)


def test_parameter_diffs_add_up_until_cleared(net):
    net.forward()
    net.backward()
    W = net.params["ip"][0]
    once = W.diff.copy()
    net.backward()
    assert np.allclose(W.diff, 2 * once)
    net.clear_param_diffs()
    assert not any(blob.diff.any() for some in net.params.values() for blob in some)


def test_forward_all_cuts_into_batches_of_the_first_blob(chain):
    x = np.arange(15, dtype=float).reshape(5, 3)
    sizes = []
    chain.after_forward(lambda i: i == 0 and sizes.append(chain.blobs["x"].data.copy()))
    out = chain.forward_all(x=x, z=x, blobs=["sum"])
    assert set(out) == {"y", "sum"}
    assert np.array_equal(out["sum"], 2 * x)
    assert [len(batch) for batch in sizes] == [2, 2, 2]
    assert not sizes[-1][1].any()  # filled up with zeros
    assert [len(b["x"]) for b in chain._batch({"x": x})] == [2, 2, 2]


@pytest.mark.parametrize("call", ["forward_all", "forward_backward_all"])
def test_batches_need_arrays(chain, call):
    with pytest.raises(NetError, match=r"give arrays by name, of \['x', 'z'"):
        getattr(chain, call)()


def test_forward_backward_all_gives_blobs_and_diffs(chain):
    x, dy = np.ones((3, 3)), np.arange(6).reshape(3, 2)
    blobs, diffs = chain.forward_backward_all(
        x=x, z=x, y=dy, blobs=["ip"], diffs=["sum"]
    )
    W = chain.params["ip"][0].data
    assert (set(blobs), set(diffs)) == ({"y", "ip"}, {"x", "z", "sum"})
    assert np.allclose(blobs["ip"], 2 * x @ W.T)
    assert np.allclose(diffs["sum"], 2 * dy @ W, atol=1e-6)


def test_net_follows_its_input_blob(chain):
    for name in "xz":
        chain.blobs[name].reshape(5, 3)
    chain.reshape()
    assert chain.blobs["y"].data.shape == (5, 2)
    for name in "xz":
        chain.blobs[name].reshape(1, 3)
    assert chain.forward()["y"].shape == (1, 2)


def test_arrays_live_longer_than_the_net(net):
    params = [blob.data for blobs in net.params.values() for blob in blobs]
    blobs = list(net.blobs.values())
    total = sum(array.sum() for array in params)
    net.forward()
    del net
    gc.collect()
    assert sum(array.sum() for array in params) == total
    assert all(np.isfinite(blob.data).all() for blob in blobs)


def test_callbacks_get_the_index_of_the_layer(net):
    seen = []
    for moment in (
        "before_forward",
        "after_forward",
        "before_backward",
        "after_backward",
    ):
        getattr(net, moment)(lambda i, moment=moment: seen.append((moment[0], i)))
    net.forward()
    net.backward()
    assert seen[:4] == [("b", 0), ("a", 0), ("b", 1), ("a", 1)]
    assert seen[-2:] == [("b", 0), ("a", 0)]


def test_blob_tells_its_sizes(net):
    blob = net.blobs["data"]
    assert list(blob.shape) == [4, 2, 5, 6]
    assert (blob.num, blob.channels, blob.height, blob.width) == (4, 2, 5, 6)
    assert blob.count == 240
    assert blob.data.shape == blob.diff.shape == (4, 2, 5, 6)
    assert blob.data.dtype == blob.diff.dtype == np.float32
    assert net.blobs["loss"].data.shape == ()


def test_blob_is_reshaped_by_numbers(net):
    blob = net.blobs["data"]
    blob.reshape(1, 3)
    assert blob.data.shape == (1, 3)
    blob.reshape()
    assert blob.data.shape == ()
    with pytest.raises(TypeError, match="keyword"):
        blob.reshape(dim=3)
    with pytest.raises(BrewError, match="a size is negative"):
        blob.reshape(-1, 3)
