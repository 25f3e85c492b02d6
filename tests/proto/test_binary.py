"""Binary files: whole ones are read, damaged ones refused; arrays in BlobProtos."""

import random
import re

import numpy
import pytest

from brew.errors import BrewError, FileError, ProtoError
from brew.proto import caffe_pb2
from brew.proto.binary import (
    array_to_blobproto,
    blob_shape,
    blobproto_to_array,
    blobproto_to_arrays,
    parse_binary,
    read_message,
    write_message,
)
from brew.proto.caffe_pb2 import BlobProto, NetParameter, SolverState
from brew.proto.text import format_prototxt, parse_text
from brew.proto.upgrade import read_net

NET = """
name: "small"
layer {
  name: "conv" type: "Convolution" bottom: "data" top: "conv" phase: TEST
  param { lr_mult: 1 } param { lr_mult: 2 }
  convolution_param { num_output: 2 kernel_size: 3 weight_filler { type: "xavier" } }
}
layer {
  name: "clip" type: "Clip" bottom: "conv" top: "conv" clip_param { min: 0 max: 6 }
}
"""
OLD_NET = """
name: "old" input: "data" input_dim: 1 input_dim: 3 input_dim: 5 input_dim: 5
layers {
  layer { name: "conv" type: "conv" num_output: 2 kernelsize: 3 blobs_lr: 1 }
  bottom: "data" top: "conv"
}
"""


def small_model():
    """Return a net with parameters, as one would save it."""
    net = parse_text(NET, NetParameter())
    rng = numpy.random.default_rng(7)
    for shape in [(2, 3, 3, 3), (2,)]:
        net.layer[0].blobs.append(array_to_blobproto(rng.random(shape, "float32")))
    return net


def old_model():
    """Return a net of 2013, with blobs of four sizes in double precision."""
    net = parse_text(OLD_NET, NetParameter())
    for shape in [(2, 3, 3, 3), (1, 1, 1, 2)]:
        blob = net.layers[0].layer.blobs.add()
        blob.num, blob.channels, blob.height, blob.width = shape
        blob.double_data.extend(numpy.arange(numpy.prod(shape)).tolist())
    return net


def test_message_is_written_and_read_back(tmp_path):
    path = tmp_path / "small.caffemodel"
    write_message(small_model(), path)
    assert read_message(path, NetParameter()) == small_model()
    assert [file.name for file in tmp_path.iterdir()] == ["small.caffemodel"]


def test_fields_that_the_schema_does_not_know_are_kept(tmp_path):
    content = small_model().SerializeToString() + b"\xfa\xff\x0f\x03abc"
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(content)
    write_message(read_message(first, NetParameter()), second)
    assert b"\xfa\xff\x0f\x03abc" in second.read_bytes()


def test_state_of_brew_is_skipped_by_caffe():
    # field 8266801 is unknown to a message without it, and survives there
    state = SolverState(iter=3)
    state.brew_layer_state.add(net="train", layer="data", state_json="{}")
    as_blob = caffe_pb2.TileParameter.FromString(state.SerializeToString())
    assert as_blob.axis == 3
    assert SolverState.FromString(as_blob.SerializeToString()) == state


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"name: 'x'\n", "the file is text"),
        (b"\x89HDF\r\n\x1a\n rest", "an HDF5 file; its name should end in .h5"),
        (b"<!DOCTYPE html><html>", "a web page; download the file itself"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of git-lfs"),
        (b"PK\x03\x04 zipped", "a zip archive; unpack it"),
        (b"\x1f\x8b zipped", "a gzip archive; unpack it"),
        (b"\x0a\xff\xff\x03ab", "bytes missing at its end: 65533;"),
        (b"\x0a\x01x\x0a\x02y", "bytes missing at its end: 1;"),
        (b"\xa2\x06\x80", "it ends in the middle of a number"),
        (b"\x0a\x01x\x07\x01", "it is damaged at byte 3"),
        (b"\xff" * 12, "it is damaged at byte 10"),
        (b"\x08\x03", "nothing in it belongs to this kind"),
        (b"\x0a\x02\xff\xfe", "is not a text|it is damaged"),
        (b"\xa2\x06\x05\xa2\x09\x02\x0d\x00", "it is damaged"),
        (b"\xa2\x06\x08\xa2\x09\x05\x0d\0\0\0\0", "it lacks .*max"),
    ],
)
def test_file_of_another_kind_or_damaged_is_refused(tmp_path, content, says):
    path = tmp_path / "x.caffemodel"
    path.write_bytes(content)
    with pytest.raises(ProtoError, match=says) as caught:
        read_message(path, NetParameter())
    assert str(caught.value).startswith(f"{path}: this is not a ")


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(FileError, match="no such file"):
        read_message(tmp_path / "none", NetParameter())


def test_message_without_a_required_field_is_not_written(tmp_path):
    net = NetParameter()
    net.layer.add().clip_param.min = 0
    with pytest.raises(ProtoError, match="x.caffemodel: cannot be written: "):
        write_message(net, tmp_path / "x.caffemodel")
    assert list(tmp_path.iterdir()) == []


