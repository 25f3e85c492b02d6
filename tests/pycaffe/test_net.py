"""Net and Blob do what a script written for pycaffe expects of them."""

import gc
from collections import OrderedDict

import numpy as np
import pytest

import brew as caffe
from brew.errors import BrewError, NetError

NET = """
name: "small"
layer { name: "data" type: "DummyData" top: "data" top: "label"
  dummy_data_param { num: 4 channels: 2 height: 5 width: 6 data_filler { type: "gaussian" std: 1 }
    num: 4 channels: 1 height: 1 width: 1 data_filler { type: "constant" value: 2 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 7 kernel_size: 2 pad: 1
    weight_filler { type: "gaussian" std: 1 } bias_filler { type: "constant" value: 2 } }
  param { decay_mult: 1 } param { decay_mult: 0 } }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip_top"
  inner_product_param { num_output: 9 weight_filler { type: "gaussian" std: 0.1 } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip_top" bottom: "label" top: "loss" }
"""  # noqa: E501
CHAIN = """
layer { name: "in" type: "Input" top: "x" top: "z"
  input_param { shape { dim: 2 dim: 3 } shape { dim: 2 dim: 3 } } }
layer { name: "sum" type: "Eltwise" bottom: "x" bottom: "z" top: "sum" }
layer { name: "ip" type: "InnerProduct" bottom: "sum" top: "ip"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "twice" type: "Power" bottom: "ip" top: "y" power_param { scale: 2 } }
"""
MEMORY = """
layer { name: "m" type: "MemoryData" top: "data" top: "label"
  memory_data_param { batch_size: 2 channels: 1 height: 2 width: 3 } }
"""


@pytest.fixture
def net(write):
    return caffe.Net(write(NET), caffe.TRAIN)


@pytest.fixture
def chain(write):
    return caffe.Net(write("force_backward: true\n" + CHAIN), caffe.TEST)


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


# Parameters in files


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


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"phase": 7}, "a phase is brew.TRAIN .0. or brew.TEST .1., not 7"),
        ({"phase": caffe.TEST, "stages": "deploy"}, r"such as \['deploy'\]"),
    ],
)
def test_phase_and_stages_that_are_none_are_refused(write, options, says):
    with pytest.raises(NetError, match=says):
        caffe.Net(write(NET), **options)


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


# Levels, stages, phases

LEVELS = """
layer { name: "data" type: "DummyData" top: "data"
  dummy_data_param { shape { dim: 1 dim: 4 } } }
layer { name: "none" type: "TanH" bottom: "data" top: "none" }
layer { name: "zero" type: "TanH" bottom: "data" top: "zero" include { min_level: 0 } }
layer { name: "one" type: "TanH" bottom: "data" top: "one" include { min_level: 1 } }
layer { name: "below" type: "TanH" bottom: "data" top: "below"
  include { max_level: 0 } }
"""
STAGES = """
layer { name: "data" type: "DummyData" top: "data"
  dummy_data_param { shape { dim: 1 dim: 4 } } }
layer { name: "A" type: "TanH" bottom: "data" top: "A" include { stage: "A" } }
layer { name: "or" type: "TanH" bottom: "data" top: "or"
  include { stage: "A" } include { stage: "B" } }
layer { name: "and" type: "TanH" bottom: "data" top: "and"
  include { stage: "A" stage: "B" } }
"""
ALL_IN_ONE = """
layer { name: "source" type: "DummyData" top: "data" top: "label"
  include { stage: "train" } include { stage: "val" }
  dummy_data_param { shape { dim: 6 dim: 4 } shape { dim: 6 } } }
layer { name: "input" type: "Input" top: "data" include { stage: "deploy" }
  input_param { shape { dim: 1 dim: 4 } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param { num_output: 3 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss"
  include { phase: TRAIN stage: "train" } include { phase: TEST stage: "val" } }
layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob"
  include { stage: "deploy" } }
"""


@pytest.mark.parametrize(
    ("level", "kept"),
    [(0, {"none", "zero", "below"}), (1, {"none", "zero", "one"})],
)
def test_level_keeps_the_layers_whose_range_it_is_in(write, level, kept):
    net = caffe.Net(write(LEVELS), caffe.TEST, level=level)
    assert {name for name in net.layer_dict if "data" not in name} == kept


@pytest.mark.parametrize(
    ("stages", "kept"),
    [
        ([], set()),
        (["A"], {"A", "or"}),
        (["B"], {"or"}),
        (["A", "B"], {"A", "or", "and"}),
    ],
)
def test_rules_are_alternatives_and_stages_of_one_rule_are_all_needed(
    write, stages, kept
):
    net = caffe.Net(write(STAGES), caffe.TEST, stages=stages)
    assert {name for name in net.layer_dict if "data" not in name} == kept


@pytest.mark.parametrize(
    ("phase", "stage", "outputs", "inputs"),
    [
        (caffe.TRAIN, "train", ["loss"], []),
        (caffe.TEST, "val", ["loss"], []),
        (caffe.TEST, "deploy", ["prob"], ["data"]),
    ],
)
def test_one_file_serves_training_testing_and_deployment(
    write, phase, stage, outputs, inputs
):
    net = caffe.Net(write(ALL_IN_ONE), phase, stages=[stage])
    assert (net.outputs, net.inputs) == (outputs, inputs)
    assert list(net.forward()) == outputs


# Arrays in memory


def test_arrays_in_memory_are_served_not_copied(write):
    net = caffe.Net(write(MEMORY), caffe.TEST)
    data = np.arange(24, dtype=np.float32).reshape(4, 1, 2, 3)
    net.set_input_arrays(data, np.arange(4, dtype=np.float32))
    first = net.forward()
    assert np.array_equal(first["data"], data[:2])
    assert first["label"].shape == (2, 1, 1, 1)
    data[2:] = -1
    second = net.forward()
    assert (second["data"] == -1).all()
    assert second["label"].ravel().tolist() == [2, 3]


def zeros(*shape, dtype=np.float32):
    return np.zeros(shape, dtype)


@pytest.mark.parametrize(
    ("data", "labels", "says"),
    [
        (zeros(4, 1, 3, 2).transpose(0, 1, 3, 2), zeros(4), "C order"),
        (zeros(4, 6), zeros(4), "shape .4, 6."),
        (zeros(4, 1, 2, 3, dtype=float), zeros(4), "must be float32"),
        (zeros(4, 1, 2, 4), zeros(4), r"\(4, 1, 2, 3\) is needed"),
        (zeros(4, 1, 2, 3), zeros(4, dtype=int), "labels must be float32"),
        (zeros(4, 1, 2, 3), zeros(4, 2, 1, 1), "labels has shape"),
        (zeros(4, 1, 2, 3), zeros(2), "labels has shape"),
        (zeros(3, 1, 2, 3), zeros(3), "no multiple of batch_size 2"),
    ],
)
def test_arrays_that_do_not_fit_are_runtime_errors(write, data, labels, says):
    net = caffe.Net(write(MEMORY), caffe.TEST)
    with pytest.raises(RuntimeError, match=says):
        net.set_input_arrays(data, labels)


def test_first_layer_must_serve_arrays(chain):
    with pytest.raises(RuntimeError, match="needs a MemoryData layer at the front"):
        chain.set_input_arrays(zeros(2, 1, 2, 3), zeros(2))


# Blobs


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


def weights(net):
    return np.concatenate([b.data.ravel() for bs in net.params.values() for b in bs])
