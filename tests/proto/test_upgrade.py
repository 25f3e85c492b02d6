"""Old nets and solvers become today's; see also the golden files of formats."""

import re

import pytest

from brew.errors import ProtoError
from brew.proto.binary import write_message
from brew.proto.caffe_pb2 import NetParameter, SolverParameter, V1LayerParameter
from brew.proto.text import format_prototxt, parse_text
from brew.proto.upgrade import (
    net_needs_upgrade,
    read_net,
    read_solver,
    solver_needs_upgrade,
    upgrade_net,
    upgrade_solver,
)

# All types of 2014, in the order of their numbers.
V1_TYPES = """
    Accuracy BNLL Concat Convolution Data Dropout EuclideanLoss Flatten HDF5Data
    HDF5Output Im2col ImageData InfogainLoss InnerProduct LRN MultinomialLogisticLoss
    Pooling ReLU Sigmoid Softmax SoftmaxWithLoss Split TanH WindowData Eltwise Power
    SigmoidCrossEntropyLoss HingeLoss MemoryData ArgMax Threshold DummyData Slice MVN
    AbsVal Silence ContrastiveLoss Exp Deconvolution
"""
V0_TYPES = {
    "accuracy": "Accuracy",
    "bnll": "BNLL",
    "concat": "Concat",
    "conv": "Convolution",
    "data": "Data",
    "dropout": "Dropout",
    "euclidean_loss": "EuclideanLoss",
    "flatten": "Flatten",
    "hdf5_data": "HDF5Data",
    "hdf5_output": "HDF5Output",
    "im2col": "Im2col",
    "images": "ImageData",
    "infogain_loss": "InfogainLoss",
    "innerproduct": "InnerProduct",
    "lrn": "LRN",
    "multinomial_logistic_loss": "MultinomialLogisticLoss",
    "pool": "Pooling",
    "relu": "ReLU",
    "sigmoid": "Sigmoid",
    "softmax": "Softmax",
    "softmax_loss": "SoftmaxWithLoss",
    "split": "Split",
    "tanh": "TanH",
    "window_data": "WindowData",
}
CONV = 'layers { layer { name: "c" type: "conv" } bottom: "p" top: "c" }'


def net(text):
    return parse_text(text, NetParameter())


def upgraded(text):
    return upgrade_net(net(text))


@pytest.mark.parametrize(("number", "name"), list(enumerate(V1_TYPES.split(), 1)))
def test_every_type_of_2014_gets_its_name(number, name):
    old = NetParameter(layers=[V1LayerParameter(type=number, name="x")])
    assert upgrade_net(old).layer[0].type == name


def test_no_type_of_2014_is_left_out():
    assert len(V1_TYPES.split()) == len(V1LayerParameter.LayerType.items()) - 1
    assert upgraded("layers { type: NONE }").layer[0].type == ""


@pytest.mark.parametrize(("old", "name"), list(V0_TYPES.items()))
def test_every_type_of_2013_gets_its_name(old, name):
    text = f'layers {{ layer {{ name: "x" type: "{old}" }} bottom: "b" top: "t" }}'
    layer = upgraded(text).layer[0]
    assert (layer.name, layer.type) == ("x", name)
    assert (list(layer.bottom), list(layer.top)) == (["b"], ["t"])


def test_unknown_type_of_2013_is_refused():
    text = 'layers { layer { name: "x" type: "convv" } }'
    with pytest.raises(ProtoError, match=r"layer 'x': .*'convv'.* mean 'conv'"):
        upgraded(text)


PADDING = 'layers { layer { name: "p" type: "padding" pad: 2 } bottom: "d" top: "p" }'


def test_padding_goes_to_the_layer_behind_it():
    layers = upgraded(PADDING + CONV).layer
    assert [layer.name for layer in layers] == ["c"]
    assert list(layers[0].bottom) == ["d"]
    assert list(layers[0].convolution_param.pad) == [2]


