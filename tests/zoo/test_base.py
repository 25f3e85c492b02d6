"""A model that stands on another: the two are put together, and told apart again."""

import shutil

import numpy as np
import pytest

from brew import TEST, Net, zoo
from brew.download import checksums
from brew.errors import FileError, WeightMismatch
from brew.proto.upgrade import read_net
from brew.zoo import cards
from tests.zoo.test_weights import cache, served, write_card  # noqa: F401

LAYER = """
layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}"
  {frozen} inner_product_param {{ num_output: {num}
    weight_filler {{ type: "gaussian" }} }} }}
"""
SCALE = 'layer { name: "scale" type: "BatchNorm" bottom: "low" top: "scale" }'
INPUT = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 4 dim: 2 } } }
"""
DATA = """
layer { name: "x" type: "DummyData" top: "x" top: "label" dummy_data_param {
  shape { dim: 4 dim: 2 } shape { dim: 4 } data_filler { type: "gaussian" }
  data_filler { type: "constant" } } }
"""
LOSS = 'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "new" bottom: "label" }'
FROZEN = 2 * "param { lr_mult: 0 } "
SOLVER = """
net: "train_test.prototxt"  base_lr: 0.1  lr_policy: "fixed"  max_iter: 3
random_seed: 1  snapshot: 3  snapshot_prefix: "fine"  display: 1
"""


def ip(name, bottom, num, frozen=""):
    return LAYER.format(name=name, bottom=bottom, num=num, frozen=frozen)


@pytest.fixture
def shop(tmp_path, monkeypatch, served):  # noqa: F811
    """Make a zoo: plain, whose parameters are served, and fine; return its folder."""
    folder, address = served
    for model in "plain", "fine":
        (tmp_path / "zoo" / model).mkdir(parents=True)
    plain, fine = tmp_path / "zoo" / "plain", tmp_path / "zoo" / "fine"
    monkeypatch.setattr(cards, "ROOT", plain.parent)
    monkeypatch.setenv("BREW_DATA", str(tmp_path / "made"))
    (plain / "deploy.prototxt").write_text(
        INPUT + ip("low", "x", 3) + ip("high", "low", 5)
    )
    served_file = folder / "plain.caffemodel"
    Net(plain / "deploy.prototxt", TEST, seed=2).save(served_file)
    facts = {"caffemodel": served_file.name, "sha256": checksums(served_file)["sha256"]}
    write_card(plain, caffemodel_url=f"{address}/{served_file.name}", **facts)
    new = SCALE + ip("new", "scale", 2)
    (fine / "deploy.prototxt").write_text(INPUT + ip("low", "x", 3) + new)
    (fine / "train_test.prototxt").write_text(
        DATA + ip("low", "x", 3, FROZEN) + new + LOSS
    )
    (fine / "solver.prototxt").write_text(SOLVER)
    write_fine_card(fine, facts["sha256"])
    return fine


def write_fine_card(fine, base_sha256, **facts):
    facts = {"caffemodel": "fine.caffemodel", "base": "plain"} | facts
    write_card(fine, base_sha256=base_sha256, **facts)


@pytest.fixture
def trained(shop, in_tmp_path, cache):  # noqa: F811
    """Lay the parameters of fine beside its net; its base must be fetched again."""
    (shop / "fine.caffemodel").write_bytes(zoo.retrain("fine").read_bytes())
    shutil.rmtree(cache)
    return shop


def weights_of(net, layer):
    return net.params[layer][0].data


def test_the_file_of_a_model_holds_only_what_its_base_lacks(trained):
    layers = read_net("fine.caffemodel").layer
    assert [layer.name for layer in layers] == ["scale", "new"]
    for layer in layers:
        fields = [field.name for field, _ in layer.ListFields()]
        assert fields == ["name", "type", "blobs"]
    whole = {layer.name for layer in read_net("fine_iter_3.caffemodel").layer}
    assert {"low", "scale", "new", "loss"} <= whole


def test_a_layer_of_the_base_that_has_learned_is_kept(shop, in_tmp_path):
    train_test = shop / "train_test.prototxt"
    train_test.write_text(train_test.read_text().replace(FROZEN, ""))
    names = [layer.name for layer in read_net(zoo.retrain("fine")).layer]
    assert names == ["low", "scale", "new"]


def test_a_model_is_loaded_together_with_its_base(trained):
    plain, fine = zoo.load("plain"), zoo.load("fine")
    snapshot = Net(trained / "deploy.prototxt", TEST, weights="fine_iter_3.caffemodel")
    assert np.array_equal(weights_of(fine, "low"), weights_of(plain, "low"))
    for name in "low", "scale", "new":
        assert np.array_equal(weights_of(fine, name), weights_of(snapshot, name))


def test_the_parameters_of_a_model_are_a_file_that_holds_both(trained):
    place = zoo.weights("fine")
    assert [layer.name for layer in read_net(place).layer if layer.blobs] == [
        "low",
        "scale",
        "new",
    ]
    place.write_bytes(b"made once")
    assert zoo.weights("fine") == place
    assert place.read_bytes() == b"made once"


def test_other_parameters_make_another_file(trained):
    before = zoo.weights("fine")
    place = trained / "fine.caffemodel"
    net = read_net(place)
    net.layer[1].blobs[0].data[0] += 1
    place.write_bytes(net.SerializeToString())
    assert weights_of(zoo.load("fine"), "new").flat[0] == net.layer[1].blobs[0].data[0]
    assert zoo.weights("fine") != before


def test_retraining_makes_the_same_bytes(trained):
    assert (
        zoo.retrain("fine").read_bytes() == (trained / "fine.caffemodel").read_bytes()
    )


def test_retraining_tells_each_iteration(shop, in_tmp_path):
    steps = []
    zoo.retrain("fine", step=lambda: steps.append(1))
    assert len(steps) == 3


def test_a_card_may_name_another_solver(shop, in_tmp_path):
    (shop / "short.prototxt").write_text(SOLVER.replace("3", "2"))
    sha256 = zoo.read_card("plain").facts["sha256"]
    write_fine_card(shop, sha256, solver="short.prototxt")
    zoo.retrain("fine")
    assert (in_tmp_path / "fine_iter_2.caffemodel").exists()


def test_a_model_without_a_base_is_retrained_whole(shop, in_tmp_path):
    for file in "train_test.prototxt", "solver.prototxt":
        (shop.parent / "plain" / file).write_text((shop / file).read_text())
    place = zoo.retrain("plain")
    assert place.read_bytes() == (in_tmp_path / "fine_iter_3.caffemodel").read_bytes()


def test_a_model_is_here_if_its_base_is(trained):
    sums = {"sha256": checksums(trained / "fine.caffemodel")["sha256"]}
    write_fine_card(trained, zoo.read_card("plain").facts["sha256"], **sums)
    assert not zoo.is_here("fine")
    zoo.weights("plain")
    assert zoo.is_here("fine")
    (trained / "fine.caffemodel").unlink()
    assert not zoo.is_here("fine")


def test_without_its_base_a_model_says_what_to_do(trained, served):  # noqa: F811
    (served[0] / "plain.caffemodel").unlink()
    for attempt in zoo.load, zoo.retrain:
        with pytest.raises(FileError) as caught:
            attempt("fine")
        assert str(caught.value).startswith(
            "fine needs the parameters of plain, too. plain.caffemodel cannot be fetch"
        )
        assert "Without a connection, put the file at" in str(caught.value)


def test_a_base_with_another_checksum_is_refused(trained, served, cache):  # noqa: F811
    (served[0] / "plain.caffemodel").write_bytes(b"something else")
    with pytest.raises(FileError, match=r"fine needs .*\n.*the checksum differs"):
        zoo.load("fine")
    assert not list(cache.rglob("*.caffemodel"))


def test_a_damaged_base_in_the_cache_is_fetched_anew(trained):
    place, intact = zoo.weights("plain"), zoo.weights("plain").read_bytes()
    place.write_bytes(intact[:-1] + b"?")
    zoo.load("fine")
    assert place.read_bytes() == intact


@pytest.mark.parametrize(("sha256", "told"), [("ab" * 32, "abab"), ("", r"\(none\)")])
def test_another_base_than_that_of_the_training_is_refused(shop, sha256, told):
    write_fine_card(shop, sha256)
    (shop / "fine.caffemodel").write_bytes(b"")
    message = f"stands on plain with base_sha256 {told}.* train it again on that one"
    with pytest.raises(FileError, match=message):
        zoo.load("fine")


def test_a_base_that_is_no_model_of_the_zoo_is_refused(shop):
    write_fine_card(shop, "ab", base="plane")
    (shop / "fine.caffemodel").write_bytes(b"")
    with pytest.raises(FileError, match=r"no model 'plane'\. Did you mean 'plain'\?"):
        zoo.load("fine")


def test_a_base_whose_layers_have_other_shapes_is_refused(trained):
    deploy = trained / "deploy.prototxt"
    deploy.write_text(INPUT + ip("low", "x", 4) + ip("new", "low", 2))
    with pytest.raises(WeightMismatch, match="plain.caffemodel: layer 'low'"):
        zoo.load("fine")


def test_a_cache_that_cannot_be_made_is_told(trained, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BREW_DATA", str(tmp_path / "file"))
    message = "cannot be made .*; set BREW_DATA to a folder that you may write to"
    with pytest.raises(FileError, match=message):
        zoo.load("fine")


def test_a_model_without_a_solver_is_not_retrained(shop, in_tmp_path):
    (shop / "solver.prototxt").unlink()
    with pytest.raises(FileError, match=r"solver.prototxt: .*no such file"):
        zoo.retrain("fine")


def test_publish_takes_out_what_the_base_holds(trained):
    shutil.copy("fine_iter_3.caffemodel", trained / "fine.caffemodel")
    write_fine_card(trained, "", caffemodel_url="http://example.org/fine.caffemodel")
    facts = zoo.publish(trained).facts
    assert facts["base_sha256"] == zoo.read_card("plain").facts["sha256"]
    assert (
        zoo.retrain("fine").read_bytes() == (trained / "fine.caffemodel").read_bytes()
    )
    assert facts["sha256"] == checksums(trained / "fine.caffemodel")["sha256"]
    assert zoo.is_here("fine")


def test_publish_leaves_a_file_alone_that_does_not_fit(trained):
    shutil.copy("fine_iter_3.caffemodel", trained / "fine.caffemodel")
    before = (trained / "fine.caffemodel").read_bytes()
    (trained / "deploy.prototxt").write_text(INPUT + ip("new", "x", 5))
    write_fine_card(trained, "", caffemodel_url="http://example.org/fine.caffemodel")
    with pytest.raises(WeightMismatch, match="fine.caffemodel: layer 'new'"):
        zoo.publish(trained)
    assert (trained / "fine.caffemodel").read_bytes() == before


def test_a_base_in_the_zoo_stands_on_its_own():
    for name in zoo.list_models():
        base = zoo.read_card(name).facts.get("base")
        assert base is None or "base" not in zoo.read_card(base).facts
