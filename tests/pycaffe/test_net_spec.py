"""Nets of NetSpec run: what tests/test_net_spec.py writes is built here."""

import numpy as np
import pytest

import brew as caffe
from brew import layers as L
from brew import params as P


def build(proto, write):
    return caffe.Net(write(str(proto)), caffe.TEST)


def test_lenet_of_a_spec_has_nine_layers_and_runs(write):
    n = caffe.NetSpec()
    n.data, n.label = L.DummyData(
        shape=[{"dim": [2, 1, 28, 28]}, {"dim": [2]}],
        transform_param={"scale": 1 / 255},
        ntop=2,
    )
    filler = {"type": "xavier"}
    n.conv1 = L.Convolution(n.data, kernel_size=5, num_output=20, weight_filler=filler)
    n.pool1 = L.Pooling(n.conv1, kernel_size=2, stride=2, pool=P.Pooling.MAX)
    n.conv2 = L.Convolution(n.pool1, kernel_size=5, num_output=50, weight_filler=filler)
    n.pool2 = L.Pooling(n.conv2, kernel_size=2, stride=2, pool=P.Pooling.MAX)
    n.ip1 = L.InnerProduct(n.pool2, num_output=500, weight_filler=filler)
    n.relu1 = L.ReLU(n.ip1, in_place=True)
    n.ip2 = L.InnerProduct(n.relu1, num_output=10, weight_filler=filler)
    n.loss = L.SoftmaxWithLoss(n.ip2, n.label)
    proto = n.to_proto()
    assert len(proto.layer) == 9
    relu = next(layer for layer in proto.layer if layer.type == "ReLU")
    assert list(relu.bottom) == list(relu.top) == ["ip1"]
    net = build(proto, write)
    assert list(net.forward()) == ["loss"]
    assert net.layers[-1].type == "SoftmaxWithLoss"


def test_unnamed_layers_are_built_as_well(write):
    data = L.DummyData(shape={"dim": [1, 3]})
    net = build(L.TanH(L.InnerProduct(data, num_output=2)).to_proto(), write)
    assert list(net.layer_dict) == ["DummyData1", "InnerProduct1", "TanH1"]


def test_net_that_ends_in_silence_returns_nothing(write):
    n = caffe.NetSpec()
    n.data, n.more = L.DummyData(shape=[{"dim": [3]}, {"dim": [4, 2]}], ntop=2)
    n.silence_data = L.Silence(n.data, ntop=0)
    n.silence_more = L.Silence(n.more, ntop=0)
    assert build(n.to_proto(), write).forward() == {}


def test_python_layer_of_a_spec_runs(write, monkeypatch, tmp_path):
    (tmp_path / "ten_of_spec.py").write_text(
        "import brew as caffe\n"
        "class Ten(caffe.Layer):\n"
        "    def setup(self, bottom, top): pass\n"
        "    def reshape(self, bottom, top): top[0].reshape(*bottom[0].data.shape)\n"
        "    def forward(self, bottom, top): top[0].data[...] = 10 * bottom[0].data\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    data = L.Input(shape={"dim": [2, 3]})
    ten = L.Python(data, module="ten_of_spec", layer="Ten")
    net = build(ten.to_proto(), write)
    net.blobs["Input1"].data[...] = 2
    assert (net.forward()["Python1"] == 20).all()


def test_several_tops_are_refused_as_one_bottom():
    tops = L.DummyData(shape=[{"dim": [1]}] * 2, ntop=2)
    message = r"Silence input 0 is not a Top \(type is <(class|type) 'tuple'>\)"
    with pytest.raises(TypeError, match=message):
        L.Silence(tops, ntop=0)


def test_crop_of_a_spec_is_built(write):
    n = caffe.NetSpec()
    n.big = L.Input(shape={"dim": [1, 1, 6, 6]})
    n.small = L.Convolution(n.big, num_output=1, kernel_size=3)
    n.cut = L.Crop(n.big, n.small, axis=2, offset=[1, 1])
    net = build(n.to_proto(), write)
    net.blobs["big"].data[...] = np.arange(36).reshape(1, 1, 6, 6)
    assert net.forward()["cut"][0, 0, 0].tolist() == [7, 8, 9, 10]
