"""What is special about Accuracy."""

import pytest

from brew.errors import LayerError
from brew.testing import Case, choices, exactly
from brew.testing.rig import Rig

SCORES = [[9, 1, 2], [3, 5, 4], [6, 7, 8], [6, 8, 7]]
LABELS = [0, 2, 2, 1]


def accuracy(proto="", labels=LABELS, tops=1):
    samples = [exactly(SCORES), exactly(labels)]
    options = {"samples": samples, "tops": tops, "backward": False}
    return Rig(Case("Accuracy", proto, [(4, 3), (4,)], **options)).forward()


def test_accuracy_is_the_share_of_best_guesses_that_are_right():
    assert accuracy()[0] == 0.75


def test_second_best_guesses_count_with_top_k():
    assert accuracy("accuracy_param { top_k: 2 }")[0] == 1.0


def test_each_class_has_an_accuracy_and_an_absent_one_has_zero():
    shares = accuracy(tops=2)[1]
    assert shares.tolist() == [1, 1, 0.5]
    assert accuracy(labels=[0, 0, 0, 0], tops=2)[1].tolist() == [0.25, 0, 0]


def test_ignored_labels_do_not_count():
    proto = "accuracy_param { ignore_label: 2 }"
    assert accuracy(proto)[0] == 1.0
    assert accuracy(proto, [2, 2, 2, 2], tops=2)[1].tolist() == [0, 0, 0]


@pytest.mark.parametrize("top_k", [0, 4])
def test_top_k_beyond_the_classes_is_refused(top_k):
    with pytest.raises(LayerError, match=f"top_k is {top_k}.*choose from 1 to 3"):
        accuracy(f"accuracy_param {{ top_k: {top_k} }}")


def test_labels_beyond_the_classes_are_refused():
    with pytest.raises(LayerError, match="'in1'.*labels go from 0 to 3"):
        accuracy(labels=[0, 1, 2, 3])


def test_a_gradient_of_accuracy_is_refused():
    case = Case("Accuracy", "", [(4, 3), (4,)], samples=choices(0), backward=False)
    rig = Rig(case)
    with pytest.raises(LayerError, match="counting has no gradient"):
        rig.layer.backward(rig.top, [True, False], rig.bottom)
