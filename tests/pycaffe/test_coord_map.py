"""coord_map aligns tops: what it says is held against nets that run."""

import numpy as np
import pytest

import brew as caffe
from brew import layers as L
from brew.coord_map import compose, coord_map, coord_map_from_to, crop, inverse
from brew.errors import (
    AxisMismatchException,
    BrewError,
    CoordMapError,
    UndefinedMapException,
)


def data():
    return L.Input(shape={"dim": [1, 1, 40, 40]})


def up_and_down(pool=2, kernel=4, stride=2, pad=0, deconv_pad=0):
    """Return input, pooled and enlarged again."""
    x = data()
    conv = L.Convolution(x, num_output=1, kernel_size=3, stride=1, pad=pad)
    small = L.Pooling(L.ReLU(conv), kernel_size=pool, stride=2)
    big = L.Deconvolution(
        small, num_output=1, kernel_size=kernel, stride=stride, pad=deconv_pad
    )
    return x, conv, small, big


@pytest.mark.parametrize(
    ("layer", "wanted"),
    [
        (lambda x: L.Convolution(x, kernel_size=5), (1, 1, -2)),
        (lambda x: L.Convolution(x, kernel_size=[3], stride=2, pad=3), (1, 0.5, 1)),
        (lambda x: L.Convolution(x, kernel_size=3, dilation=2), (1, 1, -2)),
        (lambda x: L.Convolution(x, convolution_param={"kernel_size": 3}), (1, 1, -1)),
        (lambda x: L.Convolution(x, kernel_size=3, axis=2), (2, 1, -1)),
        (lambda x: L.Pooling(x, kernel_size=2, stride=2), (1, 0.5, -0.25)),
        (lambda x: L.Pooling(x, pooling_param={"kernel_size": 3}), (1, 1, -1)),
        (lambda x: L.Im2col(x, kernel_size=3), (1, 1, -1)),
        (lambda x: L.Deconvolution(x, kernel_size=4, stride=2, pad=1), (1, 2, 0.5)),
        (lambda x: L.Crop(x, data(), offset=3), (1, 1, -3)),
        (lambda x: L.Crop(x, data(), crop_param={"axis": 3}), (2, 1, 0)),
        (lambda x: L.Dropout(x), (None, 1, 0)),
        (lambda x: L.Threshold(x), (None, 1, 0)),
    ],
)
def test_map_of_a_layer(layer, wanted):
    assert coord_map(layer(data()).fn) == wanted


def test_each_axis_has_its_own_numbers():
    top = L.Convolution(data(), kernel_size=[3, 5], stride=[1, 2], pad=[0, 2])
    axis, scale, shift = coord_map(top.fn)
    assert (axis, scale.tolist(), shift.tolist()) == (1, [1, 0.5], [-1, 0])


@pytest.mark.parametrize("layer", [L.InnerProduct, L.Softmax, L.Reshape, L.Pooling])
def test_layer_that_mixes_points_has_no_map(layer):
    with pytest.raises(UndefinedMapException):
        coord_map(layer(data()).fn)


@pytest.mark.parametrize("name", ["kernel_h", "stride_w", "pad_h"])
def test_sizes_by_axis_are_refused(name):
    top = L.Convolution(data(), kernel_size=3, **{name: 1})
    with pytest.raises(AssertionError, match=rf"\({name}=...\): sizes for each axis"):
        coord_map(top.fn)


def test_composing_multiplies_scales():
    assert compose((1, 2, 3), (1, 5, 7)) == (1, 10, 17)
    assert compose((None, 1, 0), (2, 5, 7)) == (2, 5, 7)
    assert compose((2, 5, 7), (None, 1, 0)) == (2, 5, 7)


def test_maps_of_different_axes_cannot_be_composed():
    with pytest.raises(AxisMismatchException, match="from axis 1 on.*from axis 2 on"):
        compose((1, 1, 0), (2, 1, 0))


