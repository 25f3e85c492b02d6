"""What is special about Input and DummyData."""

import numpy as np
import pytest

import brew
from brew.errors import LayerError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text


def net(layer, phase=brew.TEST):
    return brew.Net(
        parse_text(f'layer {{ name: "in" {layer} }}', caffe_pb2.NetParameter()), phase
    )


def shapes(net):
    return [blob.shape for blob in net.blobs.values()]


INPUT = 'type: "Input" top: "a" top: "b"'


@pytest.mark.parametrize(
    ("proto", "wanted"),
    [
        ("", [(), ()]),
        ("shape { dim: 2 dim: 3 }", [(2, 3), (2, 3)]),
        ("shape { dim: 2 dim: 3 } shape { dim: 4 }", [(2, 3), (4,)]),
    ],
)
def test_inputs_have_no_shape_one_or_one_each(proto, wanted):
    assert shapes(net(f"{INPUT} input_param {{ {proto} }}")) == wanted


def test_three_shapes_for_two_inputs_are_refused():
    with pytest.raises(LayerError, match="3 shapes are given for 2 tops; give none, o"):
        net(f"{INPUT} input_param {{ shape {{}} shape {{}} shape {{}} }}")


def test_an_input_keeps_what_the_user_gave_it():
    inputs = net(f"{INPUT} input_param {{ shape {{ dim: 2 }} }}")
    inputs.blobs["a"].reshape(3, 4)
    inputs.blobs["a"].data[...] = 7
    inputs.reshape()
    inputs.forward()
    assert inputs.blobs["a"].data.tolist() == [[7] * 4] * 3


def dummy(proto, tops=2):
    names = "".join(f'top: "y{i}" ' for i in range(tops))
    return net(f'type: "DummyData" {names} dummy_data_param {{ {proto} }}')


def test_dummy_data_is_zero_by_default():
    tops = dummy("shape { dim: 2 }").forward()
    assert tops["y0"].tolist() == tops["y1"].tolist() == [0, 0]


def test_each_top_has_its_shape_and_filler():
    proto = "shape { dim: 2 } shape { dim: 1 dim: 2 } "
    tops = dummy(proto + "data_filler { value: 1 } data_filler { value: 3 }").forward()
    assert tops["y0"].tolist() == [1, 1]
    assert tops["y1"].tolist() == [[3, 3]]


def test_constants_are_filled_once_and_random_numbers_each_time():
    filler = 'data_filler { value: 2 } data_filler { type: "gaussian" std: 1 }'
    made = dummy("shape { dim: 9 } " + filler)
    first = made.forward()["y1"].copy()
    made.blobs["y0"].data[...] = 5
    tops = made.forward()
    assert tops["y0"].tolist() == [5] * 9
    assert not np.array_equal(tops["y1"], first)


def test_random_numbers_follow_the_seed():
    def draw(seed):
        brew.set_random_seed(seed)
        return dummy('shape { dim: 9 } data_filler { type: "uniform" }').forward()["y0"]

    assert draw(1).tolist() == draw(1).tolist() != draw(2).tolist()


@pytest.mark.parametrize(
    ("proto", "message"),
    [
        ("", "shape is given 0 times for 2 tops; give it once, or once for each"),
        ("shape {} shape {} shape {}", "shape is given 3 times for 2 tops"),
        ("shape {}" + "data_filler {}" * 3, "data_filler is given 3 times for 2 tops"),
        ("shape { dim: 1 } num: 1", "shape and num, channels, … are mixed; take shape"),
        ("num: 1 channels: 1 height: 1", "width is given 0 times for 2 tops"),
        (
            "shape { dim: 1 } data_filler { type: 'x' }",
            "'y0' .*filler type 'x' is un",
        ),
    ],
)
def test_dummy_data_that_makes_no_sense_is_refused(proto, message):
    with pytest.raises(LayerError, match=message):
        dummy(proto)
