"""The doctor looks and never touches; what it says can be read everywhere."""

import gc
import weakref

import numpy as np
import pytest

from brew import diagnose
from brew.diagnose import Diagnosis, Finding
from brew.diagnose.nets import class_heads
from brew.diagnose.samples import find_labels
from brew.errors import SolverError
from tests.diagnose.helpers import LENET, LOGREG, MLP, SCALE, digits, make_solver
from tests.net.helpers import build, data

LOSS = (
    'layer { name: "l" type: "SoftmaxWithLoss" bottom: "x" bottom: "label" top: "l" }'
)


def trained(watched, **options):
    x, y = digits()
    test = x[:128] * SCALE, y[:128]
    solver = make_solver(LENET, x * SCALE, y, test=test, **options)
    if watched:
        diagnose.watch(solver)
    solver.step(25)
    if watched:
        diagnose.examine(solver)
    solver.step(5)
    return solver


def test_a_training_that_is_watched_ends_with_the_same_bits():
    alone, watched = trained(False), trained(True)
    for one, other in zip(
        alone.net.learnable_params, watched.net.learnable_params, strict=True
    ):
        assert np.array_equal(one.data, other.data)
        assert np.array_equal(one.diff, other.diff)
    for one, other in zip(alone.history, watched.history, strict=True):
        assert np.array_equal(one.data, other.data)


def test_a_solver_has_one_doctor():
    x, y = digits()
    solver = make_solver(LOGREG, x * SCALE, y)
    doctor = diagnose.watch(solver)
    assert diagnose.watch(solver) is doctor
    solver.step(3)
    assert [i for i, _ in doctor.record.losses["loss"]] == [0, 1, 2]


def test_the_doctor_does_not_keep_a_solver_alive():
    x, y = digits()
    solver = make_solver(LOGREG, x * SCALE, y)
    doctor = diagnose.watch(solver)
    solver.step(3)
    gone = weakref.ref(solver)
    del solver
    gc.collect()
    assert gone() is None
    assert doctor.examine() == []


def test_tests_are_recorded_as_means_over_their_batches():
    x, y = digits()
    test = x[:128] * SCALE, y[:128]
    solver = make_solver(LOGREG, x * SCALE, y, test=test, test_interval=10)
    doctor = diagnose.watch(solver)
    solver.step(11)
    (_, first), (iteration, last) = doctor.record.tests["loss"]
    assert iteration == 10
    assert first > last
    solver.param.test_interval = 0
    expected = float(solver.test(0)["loss"])
    assert doctor.record.tests["loss"][-1] == (11, pytest.approx(expected))


def test_a_training_that_was_restored_after_the_doctor_came_does_not_start():
    x, y = digits()
    solver = make_solver(LOGREG, x * SCALE, y)
    doctor = diagnose.watch(solver)
    assert doctor.record.starts
    solver.iter = 100  # as restore does
    solver.step(1)
    assert not doctor.record.starts


def test_a_solver_that_was_not_watched_is_examined_by_its_setup():
    x, y = digits()
    frozen = MLP.replace('top: "ip2"', 'top: "ip2" param { lr_mult: 0 }', 1)
    diagnosis = diagnose.examine(make_solver(frozen, x, y))
    assert diagnosis.names == ["frozen lr_mult"]
    healthy = diagnose.examine(make_solver(MLP, x, y))
    assert healthy == []
    assert "was not watched" in repr(healthy)


def test_a_watched_solver_is_examined_by_its_doctor():
    x, y = digits()
    solver = make_solver(MLP, x, y * 0)
    diagnose.watch(solver)
    solver.step(20)
    assert diagnose.examine(solver).names[0] == "constant labels"


FINDING = Finding("dead ReLU", "60 of 64 < all", "use msra", "relu1")


def test_a_finding_reads_as_text_and_as_html():
    assert str(FINDING).splitlines() == [
        "dead ReLU (layer 'relu1')",
        "  seen:   60 of 64 < all",
        "  remedy: use msra",
    ]
    html = Diagnosis([FINDING], "")._repr_html_()
    assert "60 of 64 &lt; all" in html
    assert "<script" not in html


def test_causes_come_before_symptoms():
    symptom = Finding("plateau at ln K", "", "")
    diagnosis = Diagnosis([symptom, FINDING], "")
    assert diagnosis.names == ["dead ReLU", "plateau at ln K"]
    assert repr(diagnosis).startswith("1. dead ReLU")


def test_the_classes_of_infogain_lie_along_its_own_axis():
    net = build(
        data("x", "dim: 2 dim: 3 dim: 4")
        + data("label", "dim: 2 dim: 3")
        + data("H", "dim: 1 dim: 1 dim: 4 dim: 4")
        + 'layer { name: "l" type: "InfogainLoss" top: "l" '
        'bottom: "x" bottom: "label" bottom: "H" infogain_loss_param { axis: -1 } }'
    )
    assert [num_classes for *_, num_classes in class_heads(net)] == [4]


@pytest.mark.parametrize("ask", [diagnose.watch, diagnose.examine])
def test_the_doctor_says_whom_it_treats(ask):
    with pytest.raises(SolverError, match="the doctor watches solvers, .* not None"):
        ask(None)


def test_the_doctor_shows_itself():
    x, y = digits()
    solver = make_solver(LOGREG, x * SCALE, y)
    doctor = diagnose.watch(solver)
    solver.step(30)
    assert repr(doctor) == "Nothing found: all looked healthy up to iteration 29."
    assert "Nothing found" in doctor._repr_html_()


@pytest.mark.parametrize(("num_seen", "names"), [(6, []), (3, ["wrong num_output"])])
def test_classes_may_be_rare_but_not_most_of_them(num_seen, names):
    net = build(data("x", "dim: 50 dim: 10") + data("label", "dim: 50") + LOSS)
    (labels,) = find_labels(net)
    net.blobs["label"].data[...] = np.arange(50) % num_seen
    for _ in range(5):
        labels.look()
    assert [finding.name for finding in labels.judge()] == names
