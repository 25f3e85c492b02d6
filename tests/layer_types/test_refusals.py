"""Shapes, labels and numbers that cannot be: each is refused, and the message says why.

Settings that contradict one another stand in ``test_settings.py``.
"""

import tracemalloc

import numpy
import pytest

import brew
from brew.errors import BrewError, LayerError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.testing import Case
from brew.testing.rig import Rig

FLAT, SAME = [(2, 3)], [(2, 3)] * 2
SHAPES = [
    ("MVN", "", [(1,) * 5], r"its bottom has shape .*; MVN needs \(N, C, h, w\)"),
    ("LRN", "", FLAT, r"its bottom has shape \(2, 3\); LRN needs \(N, C, h, w\)"),
    (
        "Pooling",
        "pooling_param { kernel_size: 2 }",
        FLAT,
        r"its bottom has shape \(2, 3\); Pooling needs \(N, C, h, w\)",
    ),
    (
        "Pooling",
        "pooling_param { pool: STOCHASTIC kernel_size: 2 pad: 1 }",
        [(1, 1, 4, 4)],
        "STOCHASTIC pooling takes no pad; remove it",
    ),
    ("SPP", "spp_param { pyramid_height: 1 }", FLAT, r"SPP needs \(N, C, h, w\)"),
    (
        "ROIPooling",
        "roi_pooling_param { pooled_h: 2 pooled_w: 2 }",
        [(2, 3), (1, 5)],
        r"ROIPooling needs maps of \(N, C, h, w\)",
    ),
    (
        "ROIPooling",
        "roi_pooling_param { pooled_h: 2 pooled_w: 2 }",
        [(1, 1, 4, 4), (1, 4)],
        r"ROIPooling needs rois of shape \(R, 5\): image, x1, y1, x2, y2",
    ),
    (
        "Im2col",
        "convolution_param { kernel_size: 2 }",
        FLAT,
        r"'in0' .*behind axis 1 there is no spatial axis; Im2col needs images such as",
    ),
    (
        "Im2col",
        "convolution_param { kernel_size: 0 }",
        [(1, 1, 4, 4)],
        r"kernel_size is \(0, 0\); it must be > 0",
    ),
    (
        "Im2col",
        "convolution_param { kernel_size: 2 stride: 0 }",
        [(1, 1, 4, 4)],
        r"stride is \(0, 0\); it must be > 0",
    ),
    (
        "Pooling",
        "pooling_param { kernel_size: 0 }",
        [(1, 1, 4, 4)],
        r"kernel \(0, 0\) and stride \(1, 1\) must be > 0",
    ),
    ("InnerProduct", "", FLAT, "num_output is 0; say how many units it has"),
    (
        "InnerProduct",
        "inner_product_param { num_output: 2 }",
        [(2, 0)],
        r"'in0' has shape \(2, 0\); it needs at least one value in each item",
    ),
    (
        "InnerProduct",
        "inner_product_param { num_output: 2 "
        "weight_filler { type: 'gaussian' std: -1 } }",
        FLAT,
        "parameter 0: filler gaussian needs std > 0, not -1",
    ),
    (
        "EuclideanLoss",
        "",
        [(2, 3), (2, 4)],
        r"'in0' .* the target 'in1' of shape \(2, 4\) must hold as many numbers",
    ),
    ("EuclideanLoss", "", [(2, 3), (3, 3)], "must have the same first axis, one for"),
    (
        "SigmoidCrossEntropyLoss",
        "",
        [(2, 3), (2, 4)],
        r"'in1' of shape \(2, 4\) must be as many: one for each score",
    ),
    ("MultinomialLogisticLoss", "", [(2, 3), (2, 2)], "2 items need 2 labels, not 4"),
    ("HingeLoss", "", [(2, 3), (2, 3)], "2 items need 2 labels, not 6"),
    ("Eltwise", "", [(2, 3), (2, 4)], "all bottoms must have one shape; make them"),
    (
        "Slice",
        "slice_param { slice_point: 9 }",
        FLAT,
        r"1 slice_point for 1 tops; give 0",
    ),
    (
        "Crop",
        "crop_param { axis: 1 offset: 1 offset: 2 offset: 3 }",
        [(2, 3, 4)] * 2,
        "2 axes are cropped; give none, one or 2 offset, and bottoms with equally",
    ),
    (
        "Scale",
        "",
        [(2, 3), (4,)],
        r"from axis 1 on, x of shape \(2, 3\) must have the sizes \(4,\) of the factor",
    ),
    ("Scale", "scale_param { num_axes: 3 }", FLAT, "reach beyond its axes; choose oth"),
    (
        "SmoothL1Loss",
        "smooth_l1_loss_param { sigma: 0 }",
        SAME,
        "sigma is 0; choose a positive number",
    ),
    (
        "Accuracy",
        "accuracy_param { top_k: 4 }",
        [(2, 3), (2,)],
        "top_k is 4, but there are 3 classes; choose from 1 to 3",
    ),
    ("LayerNorm", "layer_norm_param { eps: -1 }", FLAT, "eps is -1; choose 0 or more"),
    ("Exp", "exp_param { base: 0 }", FLAT, "choose a positive number, or -1 for e"),
    (
        "DummyData",
        "dummy_data_param { shape { dim: 1 } shape { dim: 1 } }",
        [],
        "shape is given 2 times for 1 tops; give it once, or once for each",
    ),
    ("DummyData", "dummy_data_param { shape { dim: -1 } }", [], "a size is negative"),
    ("Input", "input_param { shape { dim: -2 dim: 3 } }", [], "a size is negative"),
    ("Reshape", "reshape_param { shape { dim: -3 } }", FLAT, "0, positive, or -1 once"),
    (
        "Python",
        "python_param { module: 'no_such' layer: 'X' }",
        FLAT,
        "the module 'no_such' cannot be imported .*start Python in the folder",
    ),
    (
        "LSTMUnit",
        "",
        [(1, 2, 3), (1, 2, 9), (1, 2)],
        r"gates' input has shape .* it needs",
    ),
]


