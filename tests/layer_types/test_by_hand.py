"""Small numbers that can be checked by hand, where Caffe has a rule of its own."""

import numpy
import pytest

from brew.errors import LayerError
from brew.proto.binary import array_to_blobproto, write_message
from brew.testing import Case, choices, exactly, lopsided
from brew.testing.rig import Rig


def run(type_name, proto, *data, top_diff=1, **options):
    """Return the rig after both passes on these numbers."""
    bottoms = [numpy.shape(numbers) for numbers in data]
    samples = [exactly(numbers) for numbers in data]
    options = {"samples": samples, "params": None} | options
    rig = Rig(Case(type_name, proto, bottoms, **options))
    rig.forward()
    if rig.case.backward:
        for blob in rig.top:
            blob.diff[...] = top_diff
        rig.layer.backward(rig.top, rig.case.wants_gradient, rig.bottom)
    return rig


@pytest.mark.parametrize(
    ("type_name", "proto", "slopes"),
    [
        ("ReLU", "relu_param { negative_slope: 0.25 }", [0.25, 0.25, 1]),
        ("ELU", "elu_param { alpha: 2 }", [2 * numpy.exp(-2), 2, 1]),
        ("AbsVal", "", [-1, 0, 1]),
        ("Clip", "clip_param { min: -2 max: 0 }", [1, 1, 0]),
    ],
)
def test_slope_at_a_kink_is_caffes(type_name, proto, slopes):
    rig = run(type_name, proto, [-2, 0, 3])
    numpy.testing.assert_allclose(rig.bottom[0].diff, slopes)


def test_threshold_is_not_above_itself():
    rig = run(
        "Threshold", "threshold_param { threshold: 1 }", [0, 1, 2], backward=False
    )
    assert rig.top[0].data.tolist() == [0, 0, 1]


def test_new_prelu_has_slope_a_quarter_and_new_scale_has_factor_one():
    assert run("PReLU", "", [[-4, 2]]).top[0].data.tolist() == [[-1, 2]]
    assert run("Scale", "", [[-4, 2]]).top[0].data.tolist() == [[-4, 2]]


def test_of_two_equal_maxima_the_second_bottom_gets_the_gradient():
    data = [1, 5], [1, 5], [1, 6]
    rig = run("Eltwise", "eltwise_param { operation: MAX }", *data, top_diff=[2, 3])
    assert rig.top[0].data.tolist() == [1, 6]
    assert [blob.diff.tolist() for blob in rig.bottom] == [[0, 0], [2, 0], [0, 3]]


def test_filter_passes_what_is_selected_and_nothing_if_nothing_is():
    x = [[1, 2], [3, 4], [5, 6]]
    rig = run("Filter", "", x, [0, -1, 2], gradient_to=(0,))
    assert rig.top[0].data.tolist() == [[3, 4], [5, 6]]
    assert rig.bottom[0].diff.tolist() == [[0, 0], [1, 1], [1, 1]]
    rig = run("Filter", "", x, [0, 0, 0], gradient_to=(0,))
    assert rig.top[0].shape == (0, 2)
    assert not rig.bottom[0].diff.any()


def test_repeated_items_add_up_their_gradients():
    rig = run("BatchReindex", "", [7, 8, 9], [2, 0, 2], gradient_to=(0,))
    assert rig.top[0].data.tolist() == [9, 7, 9]
    assert rig.bottom[0].diff.tolist() == [1, 0, 2]


def test_larger_index_comes_first_among_equals():
    options = {"backward": False, "gradient_to": ()}
    rig = run("ArgMax", "argmax_param { top_k: 2 }", [[3, 5, 5], [1, 1, 1]], **options)
    assert rig.top[0].data.tolist() == [[[2, 1]], [[2, 1]]]


def test_euclidean_loss_is_half_the_squared_distance_of_an_item():
    assert run("EuclideanLoss", "", [[3, 4]], [[0, 0]]).top[0].data == 12.5
    data = [[3, 4], [0, 1]], [[0, 0], [0, 0]]
    assert run("EuclideanLoss", "", *data).top[0].data == 6.5


def test_a_batch_of_one_is_divided_by_one():
    options = {"gradient_to": (0,)}
    hinge = run("HingeLoss", "", [[0, 0]], [1], **options)
    assert hinge.top[0].data == 2
    assert hinge.bottom[0].diff.tolist() == [[1, -1]]
    logistic = run("MultinomialLogisticLoss", "", [[0.5, 0.25]], [1], **options)
    assert logistic.top[0].data == pytest.approx(numpy.log(4))
    assert logistic.bottom[0].diff.tolist() == [[0, -4]]