def test_padding_goes_to_every_user_until_the_blob_is_made_anew():
    pool = 'layers { layer { name: "q" type: "pool" } bottom: "p" top: "p" }'
    after = 'layers { layer { name: "r" type: "relu" } bottom: "p" top: "p" }'
    conv, pool, relu = upgraded(PADDING + CONV + pool + after).layer
    assert (conv.bottom[0], pool.bottom[0], relu.bottom[0]) == ("d", "d", "p")
    assert pool.pooling_param.pad == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            PADDING
            + 'layers { layer { name: "r" type: "relu" } bottom: "p" top: "r" }',
            "layer 'r' (relu): padding layer 'p' may only lead to a conv or pool layer",
        ),
        (
            'layers { layer { name: "p" type: "padding" pad: 2 } top: "p" }',
            "padding layer 'p' needs one bottom and one top",
        ),
    ],
)
def test_padding_that_cannot_be_moved_is_refused(text, says):
    with pytest.raises(ProtoError, match=re.escape(says)):
        upgraded(text)


def test_setting_of_another_type_is_dropped_with_a_warning():
    warnings = []
    text = 'layers { layer { name: "r" type: "relu" kernelsize: 3 } }'
    layer = upgrade_net(net(text), warn=warnings.append).layer[0]
    assert not layer.HasField("convolution_param")
    assert warnings == [
        "layer 'r' (relu): 'kernelsize' is not a setting of this type; it is dropped"
    ]


def test_warnings_go_to_the_log(caplog):
    upgraded('layers { layer { name: "r" type: "relu" k: 3 } }')
    assert "'k' is not a setting of this type" in caplog.text


def test_parameters_of_2013_keep_values_rates_and_sharing():
    text = """
        layers { layer { name: "x" type: "innerproduct" blobs { data: 1 } blobs_lr: 3
                         weight_decay: 4 weight_decay: 5 } }"""
    layer = upgraded(text).layer[0]
    assert layer.blobs[0].data == [1]
    specs = [(param.lr_mult, param.decay_mult) for param in layer.param]
    assert specs == [(3, 4), (1, 5)]
    assert not layer.param[1].HasField("lr_mult")


def test_file_name_of_an_old_output_is_kept():
    text = """layers { layer {
        name: "o" type: "hdf5_output" hdf5_output_param { file_name: "f.h5" } } }"""
    assert upgraded(text).layer[0].hdf5_output_param.file_name == "f.h5"


def test_settings_of_images_move_only_in_layers_of_data():
    text = """
        layers { type: WINDOW_DATA window_data_param { crop_size: 7 scale: 2 } }
        layers { type: RELU data_param { scale: 3 } }"""
    old = net(text)
    assert net_needs_upgrade(old)
    window, relu = upgrade_net(old).layer
    assert window.transform_param.crop_size == 7
    assert not window.window_data_param.HasField("scale")
    assert relu.data_param.scale == 3
    assert not relu.HasField("transform_param")


def test_old_and_new_layers_in_one_net_are_refused():
    with pytest.raises(ProtoError, match="both 'layers'"):
        upgraded("layers { type: RELU } layer { }")


def test_inputs_become_a_layer_in_front():
    text = 'input: "a" input: "b" input_shape { dim: 2 } input_shape { } layer { }'
    first, second = upgraded(text).layer
    assert (first.name, first.type, list(first.top)) == ("input", "Input", ["a", "b"])
    assert [list(shape.dim) for shape in first.input_param.shape] == [[2], []]
    assert second.name == ""


def test_input_shape_outweighs_input_dim():
    text = 'input: "a" input_shape { dim: 2 } input_dim: 1'
    assert list(upgraded(text).layer[0].input_param.shape[0].dim) == [2]