@pytest.mark.parametrize(("type_name", "proto", "bottoms", "message"), SHAPES)
def test_what_does_not_fit_is_refused(type_name, proto, bottoms, message):
    with pytest.raises(LayerError, match=rf"'checked' \({type_name}\): .*{message}"):
        Rig(Case(type_name, proto, bottoms))


def test_a_slice_that_cannot_be_equal_is_refused():
    with pytest.raises(LayerError, match="3 cannot be cut into 2 parts at equal dist"):
        Rig(Case("Slice", "slice_param { axis: 1 }", [(2, 3)], tops=2))


def test_the_shape_behind_the_batch_cannot_change():
    rig = Rig(Case("InnerProduct", "inner_product_param { num_output: 2 }", [(2, 3)]))
    rig.bottom[0].reshape(2, 4)
    with pytest.raises(LayerError, match="4 values an item, but its weights are for 3"):
        rig.layer.reshape(rig.bottom, rig.top)


def test_a_stored_parameter_of_another_shape_is_refused():
    blobs = "blobs { shape { dim: 2 dim: 4 } data: [1, 2, 3, 4, 5, 6, 7, 8] }"
    proto = f"inner_product_param {{ num_output: 2 }} {blobs}"
    message = (
        r"stored parameter 0 has shape \(2, 4\), but shape \(2, 3\) is needed here"
    )
    with pytest.raises(LayerError, match=message):
        Rig(Case("InnerProduct", proto, [(2, 3)]))


# Labels

JUDGES = [  # all that take class labels
    ("SoftmaxWithLoss", 2),
    ("MultinomialLogisticLoss", 2),
    ("InfogainLoss", 3),
    ("HingeLoss", 2),
    ("Accuracy", 2),
]
LABELS = [
    (3, "labels go from 0 to 3, but must be from 0 to 2; mend them, set num_output"),
    (-1, "labels go from -1 to 0, but must be from 0 to 2"),
    (1.5, "labels must be whole numbers, but one is 1.5; mend them"),
    (numpy.nan, "some labels are NaN; look for the layer or file that made them"),
    (numpy.inf, "labels go from 0 to inf, but must be"),
    (1e30, r"labels go from 0 to 1e\+30, but must be"),
]


def judged(type_name, num_bottoms, labels, proto=""):
    """Run a layer on two items of three classes with these labels."""
    rig = Rig(Case(type_name, proto, [(2, 3), (2,), (3, 3)][:num_bottoms]))
    rig.bottom[1].data[...] = labels
    rig.layer.forward(rig.bottom, rig.top)


@pytest.mark.parametrize(("type_name", "num_bottoms"), JUDGES)
@pytest.mark.parametrize(("label", "message"), LABELS)
def test_a_label_that_is_no_class_is_refused(type_name, num_bottoms, label, message):
    blob = r"'checked' \(.*\): blob 'in1' has shape \(2,\); "
    with pytest.raises(LayerError, match=blob + message):
        judged(type_name, num_bottoms, [0, label])


@pytest.mark.parametrize(
    ("type_name", "num_bottoms", "param"),
    [
        ("SoftmaxWithLoss", 2, "loss_param"),
        ("InfogainLoss", 3, "loss_param"),
        ("Accuracy", 2, "accuracy_param"),
    ],
)
def test_only_the_label_to_ignore_may_be_no_class(type_name, num_bottoms, param):
    proto = f"{param} {{ ignore_label: 7 }}"
    judged(type_name, num_bottoms, [0, 7], proto)
    judged(type_name, num_bottoms, [7, 7], proto)
    with pytest.raises(LayerError, match="from 0 to 8, but must be from 0 to 2"):
        judged(type_name, num_bottoms, [7, 8], proto)
    with pytest.raises(
        LayerError, match="labels must be whole numbers, but one is 0.5"
    ):
        judged(type_name, num_bottoms, [7, 0.5], proto)


