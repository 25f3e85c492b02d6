"""A layer written for pycaffe, word by word, works in a net that trains."""

import sys

import numpy as np
import pytest

import brew
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.testing import check_gradient

# As it would stand in a file of somebody who has only ever used Caffe.
MODULE = '''
import numpy as np
import brew as caffe  # the only line that has changed


class LogCoshLoss(caffe.Layer):
    """The sum of log cosh(a - b), averaged over the batch."""

    def setup(self, bottom, top):
        if len(bottom) != 2:
            raise Exception("LogCoshLoss compares two blobs.")
        self.scale = float(self.param_str or 1)

    def reshape(self, bottom, top):
        if bottom[0].count != bottom[1].count:
            raise Exception("LogCoshLoss needs blobs of one size.")
        self.error = np.zeros_like(bottom[0].data, dtype=np.float32)
        top[0].reshape(1)

    def forward(self, bottom, top):
        self.error = bottom[0].data - bottom[1].data
        top[0].data[...] = np.sum(np.log(np.cosh(self.error))) / bottom[0].num

    def backward(self, top, propagate_down, bottom):
        for i, sign in ((0, 1), (1, -1)):
            if propagate_down[i]:
                slope = np.tanh(self.error) / bottom[i].num
                bottom[i].diff[...] = sign * slope * top[0].diff[0]
'''
NET = """
layer { name: "data" type: "DummyData" top: "x" top: "t"
  dummy_data_param { shape { dim: 8 dim: 3 } shape { dim: 8 dim: 2 }
    data_filler { type: "gaussian" } data_filler { type: "constant" value: 2 } } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "Python" bottom: "y" bottom: "t" top: "loss" loss_weight: 1
  python_param { module: "layers_of_a_caffe_user" layer: "LogCoshLoss" } }
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "layers_of_a_caffe_user.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("layers_of_a_caffe_user", None)


def solver(net=NET):
    text = f'base_lr: 0.2 lr_policy: "fixed" random_seed: 1 net_param {{ {net} }}'
    return brew.get_solver(parse_text(text, caffe_pb2.SolverParameter()))


def test_it_trains(module):
    losses = list(solver().steps(300))
    assert losses[-1] < 0.1 * losses[0]


def test_its_gradient_is_right(module):
    from layers_of_a_caffe_user import LogCoshLoss

    bottoms = [(4, 3), (4, 3)]
    assert check_gradient(LogCoshLoss, bottoms=bottoms).ok


def test_a_wrong_gradient_would_be_found(module):
    from layers_of_a_caffe_user import LogCoshLoss

    class Wrong(LogCoshLoss):
        def backward(self, top, propagate_down, bottom):
            super().backward(top, propagate_down, bottom)
            bottom[1].diff[...] *= -1

    with pytest.raises(brew.BrewError, match="in1"):
        check_gradient(Wrong, bottoms=[(4, 3), (4, 3)])


def test_gradients_reach_the_layers_below(module):
    net = solver().net
    net.forward_backward()
    x, y, t = (net.blobs[name].data for name in ("x", "y", "t"))
    assert np.allclose(net.params["ip"][0].diff, np.tanh(y - t).T @ x / 8, atol=1e-6)


def test_what_it_raises_passes_through_with_the_layers_name(module):
    with pytest.raises(Exception, match="needs blobs of one size") as caught:
        solver(NET.replace("dim: 8 dim: 2", "dim: 8 dim: 5"))
    assert type(caught.value) is Exception
    assert caught.value.__notes__ == ["in setup of layer 'loss' (Python)"]
    net = solver().net
    net.blobs["t"].reshape(8, 7)
    with pytest.raises(Exception, match="needs blobs of one size") as caught:
        net.forward(start="loss")
    assert caught.value.__notes__ == ["in forward of layer 'loss' (Python)"]
