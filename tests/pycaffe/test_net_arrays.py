"""Net.set_input_arrays feeds a MemoryData layer."""

import numpy as np
import pytest

import brew as caffe

MEMORY = """
layer { name: "m" type: "MemoryData" top: "data" top: "label"
  memory_data_param { batch_size: 2 channels: 1 height: 2 width: 3 } }
"""


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