@pytest.mark.parametrize(
    ("type_name", "proto", "bottoms"),
    [
        ("Embed", "embed_param { input_dim: 3 num_output: 2 }", [(2,)]),
        ("BatchReindex", "", [(3, 2), (2,)]),
    ],
)
@pytest.mark.parametrize(
    ("index", "message"),
    [
        (3, "indices go from 0 to 3, but must be from 0 to 2"),
        (-1, "indices go from -1 to 0, but must be from 0 to 2"),
        (numpy.nan, "some indices are NaN; look for the layer or file"),
    ],
)
def test_an_index_to_nothing_is_refused(type_name, proto, bottoms, index, message):
    rig = Rig(Case(type_name, proto, bottoms, samples=numpy_zeros))
    rig.bottom[-1].data[...] = [0, index]
    with pytest.raises(LayerError, match=f"{message}.*; mend|{message}"):
        rig.layer.forward(rig.bottom, rig.top)


def test_indices_are_to_be_mended():
    rig = Rig(Case("BatchReindex", "", [(3, 2), (2,)], samples=numpy_zeros))
    rig.bottom[1].data[...] = 5
    with pytest.raises(LayerError, match="from 0 to 2; mend the indices"):
        rig.layer.forward(rig.bottom, rig.top)


def numpy_zeros(shape, rng, shift):
    return numpy.zeros(shape)


# Shapes that no machine can hold

HUGE = [
    ("InnerProduct", "inner_product_param { num_output: 1000000000 }", [(1, 1000)]),
    ("InnerProduct", "inner_product_param { num_output: 100000 }", [(99999, 1)]),
    (
        "Convolution",
        "convolution_param { num_output: 1000000000 kernel_size: 99 }",
        [(1, 9, 99, 99)],
    ),
    (
        "Convolution",
        "convolution_param { num_output: 1 kernel_size: 1 pad: 1000000 }",
        [(1, 1, 1, 1)],
    ),
    (
        "Deconvolution",
        "convolution_param { num_output: 1 kernel_size: 1 stride: 1000000 }",
        [(1, 1, 3, 3)],
    ),
    (
        "Im2col",
        "convolution_param { kernel_size: 1 pad: 1000000 }",
        [(1, 1, 1, 1)],
    ),
    ("Tile", "tile_param { tiles: 2000000000 }", [(2, 3)]),
    ("Embed", "embed_param { input_dim: 1000000 num_output: 1000000 }", [(1,)]),
    ("LSTM", "recurrent_param { num_output: 100000 }", [(1, 1, 1), (1, 1)]),
    ("RNN", "recurrent_param { num_output: 100000 }", [(1, 1, 1), (1, 1)]),
    (
        "ROIPooling",
        "roi_pooling_param { pooled_h: 1000000 pooled_w: 1000000 }",
        [(1, 1, 2, 2), (1, 5)],
    ),
    ("Input", "input_param { shape { dim: 1000000 dim: 1000000 } }", []),
    ("DummyData", "dummy_data_param { shape { dim: 1000000 dim: 1000000 } }", []),
    ("Parameter", "parameter_param { shape { dim: 1000000 dim: 1000000 } }", []),
    (
        "MemoryData",
        "memory_data_param { batch_size: 1000000 channels: 9 height: 999 width: 999 }",
        [],
    ),
]


@pytest.mark.parametrize(("type_name", "proto", "bottoms"), HUGE)
def test_a_shape_beyond_all_memory_is_refused_before_any_is_taken(
    type_name, proto, bottoms
):
    text = f'layer {{ name: "huge" type: "{type_name}" {proto} '
    text += "".join(f'bottom: "in{i}" ' for i in range(len(bottoms)))
    text += 'top: "out" ' + 'top: "label" ' * (type_name == "MemoryData") + "}"
    for i, shape in enumerate(bottoms):
        dims = " ".join(f"dim: {size}" for size in shape)
        param = f"input_param {{ shape {{ {dims} }} }}"
        text = f'layer {{ name: "{i}" type: "Input" top: "in{i}" {param} }} {text}'
    tracemalloc.start()
    try:
        with pytest.raises(BrewError) as caught:
            brew.Net(parse_text(text, caffe_pb2.NetParameter()), brew.TEST)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert f"layer 'huge' ({type_name}): " in str(caught.value)
    assert "elements are more than Caffe's files and layers can hold" in str(
        caught.value
    )
    assert peak < 10_000_000
