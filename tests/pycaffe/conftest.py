"""What these tests share: files in a folder of their own, and nets."""

import numpy as np
import pytest

import brew as caffe

from .nets import CHAIN, MEANS, NET


@pytest.fixture
def write(tmp_path):
    """Write a text file and return its path as text, as scripts have it."""

    def write(text, name="net.prototxt"):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write


@pytest.fixture
def net(write):
    return caffe.Net(write(NET), caffe.TRAIN)


@pytest.fixture
def chain(write):
    return caffe.Net(write("force_backward: true\n" + CHAIN), caffe.TEST)


@pytest.fixture
def means(write, tmp_path):
    """Return a function that writes MEANS for a shape, and weights that keep them."""

    def means(*shape):
        path = write(MEANS % " ".join(f"dim: {size}" for size in shape))
        net = caffe.Net(path, caffe.TEST)
        net.params["ip"][0].data[...] = np.eye(3)
        net.save(str(tmp_path / "net.caffemodel"))
        return path, str(tmp_path / "net.caffemodel")

    return means
