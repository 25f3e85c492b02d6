"""Every check finds the layers that break its law, and no other."""

import re

import pytest

import brew
from brew.errors import CheckError, LayerError
from brew.testing import CHECKS, IN_TRAIN, Case, Rig, check_layer

from .toys import BROKEN, Noise, Slopes

# Laws of registered types only; each has a test of its own below.
WITHOUT_TOYS = {"loops_agree", "wrong_counts_are_refused"}


def row(layer):
    if issubclass(layer, Noise):
        return Case(layer, bottoms=[(2, 3)], in_place=True, random=IN_TRAIN)
    return Case(layer, bottoms=[(2, 3, 2)], refuses=[[(3,)]])


@pytest.mark.parametrize("layer", [Slopes, Noise])
def test_layer_that_keeps_all_laws_passes(layer):
    assert check_layer(row(layer)).ok


@pytest.mark.parametrize(
    ("layer", "check"), BROKEN, ids=[layer.__name__ for layer, _ in BROKEN]
)
def test_broken_law_is_found_by_its_check(layer, check):
    with pytest.raises(CheckError, match=f"check '{check}' of {layer.__name__}"):
        CHECKS[check](row(layer))


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("dtype_is_kept", "is float32 where bottoms are float64"),
        ("wrong_shapes_are_refused", r"bottoms \[\(3,\)\]: the error names no blob"),
        ("seed_decides", "another seed gives the same tops"),
        ("arrays_are_written_not_replaced", "out0 shares the memory of in0: True"),
    ],
)
def test_the_message_of_a_check_tells_what_is_wrong(check, message):
    texts = []
    for layer in [layer for layer, name in BROKEN if name == check]:
        with pytest.raises(CheckError) as caught:
            CHECKS[check](row(layer))
        texts.append(str(caught.value))
    assert any(re.search(message, text) for text in texts), texts


def test_an_error_must_name_its_layer():
    class RefusesAll(Slopes):
        def forward(self, bottom, top):
            raise LayerError("no")

    with pytest.raises(CheckError, match=": the error names no layer: no"):
        CHECKS["wrong_shapes_are_refused"](
            Case(RefusesAll, bottoms=[(2, 3)], refuses=[[(2, 3)]])
        )


def test_every_check_has_a_layer_that_it_finds():
    assert {check for _, check in BROKEN} == set(CHECKS) - WITHOUT_TOYS


def test_report_lists_every_check_and_tells_the_failure():
    layer = dict((check, layer) for layer, check in BROKEN)["param_diffs_add"]
    with pytest.raises(CheckError) as caught:
        check_layer(layer, bottoms=[(2, 3)])
    lines = str(caught.value).splitlines()
    assert lines[0] == "ReplacesParamDiff fails"
    assert "    ok  gradient" in lines
    at = lines.index("FAILED  param_diffs_add")
    assert lines[at + 1].startswith("        diff of blobs[0] after two")


def test_layer_that_raises_fails_with_a_check_error():
    class Raises(Slopes):
        def backward(self, top, propagate_down, bottom):
            raise IndexError("far away")

    with pytest.raises(CheckError, match="raised IndexError: far away"):
        CHECKS["gradient"](row(Raises))


def test_layer_that_cannot_be_built_fails_its_checks():
    class CannotSetUp(Slopes):
        def setup(self, bottom, top):
            raise IndexError("at once")

    with pytest.raises(CheckError, match="raised IndexError: at once"):
        check_layer(CannotSetUp, bottoms=[(2, 3)])


def test_registered_type_must_declare_its_counts():
    class Vague(Slopes):
        bottoms = None

    brew.layer.register("Vague")(Vague)
    try:
        with pytest.raises(CheckError, match="does not declare its bottoms"):
            CHECKS["wrong_counts_are_refused"](Case("Vague", bottoms=[(2, 3)]))
    finally:
        del brew.layer._registry["Vague"]


def test_registered_type_must_declare_the_tables_gradients():
    case = Case("TanH", bottoms=[(2, 3)], gradient_to=())
    with pytest.raises(CheckError, match=r"gradient_to is None, should be \(\)"):
        CHECKS["gradient"](case)


def test_loop_that_differs_is_found(monkeypatch):
    from brew.reference import activation

    def half(x):
        return 0.5 * x

    monkeypatch.setattr(activation, "tanh_forward", half)
    with pytest.raises(CheckError, match=r"tops\[0\]: element"):
        CHECKS["loops_agree"](Case("TanH", bottoms=[(2, 3)]))


def test_pass_that_forgets_a_part_of_its_top_leaves_nan():
    class WritesHalf(Slopes):
        def forward(self, bottom, top):
            top[0].data[0] = 1

    tops = Rig(row(WritesHalf)).forward()
    assert (tops[0][0] == 1).all()
    assert (tops[0][1] != tops[0][1]).all()
