"""Large models are read in little memory, and deep nets are built in little time."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import brew
from benchmarks.depth import deep_net
from brew.proto import caffe_pb2
from brew.proto.binary import write_message
from brew.proto.wire import encode_bytes
from tests.net.helpers import build, data, ip

# What reading costs at most, in sizes of the file, with the net's own memory.
MAX_COST = 2.2

MEASURE = """
import os, re
import brew

def peak():  # ru_maxrss would begin with that of the parent
    with open("/proc/self/status") as file:
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", file.read())[1]) * 1024

before = peak()
net = brew.Net("large.prototxt", brew.TEST, weights="large.caffemodel")
print((peak() - before) / os.path.getsize("large.caffemodel"))
"""
LARGE = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 1000 } } }
layer { name: "fc6" type: "InnerProduct" bottom: "x" top: "fc6"
  inner_product_param { num_output: 10000 } }
layer { name: "fc7" type: "InnerProduct" bottom: "fc6" top: "fc7"
  inner_product_param { num_output: 500 } }
"""


@pytest.mark.slow
def test_reading_a_large_model_costs_little_memory(in_tmp_path):
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux tells the peak of a process's own memory")
    (in_tmp_path / "large.prototxt").write_text(LARGE)
    brew.Net("large.prototxt", brew.TEST).save("large.caffemodel")
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert 1 < float(done.stdout) < MAX_COST


def test_time_to_build_grows_with_the_depth_and_not_its_square():
    seconds_to_build(10)
    few = min(seconds_to_build(100) for _ in range(5))
    many = min(seconds_to_build(1000) for _ in range(3))
    assert many < 25 * few


def seconds_to_build(num_layers):
    param = deep_net(num_layers)
    start = time.process_time()
    assert len(brew.Net(param, brew.TRAIN).layers) == num_layers + 1
    return time.process_time() - start


TEXT = data() + ip("a", "x")


def stored_net(net, encode):
    """Return a binary net whose arrays `encode` has written."""
    layers = b""
    for layer in net.to_proto().layer:
        blobs = b""
        for blob in layer.blobs:
            values = np.array(blob.data, "<f4")
            shape = encode_bytes(7, blob.shape.SerializeToString())
            blobs += encode_bytes(7, encode(values) + shape)
        layer.ClearField("blobs")
        layers += encode_bytes(100, layer.SerializeToString() + blobs)
    return layers


def in_two_pieces(values):
    middle = values.size // 2
    pieces = values[:middle], values[middle:]
    return b"".join(encode_bytes(5, piece.tobytes()) for piece in pieces)


def one_by_one(values):
    return b"".join(b"\x2d" + value.tobytes() for value in values)


def in_double(values):
    return encode_bytes(8, values.astype("<f8").tobytes())


@pytest.mark.parametrize("encode", [in_two_pieces, one_by_one, in_double])
def test_arrays_are_read_however_they_were_written(encode, in_tmp_path):
    net = build(TEXT, seed=1)
    (in_tmp_path / "net.caffemodel").write_bytes(stored_net(net, encode))
    again = build(TEXT, weights="net.caffemodel", seed=2)
    for mine, theirs in zip(again.params["a"], net.params["a"], strict=True):
        assert np.array_equal(mine.data, theirs.data)


def test_layers_of_2014_are_read(in_tmp_path):
    net = build(TEXT, seed=1)
    old = caffe_pb2.NetParameter()
    for layer in net.to_proto().layer:
        if layer.type == "InnerProduct":
            entry = old.layers.add(name=layer.name, type=14)
            entry.blobs.extend(layer.blobs)
            entry.top.append("a"), entry.bottom.append("x")
    write_message(old, "old.caffemodel")
    again = build(TEXT, weights="old.caffemodel", seed=2)
    assert np.array_equal(again.params["a"][0].data, net.params["a"][0].data)


def test_wrong_number_of_stored_values_is_told(in_tmp_path):
    net = build(TEXT, seed=1)
    (in_tmp_path / "net.caffemodel").write_bytes(
        stored_net(net, lambda values: encode_bytes(5, values[1:].tobytes()))
    )
    with pytest.raises(brew.errors.ProtoError, match="values, but .* are stored"):
        build(TEXT, weights="net.caffemodel")
