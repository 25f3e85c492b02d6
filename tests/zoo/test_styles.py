"""The net for styles: the lower half of SqueezeNet, frozen, and a classifier on top."""

import numpy as np
import pytest

from brew import get_solver, zoo
from brew.datasets import styles
from brew.proto.upgrade import read_net
from brew.solver_nets import solver_param

NEW = ["style/scale", "style/score"]
MEAN = np.array([104, 117, 123], np.float32)[:, None, None]


def layers_of(model, stem="deploy"):
    net = read_net(zoo.path(model) / f"{stem}.prototxt")
    return {layer.name: layer for layer in net.layer if layer.bottom}


def without_training(layer):
    """Return a layer as it stands in a net for use."""
    for field in "param", "batch_norm_param":
        layer.ClearField(field)
    for field in "convolution_param", "inner_product_param":
        if layer.HasField(field):
            getattr(layer, field).ClearField("weight_filler")
    return layer


def test_what_has_a_name_of_squeezenet_is_as_it_is_there():
    base, ours = layers_of("squeezenet"), layers_of("styles")
    common = [name for name in ours if name in base and name != "prob"]
    assert common == list(base)[: list(base).index("fire6/concat") + 1]
    for name in common:
        assert ours[name] == base[name]


def test_the_net_for_use_is_the_net_that_was_trained():
    trained, used = layers_of("styles", "train_test"), layers_of("styles")
    for name in "loss", "accuracy":
        del trained[name]
    del used["prob"]
    assert {name: without_training(layer) for name, layer in trained.items()} == used


def test_all_that_squeezenet_has_is_frozen():
    trained, base = layers_of("styles", "train_test"), layers_of("squeezenet")
    for layer in trained.values():
        if layer.type == "Convolution":
            assert layer.name in base
            assert [param.lr_mult for param in layer.param] == [0, 0]
    assert [param.lr_mult for param in trained["style/score"].param] == [1, 2]


def test_the_file_holds_the_new_layers_only():
    stored = read_net(zoo.path("styles") / "styles.caffemodel")
    assert [layer.name for layer in stored.layer] == NEW


@pytest.fixture
def _base_is_here():
    if not zoo.is_here("squeezenet"):
        pytest.skip("the parameters of squeezenet are not in the cache")
    pytest.importorskip("skimage")


@pytest.mark.usefixtures("_base_is_here")
def test_training_moves_what_is_new_and_nothing_else(tmp_path, monkeypatch):
    pytest.importorskip("lmdb")
    base = zoo.load("squeezenet")
    weights = str(zoo.weights("squeezenet"))
    monkeypatch.setenv("BREW_DATA", str(tmp_path))
    monkeypatch.setattr(styles, "NUM_PATCHES", {"train": 5, "test": 5})
    param = solver_param(zoo.path("styles") / "solver.prototxt")
    param.weights.append(weights)
    solver = get_solver(param)
    first, second = solver.steps(2)
    params = solver.net.params
    for name, blobs in params.items():
        for i, blob in enumerate(blobs):
            is_the_bases = name in base.params
            assert is_the_bases == (name not in NEW)
            moved = (
                blob.data.any()
                if name in NEW
                else blob.data != base.params[name][i].data
            )
            assert np.any(moved) == (name in NEW)
    assert second < first
    solver.close()


@pytest.mark.usefixtures("_base_is_here")
def test_it_names_most_styles_of_photographs_it_has_never_seen():
    images, labels, _ = styles.render("test", 6)
    net = zoo.load("styles")
    net.blobs["data"].reshape(*images.shape)
    net.blobs["data"].data[...] = images - MEAN
    answers = net.forward()["prob"].argmax(axis=1)
    assert (answers == labels).mean() > 0.75
