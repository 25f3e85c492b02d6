"""What these tests share: files in a folder of their own, and nets."""

import pytest

import brew as caffe

from .nets import CHAIN, NET


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
