"""What is special about Input, DummyData and MemoryData."""

import logging

import numpy as np
import pytest

import brew
from brew.errors import LayerError, SourceError
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


SIZES = "batch_size: 2 channels: 3 height: 2 width: 1"
MEMORY = f'type: "MemoryData" top: "x" top: "label" memory_data_param {{ {SIZES} }}'


def arrays(count):
    data = np.arange(count * 6, dtype=np.float32).reshape(count, 3, 2, 1)
    return data, np.arange(count, dtype=np.float32)


def test_memory_is_served_in_batches_round_and_round():
    memory = net(MEMORY)
    data, labels = arrays(6)
    memory.set_input_arrays(data, labels)
    for start in 0, 2, 4, 0:
        top = memory.forward()
        assert np.array_equal(top["x"], data[start : start + 2])
        assert top["label"].ravel().tolist() == [start, start + 1]


def test_the_label_gets_four_axes_once_data_is_served():
    memory = net(MEMORY)
    assert memory.blobs["label"].shape == (2,)
    memory.set_input_arrays(*arrays(2))
    memory.forward()
    assert memory.blobs["label"].shape == (2, 1, 1, 1)
    memory.reshape()
    assert memory.blobs["label"].shape == (2, 1, 1, 1)


def test_memory_is_not_copied_and_new_arrays_start_anew():
    memory = net(MEMORY)
    data, labels = arrays(4)
    memory.set_input_arrays(data, labels)
    memory.forward()
    data[2:] = 9
    assert (memory.forward()["x"] == 9).all()
    memory.forward()
    memory.set_input_arrays(*arrays(2))
    assert memory.forward()["label"].ravel().tolist() == [0, 1]


def test_memory_resumes_at_its_place():
    memory, other = net(MEMORY), net(MEMORY)
    for one in memory, other:
        one.set_input_arrays(*arrays(4))
    memory.forward()
    other.layers[0].set_state(memory.layers[0].get_state())
    assert other.forward()["label"].ravel().tolist() == [2, 3]


def test_a_forward_without_arrays_is_an_error():
    with pytest.raises(RuntimeError, match=r"'in' \(MemoryData\): no data is here yet"):
        net(MEMORY).forward()


@pytest.mark.parametrize(
    ("data", "labels", "message"),
    [
        (arrays(3)[0], arrays(3)[1], "3 items are no multiple of batch_size 2"),
        (arrays(0)[0], arrays(0)[1], "0 items are no multiple of batch_size 2"),
        (arrays(2)[0][:, :2], arrays(2)[1], r"data has shape \(2, 2, 2, 1\); \(2, 3"),
        (arrays(2)[0], arrays(4)[1], r"labels has shape \(4,\); \(2,\) is needed"),
        (arrays(2)[0].astype("f8"), arrays(2)[1], "data must be float32 in C order"),
        (arrays(4)[0][::2], arrays(2)[1], "data must be float32 in C order"),
        (arrays(2)[0], arrays(2)[1].astype(int), "labels must be float32 in C order"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(data, labels, message):
    with pytest.raises(SourceError, match=message):
        net(MEMORY).layers[0].reset(data, labels)


def test_sizes_must_be_given():
    with pytest.raises(LayerError, match=r"are \(2, 0, 0, 0\); all four must be given"):
        net('type: "MemoryData" top: "x" top: "y" memory_data_param { batch_size: 2 }')


def test_a_transformation_of_memory_is_warned_about(caplog):
    with caplog.at_level(logging.WARNING, logger="brew"):
        net(MEMORY + " transform_param { scale: 2 }")
    assert "layer 'in': transform_param is not used here" in caplog.text
