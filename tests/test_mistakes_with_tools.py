"""Mistakes with what stands around nets: tools, commands, data sets and models."""

import gzip

import numpy as np
import pytest

import brew
from brew import datasets, draw
from brew import layers as L
from brew.classifier import Classifier
from brew.cli._flags import UsageError
from brew.cli.detect import read_windows
from brew.cli.run import main as run
from brew.coord_map import compose, coord_map
from brew.datasets.idx import read_idx
from brew.errors import (
    ArrayError,
    AxisMismatchException,
    FileError,
    NetError,
    SourceError,
    UndefinedMapException,
)
from brew.proto.text import format_prototxt
from brew.sources.matlab import read_proposals
from brew.summary import summarize
from brew.zoo.publish import publish
from tests.net.helpers import build, data

IMAGES = data(dims="dim: 1 dim: 3 dim: 4 dim: 4")


def test_a_classifier_needs_an_image(tmp_path):
    path = tmp_path / "deploy.prototxt"
    path.write_text(format_prototxt(build(IMAGES).param))
    with pytest.raises(ArrayError, match="predict needs at least one image"):
        Classifier(str(path), None).predict([])


def test_a_row_of_windows_that_is_not_full_is_told(tmp_path):
    path = tmp_path / "windows.csv"
    path.write_text("filename,ymin,xmin,ymax,xmax\na.jpg,1,2,3\n")
    with pytest.raises(FileError, match="windows.csv:2: has no xmax"):
        read_windows(path)


def test_a_script_that_is_not_there_is_told(in_tmp_path):
    with pytest.raises(UsageError, match="run: there is no script 'train.py' in"):
        run(["train.py"])


def test_points_are_followed_only_through_layers_that_keep_them():
    top = L.Input(shape={"dim": [1, 1, 4, 4]})
    with pytest.raises(UndefinedMapException, match="layer moves points anywhere"):
        coord_map(L.InnerProduct(top, num_output=2).fn)
    with pytest.raises(UndefinedMapException, match="L.Convolution has no kernel_size"):
        coord_map(L.Convolution(top, num_output=2).fn)
    with pytest.raises(
        AxisMismatchException, match="layer moves points from axis 1 on"
    ):
        compose((1, 1, 0), (2, 1, 0))


def test_a_data_set_is_not_converted_to_an_unknown_form(tmp_path):
    with pytest.raises(
        FileError, match="datasets: no form 'lmbd'. Did you mean 'lmdb'"
    ):
        datasets.convert("mnist10k", "lmbd", tmp_path / "db")


def test_a_damaged_archive_is_to_be_fetched_again(tmp_path):
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(b"numbers" * 99)[:15])
    with pytest.raises(FileError, match=r"images.gz: damaged \(.*\); fetch it again"):
        read_idx(path)


def test_a_net_is_drawn_only_as_what_can_be_drawn():
    graph = draw.get_pydot_graph(build(IMAGES).param, "LR")
    with pytest.raises(NetError, match="a net cannot be drawn as 'txt'; choose one of"):
        graph.create("txt")


def test_boxes_of_a_wrong_shape_are_told(tmp_path):
    scipy_io = pytest.importorskip("scipy.io")
    cells = [np.empty((1, 1), object) for _ in range(2)]
    cells[0][0, 0], cells[1][0, 0] = "a", np.ones((2, 3))
    path = tmp_path / "boxes.mat"
    scipy_io.savemat(path, {"images": cells[0], "boxes": cells[1]})
    with pytest.raises(SourceError, match=r"boxes of 'a' have shape \(2, 3\); rows of"):
        read_proposals(path)


def test_only_data_get_another_shape_in_a_summary():
    net = build(IMAGES)
    with pytest.raises(NetError, match="has no data 'y' to give a shape to.* data: x"):
        summarize(net.param, brew.TEST, shapes={"y": (1, 2)})


def test_a_model_without_its_parameters_is_not_published(tmp_path):
    facts = (
        "name: x\ncaffemodel: x.caffemodel\ncaffemodel_url: http://x\nlicense: MIT\n"
    )
    (tmp_path / "readme.md").write_text(f"---\n{facts}---\n\nText.\n")
    with pytest.raises(FileError, match="x.caffemodel is not there; copy the snapshot"):
        publish(tmp_path)
