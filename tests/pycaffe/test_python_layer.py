"""Layers in Python do what those of pycaffe's users do."""

import sys

import numpy as np
import pytest

import brew as caffe

LAYERS = '''
import brew as caffe


class Ten(caffe.Layer):
    """Multiply by ten."""

    def setup(self, bottom, top):
        pass

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].data.shape)

    def forward(self, bottom, top):
        top[0].data[...] = 10 * bottom[0].data

    def backward(self, top, propagate_down, bottom):
        bottom[0].diff[...] = 10 * top[0].diff


class OnlyForward(caffe.Layer):
    def setup(self, bottom, top):
        self.seen = type(bottom), type(top), bottom[0].data.dtype

    def reshape(self, bottom, top):
        top[0].reshape()

    def forward(self, bottom, top):
        top[0].data[()] = bottom[0].data.sum()


class Refuses(caffe.Layer):
    def setup(self, bottom, top):
        raise RuntimeError("this is wanted")


class Learns(caffe.Layer):
    """The parameter itself, which grows with each backward."""

    def setup(self, bottom, top):
        self.blobs.add_blob(1)
        self.blobs[0].data[0] = 0

    def reshape(self, bottom, top):
        top[0].reshape(10)

    def forward(self, bottom, top):
        top[0].data[...] = self.blobs[0].data[0]

    def backward(self, top, propagate_down, bottom):
        self.blobs[0].diff[0] += 1


class Phase(caffe.Layer):
    def setup(self, bottom, top):
        self.at_setup = self.phase

    def reshape(self, bottom, top):
        top[0].reshape()

    def forward(self, bottom, top):
        top[0].data[()] = self.at_setup


class Wants(caffe.Layer):
    def setup(self, bottom, top):
        self.wanted = []

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].shape)

    def forward(self, bottom, top):
        top[0].data[...] = bottom[0].data + bottom[1].data

    def backward(self, top, propagate_down, bottom):
        self.wanted = list(propagate_down)
        for blob, is_wanted in zip(bottom, propagate_down):
            if is_wanted:
                blob.diff[...] = top[0].diff
'''


@pytest.fixture(autouse=True)
def module(tmp_path, monkeypatch):
    (tmp_path / "layers_of_pycaffe.py").write_text(LAYERS)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("layers_of_pycaffe", None)


def python(name, layer, bottom, top, more=""):
    bottoms = " ".join(f'bottom: "{b}"' for b in bottom.split())
    return (
        f'layer {{ name: "{name}" type: "Python" {bottoms} top: "{top}" {more} '
        f'python_param {{ module: "layers_of_pycaffe" layer: "{layer}" }} }}\n'
    )


OLD_INPUT = """
name: "pythonnet" force_backward: true
input: "data" input_shape { dim: 10 dim: 9 dim: 8 }
"""
THREE = (
    OLD_INPUT
    + python("one", "Ten", "data", "one")
    + python("two", "Ten", "one", "two")
    + python("three", "Ten", "two", "three")
)


@pytest.fixture
def net(write):
    return caffe.Net(write(THREE), caffe.TRAIN)


def test_layers_compute_one_after_the_other(net):
    net.blobs["data"].data[...] = 8
    net.forward()
    assert (net.blobs["three"].data == 8000).all()


def test_gradients_come_back_through_them(net):
    net.blobs["three"].diff[...] = 7
    net.backward()
    assert (net.blobs["data"].diff == 7000).all()


@pytest.mark.parametrize("how", ["reshape", "forward"])
def test_net_follows_a_new_input_shape(net, how):
    net.blobs["data"].reshape(2, 3, 4)
    getattr(net, how)()
    for name, blob in net.blobs.items():
        assert blob.data.shape == (2, 3, 4), name
        assert list(blob.shape) == [2, 3, 4]


def test_what_setup_raises_passes_through(write):
    bad = OLD_INPUT + python("bad", "Refuses", "data", "top")
    with pytest.raises(RuntimeError, match="this is wanted"):
        caffe.Net(write(bad), caffe.TEST)


def test_layer_without_backward_runs_forward(write):
    text = OLD_INPUT.replace("force_backward: true", "")
    net = caffe.Net(write(text + python("f", "OnlyForward", "data", "y")), caffe.TEST)
    net.blobs["data"].data[...] = 2
    out = net.forward()["y"]
    assert out.shape == ()
    assert out == 2 * 720
    net.backward()  # it takes part in no backward pass
    assert net.layers[1].seen == (list, list, np.float32)


def test_blobs_of_a_layer_are_parameters(write, tmp_path):
    path = write(OLD_INPUT + python("l", "Learns", "data", "top"))
    net, other = (caffe.Net(path, caffe.TRAIN) for _ in range(2))
    assert list(net.params) == ["l"]
    for times in 1, 2:
        net.forward()
        net.backward()
        assert net.params["l"][0].diff[0] == times
    net.params["l"][0].data[0] = 5
    net.save(str(tmp_path / "net.caffemodel"))
    other.copy_from(str(tmp_path / "net.caffemodel"))
    assert other.params["l"][0].data[0] == 5
    third = caffe.Net(path, caffe.TRAIN)
    third.share_with(net)
    net.params["l"][0].data[0] = 6
    assert third.forward()["top"][0] == 6
    assert other.forward()["top"][0] == 5


@pytest.mark.parametrize("phase", [caffe.TRAIN, caffe.TEST])
def test_layer_knows_its_phase(write, phase):
    net = caffe.Net(write(OLD_INPUT + python("p", "Phase", "data", "phase")), phase)
    assert net.forward()["phase"] == phase


def test_propagate_down_is_a_list_of_bool(write):
    text = (
        'input: "data" input_shape { dim: 2 }\n'
        'layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" '
        "inner_product_param { num_output: 3 axis: 0 } }\n"
        'layer { name: "c" type: "DummyData" top: "c" '
        "dummy_data_param { shape { dim: 3 } } }\n"
    )
    net = caffe.Net(write(text + python("w", "Wants", "ip c", "y", "loss_weight: 1")))
    net.forward()
    net.backward()
    assert net.layer_dict["w"].wanted == [True, False]
    assert (net.params["ip"][1].diff == 1).all()


def test_loss_needs_a_weight_in_the_prototxt(write):
    net = caffe.Net(
        write(
            OLD_INPUT
            + python("a", "OnlyForward", "data", "a")
            + python("b", "OnlyForward", "data", "b", "loss_weight: 2")
        ),
        caffe.TEST,
    )
    assert net.blob_loss_weights["a"] == 0
    assert net.blob_loss_weights["b"] == 2


def test_setup_and_reshape_of_any_layer_can_be_called(net):
    layer = net.layers[1]
    assert layer.type == "Python"
    bottom, top = [net.blobs["data"]], [net.blobs["one"]]
    bottom[0].reshape(5)
    layer.setup(bottom, top)
    layer.reshape(bottom, top)
    assert top[0].data.shape == (5,)
