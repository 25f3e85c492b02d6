"""What ROIPooling and SmoothL1Loss refuse, and numbers that can be checked by hand."""

import numpy as np
import pytest

import brew
from brew.errors import LayerError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.testing import Case, exactly, lopsided
from brew.testing.rig import Rig

CELLS = "roi_pooling_param { pooled_h: 2 pooled_w: 2 }"
BOTTOMS = [(2, 1, 4, 4), (1, 5)]


def rig(rois, proto=CELLS):
    samples = [lopsided(), exactly(rois)]
    return Rig(Case("ROIPooling", proto, BOTTOMS, samples=samples))


def test_each_cell_gives_its_maximum():
    pool = rig([1, 0, 0, 2, 3])
    x = pool.bottom[0].data
    x[...] = np.arange(32).reshape(2, 1, 4, 4)
    right = [[x[1, 0, 1, 1], x[1, 0, 1, 2]], [x[1, 0, 3, 1], x[1, 0, 3, 2]]]
    np.testing.assert_array_equal(pool.forward()[0], [[right]])


@pytest.mark.parametrize(
    ("rois", "message"),
    [
        (
            [2, 0, 0, 1, 1],
            "in column 0, the image: indices go from 2 to 2, but must be",
        ),
        ([-1, 0, 0, 1, 1], "indices go from -1 to -1, but must be from 0 to 1"),
        ([np.nan, 0, 0, 1, 1], "in column 0, the image: some indices are NaN"),
        ([0, 0, np.nan, 1, 1], "some corners are NaN or infinite; look for the layer"),
        ([0, 0, 0, np.inf, 1], "some corners are NaN or infinite"),
    ],
)
def test_regions_that_make_no_sense_are_refused(rois, message):
    with pytest.raises(
        LayerError, match=rf"'checked' \(ROIPooling\): .*'in1'.*{message}"
    ):
        rig(rois).forward()


@pytest.mark.parametrize(
    ("proto", "message"),
    [
        ("", r"pooled_h and pooled_w are \(0, 0\); say how many cells"),
        ("roi_pooling_param { pooled_h: 2 }", r"are \(2, 0\); say how many"),
        (CELLS.replace("}", "spatial_scale: 0 }"), "spatial_scale is 0; choose a pos"),
        (CELLS.replace("}", "spatial_scale: inf }"), "spatial_scale is inf; choose"),
        (CELLS.replace("}", "spatial_scale: nan }"), "spatial_scale is nan; choose"),
    ],
)
def test_impossible_setting_of_roi_pooling_is_refused(proto, message):
    with pytest.raises(LayerError, match=rf"'checked' \(ROIPooling\): .*{message}"):
        rig([0, 0, 0, 1, 1], proto)


@pytest.mark.parametrize("sigma", ["0", "-1", "nan", "inf"])
def test_impossible_sigma_is_refused(sigma):
    proto = f"smooth_l1_loss_param {{ sigma: {sigma} }}"
    with pytest.raises(LayerError, match=f"sigma is {sigma}; choose a positive number"):
        Rig(Case("SmoothL1Loss", proto, [(2, 3)] * 2))


def test_smooth_l1_is_a_square_up_to_one_and_then_a_line():
    a = [[0.5, -1], [3, -4]]
    samples = [exactly(a), exactly(np.zeros((2, 2)))]
    loss = Rig(Case("SmoothL1Loss", "", [(2, 2)] * 2, samples=samples, top_diff=1))
    assert loss.forward()[0] == (0.125 + 0.5 + 2.5 + 3.5) / 2
    da, db = loss.backward()
    assert da.tolist() == [[0.25, -0.5], [0.5, -0.5]]
    assert db.tolist() == (-da).tolist()


DETECTOR = """
layer { name: "data" type: "Input" top: "data" top: "raw" top: "target"
  input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } shape { dim: 2 dim: 5 }
                shape { dim: 2 dim: 4 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1
    weight_filler { type: "xavier" } } }
layer { name: "rois" type: "Scale" bottom: "raw" top: "rois" }
layer { name: "pool" type: "ROIPooling" bottom: "conv" bottom: "rois" top: "pool"
  roi_pooling_param { pooled_h: 2 pooled_w: 2 } }
layer { name: "box" type: "InnerProduct" bottom: "pool" top: "box"
  inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
layer { name: "weight" type: "Scale" bottom: "target" top: "weight" }
layer { name: "loss" type: "SmoothL1Loss" bottom: "box" bottom: "target"
  bottom: "weight" bottom: "weight" top: "loss" }
"""


def test_regions_and_weights_may_come_from_layers_that_learn():
    net = brew.Net(parse_text(DETECTOR, caffe_pb2.NetParameter()), brew.TRAIN, seed=1)
    net.blobs["data"].data[...] = np.linspace(-1, 1, 192).reshape(1, 3, 8, 8)
    net.blobs["raw"].data[...] = [[0, 0, 0, 4, 5], [0, 3, 2, 7, 7]]
    net.blobs["target"].data[...] = [[1, 2, 3, 4], [4, 3, 2, 1]]
    net.forward()
    net.backward()
    assert net.params["conv"][0].diff.any()
    assert net.params["weight"][0].diff.any()
    assert not net.params["rois"][0].diff.any()
