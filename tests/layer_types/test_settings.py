"""Settings that contradict or cannot be are refused, and the message says why."""

import pytest

from brew.errors import LayerError
from brew.testing import Case
from brew.testing.rig import Rig

X = [(2, 3, 4)]
TWO = [(2, 3), (2, 3)]

REFUSED = [
    ("Eltwise", "eltwise_param { coeff: 1 }", TWO, "1 coeff for 2 bottoms"),
    (
        "Eltwise",
        "eltwise_param { operation: PROD coeff: 1 coeff: 2 }",
        TWO,
        "coeff is for operation: SUM only",
    ),
    ("Concat", "concat_param { axis: 1 concat_dim: 1 }", TWO, "axis and concat_dim"),
    (
        "Concat",
        "concat_param { axis: 1 }",
        [(2, 3), (3, 3)],
        r"may differ along axis 1 only.* \(bottom 'in0' has shape \(2, 3\), 'in1' has",
    ),
    ("Slice", "slice_param { axis: 1 slice_dim: 1 }", X, "axis and slice_dim"),
    ("Slice", "slice_param { slice_point: 1 }", X, "1 slice_point for 1 tops; give 0"),
    ("Tile", "", X, "tiles is 0; give how many"),
    ("Flatten", "flatten_param { axis: 2 end_axis: 1 }", X, "axis 2 comes after"),
    ("Flatten", "flatten_param { axis: 3 }", X, r"no axis 3 in shape \(2, 3, 4\).*in0"),
    ("Reshape", "reshape_param { shape { dim: -2 } }", X, "must be 0, positive, or -1"),
    (
        "Reshape",
        "reshape_param { shape { dim: -1 dim: -1 } }",
        X,
        r"\[-1, -1\] must be 0, positive, or -1 once",
    ),
    ("Reshape", "reshape_param { num_axes: -2 }", X, "num_axes is -2; choose"),
    ("Reshape", "reshape_param { axis: 2 num_axes: 2 }", X, "reach beyond the 3 axes"),
    (
        "Reshape",
        "reshape_param { axis: 2 shape { dim: 1 dim: 0 } }",
        X,
        "a 0 copies an axis that is not there",
    ),
    (
        "Reshape",
        "reshape_param { shape { dim: 5 } }",
        X,
        r"shape \(5,\) holds 5 numbers, not 24; let one dim be -1",
    ),
    (
        "Crop",
        "crop_param { axis: 1 offset: 2 }",
        X * 2,
        "a block of 3 at offset 2 ends",
    ),
    (
        "Permute",
        "permute_param { order: 1 order: -2 }",
        X,
        r"order \[1, 1\] names an axis twice; name each once",
    ),
    ("Permute", "permute_param { order: 3 }", X, r"no axis 3 in shape \(2, 3, 4\)"),
    ("MatMul", "", [(3,), (3, 2)], "needs matrices.*'in0' has shape"),
    ("MatMul", "", TWO, "a has 3 columns, but b has 2 rows .*set transpose_a or"),
    (
        "MatMul",
        "matmul_param { transpose_a: true transpose_b: true }",
        TWO,
        "a has 2 columns, but b has 3 rows",
    ),
    (
        "MatMul",
        "",
        [(2, 3, 4), (1, 4, 3)],
        r"axes before the last two are \(2,\) and \(1,\), but must be the same; Tile",
    ),
    ("PReLU", "", [(3,)], "'in0' has shape .*it needs channels"),
    ("Exp", "exp_param { base: 0 }", X, "base is 0; choose a positive number"),
    ("Exp", "exp_param { base: inf }", X, "base is inf; choose"),
    ("Log", "log_param { base: 1 }", X, "base is 1; choose a positive number but 1"),
    ("Log", "log_param { base: -2 }", X, "base is -2; choose"),
    ("Scale", "scale_param { num_axes: 3 }", X, "'in0'.*axis 1 and num_axes 3 reach"),
    ("Scale", "scale_param { axis: 3 num_axes: 0 }", X, "axis 3 and num_axes 0 reach"),
    ("Bias", "bias_param { axis: -4 }", X, "axis -4 and num_axes 1 reach beyond"),
    (
        "Embed",
        "embed_param { input_dim: 5 }",
        [(4,)],
        "num_output is 0; give a positive",
    ),
    ("Embed", "embed_param { num_output: 5 }", [(4,)], "input_dim is 0; give"),
    ("ArgMax", "argmax_param { top_k: 13 }", X, "top_k is 13, but 12 numbers are"),
    ("ArgMax", "argmax_param { top_k: 4 axis: 1 }", X, "top_k is 4, but 3 numbers"),
    ("Filter", "", [(2, 3)] * 3, "1 tops for 3 bottoms; name one for each bottom but"),
    (
        "InfogainLoss",
        "",
        [(2, 3), (2,)],
        "where is the matrix H.*infogain_loss_param.source, or give it as third",
    ),
    (
        "InfogainLoss",
        "loss_param { normalize: true }",
        [(2, 3), (2,), (3, 3)],
        "old field normalize",
    ),
]


@pytest.mark.parametrize(("type_name", "proto", "bottoms", "message"), REFUSED)
def test_impossible_setting_is_refused(type_name, proto, bottoms, message):
    with pytest.raises(LayerError, match=rf"'checked' \({type_name}\): .*{message}"):
        Rig(Case(type_name, proto, bottoms))


@pytest.mark.parametrize(
    ("type_name", "proto"),
    [
        ("ReLU", "relu_param { negative_slope: -0.5 }"),
        ("ELU", "elu_param { alpha: -1 }"),
        ("Power", "power_param { power: 2 }"),
    ],
)
def test_in_place_is_refused_where_backward_would_need_the_lost_input(type_name, proto):
    with pytest.raises(LayerError, match="give the top another name"):
        Rig(Case(type_name, proto, [(2, 3)]), in_place=True)


@pytest.mark.parametrize(
    ("type_name", "proto", "message"),
    [
        ("Threshold", "", "a step has no gradient"),
        ("ArgMax", "", "an index has no gradient"),
        ("Embed", "embed_param { input_dim: 5 num_output: 2 }", "indices have no"),
    ],
)
def test_a_gradient_that_does_not_exist_is_refused(type_name, proto, message):
    rig = Rig(Case(type_name, proto, [(2, 3)], backward=False))
    with pytest.raises(LayerError, match=message):
        rig.layer.backward(rig.top, [True], rig.bottom)


def test_a_prelu_cannot_change_its_number_of_channels():
    rig = Rig(Case("PReLU", "", [(2, 3)]))
    rig.bottom[0].reshape(2, 4)
    with pytest.raises(LayerError, match="slopes for 3 channels.*'in0' has shape"):
        rig.layer.reshape(rig.bottom, rig.top)