def test_inverse_goes_back():
    there = (1, 4, 6)
    assert inverse(there) == (1, 0.25, -1.5)
    assert compose(inverse(there), there) == (1, 1, 0)


def test_way_down_and_up_again_is_the_identity_but_for_a_shift():
    x, _, _, big = up_and_down(pad=1)
    axis, scale, shift = coord_map_from_to(big, x)
    assert (axis, scale, shift) == (1, 1, -1)


def test_both_ways_are_each_others_inverse():
    _, conv, small, _ = up_and_down()
    there, back = coord_map_from_to(conv, small), coord_map_from_to(small, conv)
    assert inverse(there) == back


def test_point_lies_where_the_map_says():
    """A single bright point of the input is brightest there in the top."""
    n = caffe.NetSpec()
    n.x = data()
    ones = {"type": "constant", "value": 1}
    n.conv = L.Convolution(
        n.x, num_output=1, kernel_size=5, stride=3, pad=1, weight_filler=ones
    )
    _, scale, shift = coord_map_from_to(n.x, n.conv)
    net = caffe.Net(n.to_proto(), caffe.TEST)
    place = 16  # in the middle of the window of an output
    net.blobs["x"].data[0, 0, place, place] = 1
    (rows,) = np.nonzero(net.forward()["conv"][0, 0].any(axis=1))
    assert rows.mean() == scale[0] * place + shift[0]


def test_layers_that_keep_points_make_no_difference():
    x = data()
    top = L.Scale(L.BatchNorm(L.PReLU(L.Eltwise(x, x))))
    assert coord_map_from_to(top, x) == (None, 1, 0)


def test_map_starts_from_the_nearest_common_ancestor():
    x = data()
    a = L.Convolution(x, kernel_size=5, num_output=1)
    b = L.Pooling(L.InnerProduct(x, num_output=3), kernel_size=2)
    assert coord_map_from_to(L.Eltwise(a, b), a)[1:] == (1, 0)


def test_only_the_first_bottom_of_a_crop_counts():
    big = up_and_down()[-1]
    cut = L.Crop(big, data(), offset=4)
    assert coord_map_from_to(cut, big) == (1, 1, 4)
    assert coord_map_from_to(big, cut) == (1, 1, -4)
    with pytest.raises(CoordMapError):
        coord_map_from_to(cut, cut.fn.inputs[1])


def test_tops_without_a_common_ancestor_are_a_runtime_error():
    x = data()
    for other in data(), L.InnerProduct(x, num_output=3):
        with pytest.raises(RuntimeError, match="no common ancestor"):
            coord_map_from_to(x, other)


def test_crop_cuts_to_the_other_top(write):
    n = caffe.NetSpec()
    n.x, _, n.small, n.big = up_and_down(pad=3)
    n.cut = crop(n.big, n.x)
    param = n.cut.fn.params["crop_param"]
    assert (n.cut.fn.type_name, param["axis"]) == ("Crop", 2)
    net = caffe.Net(n.to_proto(), caffe.TEST)
    assert net.blobs["cut"].data.shape[2:] == (40, 40)
    offset = param["offset"][0]
    assert offset == -coord_map_from_to(n.big, n.x)[2][0]
    assert isinstance(offset, int)


def test_crop_of_a_crop_adds_up():
    x, _, _, big = up_and_down(pad=3)
    once = L.Crop(big, data(), offset=1)
    first = crop(big, x).fn.params["crop_param"]["offset"][0]
    assert crop(once, x).fn.params["crop_param"]["offset"] == [first - 1]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"stride": 3}, "differ in scale, by .0.66"),
        ({"deconv_pad": 1, "pad": 0}, "begin .* points before the first"),
        ({"kernel": 5, "pad": 4}, "between two points"),
    ],
)
def test_crop_that_cannot_be_is_an_assertion_error(options, says):
    x, _, _, big = up_and_down(**options)
    with pytest.raises(AssertionError, match=says) as caught:
        crop(big, x)
    assert isinstance(caught.value, BrewError)
