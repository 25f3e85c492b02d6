"""``extract_features``: blobs of a net become databases, as by Caffe's tool."""

import numpy as np
import pytest

from brew import backend
from brew.cli import extract_features as command
from brew.layer import TEST
from brew.net import Net
from brew.proto.caffe_pb2 import Datum
from brew.sources import open_database

NET = """
name: "little"
layer { name: "data" type: "DummyData" top: "data" dummy_data_param {
  shape { dim: 3 dim: 2 dim: 5 dim: 4 } data_filler { type: "gaussian" } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3
  weight_filler { type: "gaussian" std: 0.1 } } }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
  inner_product_param { num_output: 6 weight_filler { type: "xavier" } } }
layer { name: "sum" type: "Reduction" bottom: "ip" top: "sum" }
layer { name: "five" type: "Reshape" bottom: "conv" top: "five"
  reshape_param { shape { dim: 0 dim: 2 dim: 2 dim: 3 dim: 2 } } }
layer { name: "off" type: "ReLU" bottom: "ip" top: "off" include { phase: TRAIN } }
"""


@pytest.fixture
def little(in_tmp_path, monkeypatch):
    """Write net.prototxt and net.caffemodel; note what the command computes."""
    (in_tmp_path / "net.prototxt").write_text(NET)
    Net("net.prototxt", TEST, seed=4).save("net.caffemodel")
    computed = []

    class Watched(Net):
        def run_forward(self, start=0, end=None):
            loss = super().run_forward(start, end)
            computed.append({name: b.data.copy() for name, b in self.blobs.items()})
            return loss

    monkeypatch.setattr(command, "Net", Watched)
    return computed


def records(path, kind="lmdb"):
    with open_database(path, kind) as database:
        return [(key, Datum.FromString(value)) for key, value in database]


@pytest.mark.parametrize("kind", ["lmdb", "leveldb"])
def test_each_item_becomes_a_datum_of_floats(brew, little, kind):
    command = ("extract_features", "net.caffemodel", "net.prototxt", "conv,ip", "a,b")
    code, _, err = brew(*command, "3", kind)
    assert code == 0, err
    for path, name, shape in ("a", "conv", (4, 3, 2)), ("b", "ip", (6, 1, 1)):
        wanted = np.concatenate([blobs[name] for blobs in little])
        got = records(path, kind)
        assert [key for key, _ in got] == [b"%010d" % i for i in range(9)]
        for (_, datum), item in zip(got, wanted, strict=True):
            assert (datum.channels, datum.height, datum.width) == shape
            assert np.array_equal(np.float32(datum.float_data), item.ravel())
            assert not datum.data
            assert not datum.HasField("label")
            assert not datum.HasField("encoded")
    assert "Extracted features of 9 query images for feature blob ip" in err


def test_the_stored_parameters_are_used(brew, little):
    brew("extract_features", "net.caffemodel", "net.prototxt", "ip", "a", "1", "lmdb")
    blobs, net = little[0], Net("net.prototxt", TEST, weights="net.caffemodel")
    net.blobs["data"].data[...] = blobs["data"]
    net.forward(start="conv", end="ip")
    assert np.array_equal(net.blobs["ip"].data, blobs["ip"])


def test_a_feature_database_feeds_a_data_layer(brew, little, in_tmp_path):
    brew("extract_features", "net.caffemodel", "net.prototxt", "conv", "a", "1", "lmdb")
    layer = """layer { name: "d" type: "Data" top: "y"
        data_param { source: "a" backend: LMDB batch_size: 3 } }"""
    (in_tmp_path / "read.prototxt").write_text(layer)
    net = Net("read.prototxt", TEST)
    assert np.array_equal(net.forward()["y"], little[0]["conv"])
    net.close()


WORDS = ("net.caffemodel", "net.prototxt", "ip", "a", "1", "lmdb")


@pytest.mark.parametrize(
    ("place", "word", "code", "problem"),
    [
        (0, "no.caffemodel", 1, "no.caffemodel: no such file"),
        (1, "no.prototxt", 1, "no.prototxt: no such file"),
        (2, "ipp", 1, "no blob 'ipp'. Did you mean 'ip'?"),
        (2, "off", 1, "no blob 'off'"),
        (2, "ip,conv", 2, "2 blobs, but 1 databases"),
        (2, "five", 1, "blob 'five' has shape (3, 2, 2, 3, 2)"),
        (3, "net.prototxt", 1, "net.prototxt: exists already"),
        (4, "0", 2, "NUM_BATCHES must be at least 1"),
        (4, "ten", 2, "invalid int value: 'ten'"),
        (5, "sqlite", 2, "'lmdb', 'leveldb'"),
    ],
)
def test_bad_words_are_told_and_nothing_is_left_behind(
    brew, little, in_tmp_path, place, word, code, problem
):
    before = sorted(in_tmp_path.iterdir())
    words = list(WORDS)
    words[place] = word
    got, _, err = brew("extract_features", *words)
    assert (got, problem in err) == (code, True), err
    assert sorted(in_tmp_path.iterdir()) == before


def test_one_database_for_two_blobs_is_refused(brew, little):
    code, _, err = brew("extract_features", *WORDS[:2], "ip,conv", "a,a", "1", "lmdb")
    assert (code, "named twice" in err) == (2, True)


def test_without_a_gpu_the_word_gpu_is_an_error(brew, little, in_tmp_path):
    code, _, err = brew("extract_features", *WORDS, "GPU", "7")
    assert code in (1, 2)
    assert "GPU" in err
    assert not (in_tmp_path / "a").exists()


def test_an_interrupt_leaves_no_database(brew, little, in_tmp_path, monkeypatch):
    def interrupt(self, start=0, end=None):
        raise KeyboardInterrupt

    monkeypatch.setattr(command.Net, "run_forward", interrupt)
    before = sorted(in_tmp_path.iterdir())
    assert brew("extract_features", *WORDS)[0] == 130
    assert sorted(in_tmp_path.iterdir()) == before


@pytest.mark.device
def test_a_gpu_stores_the_same_features(brew, little):
    names = ("net.caffemodel", "net.prototxt", "conv,data")
    code, _, err = brew("extract_features", *names, "a,b", "2", "lmdb", "GPU", "0")
    backend.set_mode_cpu()
    assert code == 0, err
    net = Net("net.prototxt", TEST, weights="net.caffemodel")
    stored = [datum for _, datum in records("b")]
    for i, (_, datum) in enumerate(records("a")):
        net.blobs["data"].data[0].flat = stored[i].float_data
        net.forward(start="conv", end="conv")
        wanted = net.blobs["conv"].data[0].ravel()
        assert np.allclose(datum.float_data, wanted, rtol=1e-4, atol=1e-5)
