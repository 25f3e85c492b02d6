"""Trained parameters are found, or fetched and checked; and they work."""

import hashlib
import http.server
import threading

import numpy as np
import pytest

from brew import TEST, Net, datasets, zoo
from brew.errors import FileError

TRAINED = [name for name in zoo.list_models() if "sha256" in zoo.read_card(name).facts]
DEPLOY = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 2 } } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y"
        inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Fetch into a folder of the test's own."""
    monkeypatch.setenv("BREW_ZOO", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def served(tmp_path):
    """Serve a folder on this machine: yields the folder and its address."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=folder)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def model(tmp_path, served):
    """Make a model whose parameters are served; return its folder."""
    shop, address = served
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "deploy.prototxt").write_text(DEPLOY)
    net = Net(folder / "deploy.prototxt", TEST)
    net.save(shop / "mine.caffemodel")
    sum_ = hashlib.sha1((shop / "mine.caffemodel").read_bytes()).hexdigest()
    write_card(folder, caffemodel_url=f"{address}/mine.caffemodel", sha1=sum_)
    return folder


def write_card(folder, **facts):
    facts = {"name": "Mine", "license": "MIT", "caffemodel": "mine.caffemodel"} | facts
    lines = [f"{key}: {value}" for key, value in facts.items() if value]
    (folder / "readme.md").write_text("\n".join(["---", *lines, "---", "# Mine\n"]))


def test_a_folder_in_the_format_of_the_model_zoo_gets_its_parameters(model, cache):
    counts = []
    place = zoo.weights(model, step=counts.append)
    assert place == cache / "mine" / "mine.caffemodel"
    assert sum(counts) == place.stat().st_size
    Net(model / "deploy.prototxt", TEST, weights=place)


def test_what_was_fetched_is_not_fetched_again(model, served):
    place = zoo.weights(model)
    (served[0] / "mine.caffemodel").unlink()
    assert zoo.weights(model) == place


def test_parameters_beside_the_net_need_no_connection(model):
    (model / "mine.caffemodel").write_bytes(b"mine")
    assert zoo.weights(model) == model / "mine.caffemodel"
    assert zoo.is_here(model) is False  # not those of the card


def test_the_second_mirror_helps(model, served):
    facts = {"caffemodel_url": f"{served[1]}/nothing {served[1]}/mine.caffemodel"}
    content = (served[0] / "mine.caffemodel").read_bytes()
    write_card(model, **facts, sha256=hashlib.sha256(content).hexdigest())
    assert zoo.weights(model).read_bytes() == content
    assert zoo.is_here(model)


def test_another_file_is_refused(model, served, cache):
    (served[0] / "mine.caffemodel").write_bytes(b"something else")
    with pytest.raises(FileError, match="it sent another file: the checksum differs"):
        zoo.weights(model)
    assert not list(cache.rglob("*.caffemodel*"))


def test_offline_the_message_says_what_to_do(model):
    write_card(model, caffemodel_url="http://127.0.0.1:9/mine", sha1="ab" * 20)
    with pytest.raises(FileError, match=r"put the file at .* SHA-1 is abab"):
        zoo.weights(model)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"caffemodel": ""}, "names no caffemodel; .* train it with its solver"),
        ({"caffemodel": "../x"}, r"'\.\./x' must be a plain file name"),
        ({"caffemodel": "a\\b"}, "must be a plain file name"),
        ({"caffemodel_url": "http://127.0.0.1:9/"}, "fetches nothing that it cannot"),
        ({}, "no caffemodel_url; put mine.caffemodel there"),
        ({"caffemodel_url": "x", "sha1": "0", "cache": "../x"}, "leaves the cache"),
    ],
)
def test_a_card_that_is_incomplete_or_wicked_is_refused(tmp_path, facts, message):
    write_card(tmp_path, **facts)
    with pytest.raises(FileError, match=message):
        zoo.weights(tmp_path)


def test_a_model_without_parameters_says_so():
    with pytest.raises(FileError, match="train it with its solver"):
        zoo.weights("caffenet")


def test_publish_writes_checksums_that_weights_checks(model, served, tmp_path):
    shop, address = served
    card = model / "readme.md"
    write_card(model, caffemodel_url=f"{address}/mine.caffemodel")
    (model / "mine.caffemodel").write_bytes((shop / "mine.caffemodel").read_bytes())
    facts = zoo.publish(model).facts
    (model / "mine.caffemodel").unlink()
    assert f"sha256: {facts['sha256']}" in card.read_text()
    assert card.read_text().endswith("# Mine\n")
    assert zoo.weights(model).stat().st_size == int(facts["size"])


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"license": ""}, r"lacks the facts caffemodel_url, license"),
        ({"caffemodel_url": "x", "caffemodel": "/x"}, "must be a plain file name"),
        ({"caffemodel_url": "x"}, "mine.caffemodel is not there"),
    ],
)
def test_publish_says_what_is_missing(tmp_path, facts, message):
    write_card(tmp_path, **facts)
    before = (tmp_path / "readme.md").read_text()
    with pytest.raises(FileError, match=message):
        zoo.publish(tmp_path)
    assert (tmp_path / "readme.md").read_text() == before


@pytest.mark.parametrize("name", TRAINED)
def test_the_parameters_of_each_model_fit_its_net(name, monkeypatch):
    monkeypatch.undo()
    if not zoo.is_here(name):
        pytest.skip(f"the parameters of {name} are not in the cache")
    net = zoo.load(name)
    assert all(np.isfinite(out).all() for out in net.forward().values())


def test_the_lenet_that_comes_with_brew_reads_nearly_all_test_digits():
    digits = datasets.load("mnist10k")
    net = zoo.load("lenet")
    net.blobs["data"].reshape(*digits.test_images.shape)
    net.blobs["data"].data[...] = digits.test_images / 256
    right = net.forward()["prob"].argmax(axis=1) == digits.test_labels
    assert right.mean() > 0.99
