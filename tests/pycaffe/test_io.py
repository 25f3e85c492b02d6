"""caffe.io where the reference says more than tests/test_io.py holds."""

import numpy as np
import pytest

import brew as caffe
from brew.proto import caffe_pb2


def test_four_old_sizes_make_four_axes():
    blob = caffe_pb2.BlobProto(num=1, channels=2, height=1, width=3, data=range(6))
    array = caffe.io.blobproto_to_array(blob)
    assert array.shape == (1, 2, 1, 3)
    assert array.ravel().tolist() == [0, 1, 2, 3, 4, 5]


def test_one_old_size_is_enough_for_four_axes():
    blob = caffe_pb2.BlobProto(num=1, channels=1, height=1, data=[])
    assert caffe.io.blobproto_to_array(blob).shape == (1, 1, 1, 0)


def test_new_shape_has_any_number_of_axes():
    blob = caffe_pb2.BlobProto(data=range(6))
    blob.shape.dim.extend([6])
    assert caffe.io.blobproto_to_array(blob).shape == (6,)


def test_values_without_a_shape_are_a_value_error():
    with pytest.raises(ValueError, match="asks for 1 values, but 2 are stored"):
        caffe.io.blobproto_to_array(caffe_pb2.BlobProto(data=[1, 2]))


def test_one_value_without_a_shape_is_a_scalar():
    assert caffe.io.blobproto_to_array(caffe_pb2.BlobProto(data=[123])) == 123


def test_datum_keeps_label_and_sizes():
    datum = caffe.io.array_to_datum(np.ones((10, 2, 3)), label=1)
    assert (datum.channels, datum.height, datum.width, datum.label) == (10, 2, 3, 1)


def test_messages_are_within_io_as_scripts_expect():
    assert caffe.io.caffe_pb2 is caffe_pb2


def test_gray_image_comes_back_from_its_blob():
    t = caffe.io.Transformer({"data": (1, 1, 2, 3)})
    t.set_transpose("data", (2, 0, 1))
    t.set_raw_scale("data", 255)
    image = np.arange(6, dtype=np.float32).reshape(2, 3, 1) / 6
    blob = t.preprocess("data", image)[None]
    assert np.allclose(t.deprocess("data", blob), image)


def test_blob_without_a_transpose_is_squeezed():
    t = caffe.io.Transformer({"data": (1, 1, 2, 3)})
    assert t.deprocess("data", np.zeros((1, 1, 2, 3))).shape == (2, 3)
