"""A layer in Python gets the text of its param_str before setup."""

import sys

import pytest

import brew as caffe

LAYERS = """
import json
import brew as caffe


class Times(caffe.Layer):
    def setup(self, bottom, top):
        self.value = float(self.param_str)

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].data.shape)

    def forward(self, bottom, top):
        top[0].data[...] = self.value * bottom[0].data

    def backward(self, top, propagate_down, bottom):
        bottom[0].diff[...] = self.value * top[0].diff


class Told(Times):
    def setup(self, bottom, top):
        self.value = json.loads(self.param_str or '{"times": 1}')["times"]
"""
NET = """
force_backward: true
input: "data" input_shape { dim: 10 dim: 9 dim: 8 }
layer { name: "mul10" type: "Python" bottom: "data" top: "mul10"
  python_param { module: "layers_with_text" layer: "Times" param_str: "10" } }
layer { name: "mul2" type: "Python" bottom: "mul10" top: "mul2"
  python_param { module: "layers_with_text" layer: "Told"
    param_str: '{"times": 2}' } }
layer { name: "mul1" type: "Python" bottom: "mul2" top: "mul1"
  python_param { module: "layers_with_text" layer: "Told" } }
"""


@pytest.fixture
def net(write, tmp_path, monkeypatch):
    (tmp_path / "layers_with_text.py").write_text(LAYERS)
    monkeypatch.syspath_prepend(tmp_path)
    yield caffe.Net(write(NET), caffe.TRAIN)
    sys.modules.pop("layers_with_text", None)


def test_forward_uses_it(net):
    net.blobs["data"].data[...] = 8
    net.forward()
    assert (net.blobs["mul1"].data == 160).all()


def test_backward_uses_it(net):
    net.blobs["mul1"].diff[...] = 7
    net.backward()
    assert (net.blobs["data"].diff == 140).all()


def test_it_is_a_text_and_empty_if_not_given(net):
    texts = [layer.param_str for layer in net.layers if layer.type == "Python"]
    assert texts == ["10", '{"times": 2}', ""]
