import pytest

import brew
from tests.net.helpers import build, data, ip, loss


def chain(below, above, blob="a"):
    return (
        data()
        + data("t")
        + ip("a", "x")
        + f'layer {{ name: "below" type: "{below}" bottom: "a" top: "a" }}'
        + f'layer {{ name: "above" type: "{above}" bottom: "a" top: "{blob}" }}'
        + loss(blob)
    )


def warnings(caplog, text, phase=brew.TRAIN):
    with caplog.at_level("WARNING", logger="brew"):
        build(text, phase)
    return caplog.messages


@pytest.mark.parametrize("below", ["Sigmoid", "TanH", "Exp", "Swish", "Softmax"])
def test_a_layer_in_place_that_spoils_a_gradient_is_noticed(caplog, below):
    (message,) = warnings(caplog, chain(below, "Dropout"))
    assert "'above' (Dropout) works in place on blob 'a', which" in message
    assert f"of layer 'below' ({below}) needs" in message


def test_a_top_of_its_own_is_fine(caplog):
    assert warnings(caplog, chain("Sigmoid", "Dropout", blob="d")) == []


def test_layers_that_compute_from_their_bottom_are_fine(caplog):
    assert warnings(caplog, chain("ReLU", "Dropout")) == []


def test_without_a_backward_pass_nothing_is_spoiled(caplog):
    text = data() + 'layer { name: "s" type: "Sigmoid" bottom: "x" top: "x" }'
    text += 'layer { name: "d" type: "Dropout" bottom: "x" top: "x" }'
    assert warnings(caplog, text) == []