def test_a_slice_at_the_end_leaves_an_empty_part():
    rig = run("Slice", "slice_param { axis: 0 slice_point: 2 }", [7, 8], tops=2)
    assert [blob.data.tolist() for blob in rig.top] == [[7, 8], []]


def test_infogain_matrix_may_come_from_a_file(in_tmp_path):
    H = numpy.array([[1.0, 0.25], [0.5, 3.0]], "float32")
    write_message(array_to_blobproto(H), "costs.binaryproto")
    data, options = ([[1, 2], [0, 4]], [1, 0]), {"gradient_to": (0,)}
    proto = 'infogain_loss_param { source: "costs.binaryproto" }'
    from_file = run("InfogainLoss", proto, *data, **options)
    from_bottom = run("InfogainLoss", "", *data, H, **options)
    assert from_file.top[0].data == from_bottom.top[0].data
    numpy.testing.assert_array_equal(
        from_file.bottom[0].diff, from_bottom.bottom[0].diff
    )


def test_infogain_matrix_must_fit_the_classes(in_tmp_path):
    write_message(array_to_blobproto(numpy.eye(3)), "three.binaryproto")
    proto = 'infogain_loss_param { source: "three.binaryproto" }'
    with pytest.raises(LayerError, match=r"H has shape \(3, 3\); 2 classes need"):
        run("InfogainLoss", proto, [[1, 2], [0, 4]], [1, 0], gradient_to=(0,))


def test_hinge_is_content_beyond_the_margin():
    rig = run("HingeLoss", "", [[1, -1, -3], [0, 0.5, -1]], [0, 1], gradient_to=(0,))
    assert rig.top[0].data == pytest.approx((0 + 1 + 0.5) / 2)
    assert rig.bottom[0].diff.tolist() == [[0, 0, 0], [0.5, -0.5, 0]]


def test_equal_pairs_that_do_not_belong_together_cost_the_margin_and_stay_put():
    pairs = [[1, 2]], [[1, 2]], [0]
    proto = "contrastive_loss_param { margin: 3 }"
    rig = run("ContrastiveLoss", proto, *pairs, gradient_to=(0, 1))
    assert rig.top[0].data == 9 / 2
    assert not rig.bottom[0].diff.any()


def test_a_parameter_is_data_that_learns():
    rig = run("Parameter", "parameter_param { shape { dim: 2 } }")
    assert rig.top[0].data.tolist() == [0, 0]
    assert rig.layer.blobs[0].diff.tolist() == [1, 1]
    rig.layer.backward(rig.top, [], [])
    assert rig.layer.blobs[0].diff.tolist() == [2, 2]
    rig.layer.blobs[0].data[...] = 5
    assert rig.top[0].data.tolist() == [5, 5]


@pytest.mark.parametrize(
    ("type_name", "proto", "bottoms", "message"),
    [
        (
            "BatchReindex",
            "",
            [(3, 2), (2,)],
            "indices go from 1 to 7, but must.* 0 to 2",
        ),
        (
            "Embed",
            "embed_param { input_dim: 6 num_output: 2 }",
            [(2,)],
            "indices go from 1 to 7, but must be from 0 to 5.*raise input_dim",
        ),
        ("HingeLoss", "", [(2, 3), (2,)], "labels go from 1 to 7"),
        ("MultinomialLogisticLoss", "", [(2, 3), (2,)], "labels go from 1 to 7"),
        ("InfogainLoss", "", [(2, 3), (2,), (3, 3)], "labels go from 1 to 7"),
    ],
)
def test_an_index_beyond_the_end_is_refused(type_name, proto, bottoms, message):
    samples = [lopsided(), choices(1, 7), lopsided()]
    samples = samples[1:2] if len(bottoms) == 1 else samples[: len(bottoms)]
    rig = Rig(Case(type_name, proto, bottoms, samples=samples, backward=False))
    with pytest.raises(LayerError, match=message):
        rig.forward()


@pytest.mark.parametrize(
    "type_name", ["Concat", "Flatten", "Reshape", "Slice", "Split"]
)
def test_memory_is_shared_also_after_the_bottom_has_grown(type_name):
    proto = (
        "reshape_param { shape { dim: 0 dim: -1 } }" if type_name == "Reshape" else ""
    )
    rig = Rig(Case(type_name, proto, [(2, 3)], tops=1, shares=True))
    bottom, top = rig.bottom[0], rig.top[0]
    bottom.reshape(5, 7)
    rig.layer.reshape(rig.bottom, rig.top)
    assert top.shape == (5, 7)
    assert numpy.shares_memory(top.data, bottom.data)
    if type_name != "Split":
        assert numpy.shares_memory(top.diff, bottom.diff)
