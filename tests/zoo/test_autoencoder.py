"""The autoencoder trains under each of its solvers."""

import pytest

from brew import get_solver, zoo

pytest.importorskip("lmdb")
FOLDER = zoo.path("mnist_autoencoder")
SOLVERS = sorted(file.stem for file in FOLDER.glob("solver*.prototxt"))


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory, monkeypatch):
    cache = tmp_path_factory.getbasetemp() / "digits"
    monkeypatch.setenv("BREW_DATA", str(cache))


@pytest.mark.parametrize("name", SOLVERS)
def test_the_loss_falls(in_tmp_path, name):
    solver = get_solver(FOLDER / f"{name}.prototxt")
    solver.param.test_interval = 0
    losses = list(solver.steps(15))
    solver.close()
    assert losses[-1] < 0.7 * losses[0]


def test_both_losses_are_told_for_digits_known_and_new(in_tmp_path):
    solver = get_solver(FOLDER / "solver.prototxt")
    solver.param.test_iter[:] = [1, 1]
    results = solver.test_all()
    sources = [net.layers[0].param.data_param.source for net in solver.test_nets]
    solver.close()
    assert sources == ["mnist10k_train_lmdb", "mnist10k_test_lmdb"]
    assert [list(means) for means in results] == [
        ["cross_entropy_loss", "l2_error"]
    ] * 2
    weights = solver.net.blob_loss_weights
    assert (weights["cross_entropy_loss"], weights["l2_error"]) == (1, 0)