def test_input_without_a_shape_is_dropped():
    assert upgraded('name: "x" input: "data"') == NetParameter(name="x")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('input: "a" input_dim: 1 input_dim: 2', "four input_dim each, not 2 in all"),
        ('input: "a" input_dim: [1, 2, 3, 4, 5]', "four input_dim each, not 5 in all"),
        ('input: "a" input: "b" input_shape { }', "one input_shape each, not 1 in"),
        ('input: "a" input_shape { } input_shape { }', "not 2 in all"),
    ],
)
def test_shapes_that_do_not_match_the_inputs_are_refused(text, says):
    with pytest.raises(ProtoError, match=f"^old.prototxt: .*{says}"):
        upgrade_net(net(text), "old.prototxt")


def test_only_batch_norms_with_three_params_are_frozen():
    text = """
        layer { type: "BatchNorm" param { lr_mult: 1 } param { } param { } }
        layer { type: "BatchNorm" param { lr_mult: 1 } }
        layer { type: "Scale" param { lr_mult: 1 } param { } param { } }"""
    frozen, short, scale = upgraded(text).layer
    assert [(x.lr_mult, x.decay_mult) for x in frozen.param] == [(0, 0)] * 3
    assert short.param[0].lr_mult == scale.param[0].lr_mult == 1


def test_new_net_needs_nothing_and_stays_as_it_is():
    text = 'name: "x" layer { type: "Data" data_param { scale: 2 } }'
    assert not net_needs_upgrade(net(text))
    assert upgraded(text) == net(text)


@pytest.mark.parametrize(
    "text",
    [
        PADDING + CONV,
        "layers { type: RELU }",
        'input: "a" input_dim: [1, 2, 3, 4]',
    ],
)
def test_upgraded_net_needs_no_further_upgrade(text):
    old = net(text)
    assert net_needs_upgrade(old)
    new = upgrade_net(old)
    assert new is old
    assert not net_needs_upgrade(new)


def test_net_is_read_from_text_and_from_binary_by_content(tmp_path):
    text, binary = tmp_path / "a", tmp_path / "b.prototxt"
    text.write_text("layers { type: RELU }")
    write_message(net("layers { type: RELU }"), binary)
    assert read_net(text) == read_net(binary) == net('layer { type: "ReLU" }')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SGD", "SGD"),
        ("NESTEROV", "Nesterov"),
        ("ADAGRAD", "AdaGrad"),
        ("RMSPROP", "RMSProp"),
        ("ADADELTA", "AdaDelta"),
        ("ADAM", "Adam"),
    ],
)
def test_solver_type_becomes_type(old, new):
    solver = parse_text(f"solver_type: {old}", SolverParameter())
    assert solver_needs_upgrade(solver)
    assert format_prototxt(upgrade_solver(solver)) == f'type: "{new}"\n'
    assert not solver_needs_upgrade(solver)


def test_two_types_of_solver_are_refused(tmp_path):
    path = tmp_path / "s.prototxt"
    path.write_text('solver_type: ADAM type: "SGD"')
    with pytest.raises(ProtoError, match="both solver_type .old. and type are stated"):
        read_solver(path)


@pytest.mark.parametrize("name", ["net_param", "train_net_param", "test_net_param"])
def test_nets_inside_a_solver_are_upgraded(name):
    text = f"{name} {{ layers {{ type: RELU }} }}"
    solver = parse_text(text, SolverParameter())
    assert solver_needs_upgrade(solver)
    assert 'type: "ReLU"' in format_prototxt(upgrade_solver(solver))


@pytest.mark.parametrize(
    ("stated", "prefix"),
    [
        ("", "lenet.v2_solver"),
        ('snapshot_prefix: "mine"', "mine"),
        ('snapshot_prefix: "folder"', "folder/lenet.v2_solver"),
        ('snapshot_prefix: "folder/"', "folder/lenet.v2_solver"),
    ],
)
def test_snapshots_are_named_after_the_solver_file(in_tmp_path, stated, prefix):
    (in_tmp_path / "folder").mkdir()
    (in_tmp_path / "lenet.v2_solver.prototxt").write_text(f"max_iter: 3 {stated}")
    assert read_solver("lenet.v2_solver.prototxt").snapshot_prefix == prefix