def use(net):
    """Touch everything in a net; return whether all its arrays are sound."""
    format_prototxt(net)
    sound = True
    for layer in net.layer:
        assert isinstance(layer.name + layer.type, str)
        for blob in layer.blobs:
            try:
                blobproto_to_arrays(blob)
            except ProtoError:
                sound = False
    return sound


@pytest.mark.parametrize("model", [small_model, old_model])
def test_model_cut_short_anywhere_is_refused_or_understood(model, tmp_path):
    content = model().SerializeToString()
    path = tmp_path / "cut.caffemodel"
    refused = 0
    for length in range(len(content)):
        path.write_bytes(content[:length])
        try:
            assert use(read_net(path))
        except BrewError as error:
            refused += str(path) in str(error)
    assert refused > 0.9 * len(content)


@pytest.mark.parametrize("model", [small_model, old_model])
def test_model_with_any_bit_flipped_is_refused_or_understood(model, tmp_path, caplog):
    content = model().SerializeToString()
    path = tmp_path / "flipped.caffemodel"
    refused = understood = 0
    for bit in range(0, 8 * len(content), 3):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        try:
            understood += use(read_net(path))
        except BrewError as error:
            refused += str(path) in str(error)
    assert refused > 50
    assert understood > 50


def test_random_bytes_never_break_out(tmp_path):
    rng = random.Random(3)
    for _ in range(500):
        content = rng.randbytes(rng.randrange(1, 60))
        for kind in (NetParameter, SolverState, BlobProto, caffe_pb2.Datum):
            try:
                message = parse_binary(content, kind(), "noise")
            except ProtoError:
                continue
            format_prototxt(message)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3, 4), (1, 1, 1, 1, 2)])
def test_array_becomes_a_blobproto_and_back(shape, dtype):
    array = numpy.random.default_rng(1).random(shape).astype(dtype)
    proto = array_to_blobproto(array, diff=-array)
    data, diff = blobproto_to_arrays(proto)
    assert data.dtype == diff.dtype == dtype
    assert tuple(proto.shape.dim) == shape
    numpy.testing.assert_array_equal(data, array)
    numpy.testing.assert_array_equal(diff, -array)
    data[...] = 0  # is writable


def test_array_without_elements_becomes_a_blobproto_and_back():
    data, diff = blobproto_to_arrays(array_to_blobproto(numpy.empty((0, 2))))
    assert (data.shape, diff) == ((0, 2), None)


def test_blobproto_holds_what_caffe_would_write():
    proto = array_to_blobproto(numpy.array([[1, 2, 3]]))
    want = BlobProto(data=[1, 2, 3])
    want.shape.dim.extend([1, 3])
    assert proto == want
    assert array_to_blobproto(numpy.array([0.1])).double_data == [0.1]
    assert not proto.diff


def test_array_that_is_not_contiguous_keeps_its_order():
    array = (
        numpy.arange(24, dtype="float32").reshape(2, 3, 4)[:, ::-1].transpose(2, 0, 1)
    )
    got = blobproto_to_array(array_to_blobproto(array))
    numpy.testing.assert_array_equal(got, array)


def test_legacy_sizes_outweigh_the_shape():
    proto = BlobProto(channels=2, height=1, num=1, width=3, data=range(6))
    proto.shape.dim.append(6)
    assert blob_shape(proto) == (1, 2, 1, 3)
    assert blobproto_to_array(proto).shape == (1, 2, 1, 3)
    assert blob_shape(BlobProto(num=4)) == (4, 0, 0, 0)


def test_values_that_came_unpacked_are_understood():
    content = b"\x3a\x03\x0a\x01\x02" + b"\x2d\0\0\x80\x3f" + b"\x2d\0\0\0\x40"
    got = blobproto_to_array(BlobProto.FromString(content))
    numpy.testing.assert_array_equal(got, [1, 2])


def test_double_values_outweigh_single_ones():
    proto = BlobProto(data=[1], double_data=[0.1], double_diff=[3])
    proto.shape.dim.append(1)
    data, diff = blobproto_to_arrays(proto)
    assert (data, diff) == (0.1, 3)


@pytest.mark.parametrize(
    ("dims", "says"),
    [
        ([3], "the stored shape (3,) asks for 3 values, but 2 are stored"),
        ([], "the stored shape () asks for 1 values"),
        ([2**62, 2**62], "(4611686018427387904, 4611686018427387904) asks for"),
        ([-1, -2], "the stored shape (-1, -2) has a negative size"),
    ],
)
def test_shape_that_does_not_fit_its_values_is_refused(dims, says):
    proto = BlobProto(data=[1, 2])
    proto.shape.dim.extend(dims)
    with pytest.raises(ProtoError, match=re.escape(says)):
        blobproto_to_array(proto)


def test_diff_that_is_missing_or_too_short_is_refused():
    proto = array_to_blobproto(numpy.ones(3))
    with pytest.raises(ProtoError, match="stores no diff"):
        blobproto_to_array(proto, return_diff=True)
    proto.double_diff.append(1)
    with pytest.raises(ProtoError, match="asks for 3 values, but 1 are stored"):
        blobproto_to_array(proto, return_diff=True)
