"""Answers that are sure, and answers that are specific."""

from math import log

import numpy as np
import pytest

from brew import hierarchy, zoo
from brew.errors import ArrayError, FileError

#    thing
#    /    \
#  drink  animal
#   |   \    \
#  tea coffee cat
SMALL = """# a comment
0\tt\ttea, chai\td
1\tc\tcoffee\td
2\tk\tcat\ta
\td\tdrink\te
\ta\tanimal\te
\te\tthing\t
"""


@pytest.fixture
def small(tmp_path):
    (tmp_path / "h.tsv").write_text(SMALL)
    return hierarchy.read(tmp_path / "h.tsv")


@pytest.fixture(scope="module")
def imagenet():
    return hierarchy.load("ilsvrc12")


def test_a_kind_is_as_probable_as_its_classes_together(small):
    found = dict(zip(small.names, small.probabilities([0.5, 0.3, 0.2]), strict=True))
    assert found == pytest.approx(
        {"tea": 0.5, "coffee": 0.3, "cat": 0.2, "drink": 0.8, "animal": 0.2, "thing": 1}
    )


def test_information_is_what_the_answer_rules_out(small):
    drink, thing = small.names.index("drink"), small.names.index("thing")
    assert small.information[drink] == pytest.approx(log(3 / 2))
    assert small.information[thing] == 0


def test_a_sure_net_answers_with_a_class_and_an_unsure_one_with_a_kind(imagenet):
    cats = ["tabby", "tiger cat", "Persian cat", "Siamese cat", "Egyptian cat"]
    numbers = [imagenet.names.index(name) for name in cats]
    prob = np.zeros(1000)
    prob[numbers] = [0.9, 0.025, 0.025, 0.025, 0.025]
    assert imagenet.most_accurate(prob)[0].name == "tabby"
    prob[numbers] = 0.2
    assert imagenet.most_accurate(prob)[0].name == "domestic cat"
    assert imagenet.most_specific(prob)[0].name in cats


def test_the_most_specific_answers_are_the_most_probable_classes(small):
    answers = small.most_specific([0.3, 0.1, 0.6], num=2)
    assert [answer.name for answer in answers] == ["cat", "tea"]
    assert answers[0].probability == pytest.approx(0.6)


def test_of_kinds_with_the_same_classes_the_most_specific_comes_first(small):
    names = [answer.name for answer in small.most_accurate([0, 0, 1], num=2)]
    assert names == ["cat", "animal"]


def test_imagenet_has_a_thousand_classes_below_one_entity(imagenet):
    assert imagenet.num_classes == 1000
    entity = imagenet.names.index("entity")
    assert all(entity in kinds for kinds in imagenet.above)
    assert imagenet.probabilities(np.full(1000, 0.001))[entity] == pytest.approx(1)


def test_a_sure_espresso_is_a_coffee_and_a_beverage(imagenet):
    prob = np.full(1000, 1e-6)
    prob[imagenet.names.index("espresso")] = 0.999
    names = [answer.name for answer in imagenet.most_accurate(prob)]
    assert names == ["espresso", "coffee", "beverage", "liquid", "fluid"]


def test_a_wrong_number_of_probabilities_is_refused(small):
    with pytest.raises(ArrayError, match=r"20 probabilities for 3 classes; give the"):
        small.most_accurate(np.zeros((2, 10)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "four columns"),
        ("0\tt\ttea\n", "four columns"),
        ("0\tt\ttea\tx\n", "the kind 'x' has no line"),
        ("\tx\tthing\t\n1\tt\ttea\tx\n", "classes must come first, in order"),
    ],
)
def test_a_bad_file_is_refused(tmp_path, text, message):
    (tmp_path / "h.tsv").write_text(text)
    with pytest.raises(FileError, match=message):
        hierarchy.read(tmp_path / "h.tsv")


def test_the_coffee_photograph_gives_the_answers_of_the_talk(imagenet):
    data = pytest.importorskip("skimage.data")
    if not zoo.is_here("squeezenet"):
        pytest.skip("the parameters of squeezenet are not in the cache")
    import brew

    net = zoo.load("squeezenet")
    prepare = brew.io.Transformer({"data": net.blobs["data"].data.shape})
    prepare.set_transpose("data", (2, 0, 1))
    prepare.set_channel_swap("data", (2, 1, 0))
    prepare.set_raw_scale("data", 255)
    prepare.set_mean("data", np.array([104, 117, 123]))
    net.blobs["data"].data[0] = prepare.preprocess("data", data.coffee() / 255)
    answers = imagenet.most_accurate(net.forward()["prob"][0])
    names = [answer.name for answer in answers]
    assert names == ["espresso", "coffee", "beverage", "liquid", "fluid"]
