import numpy as np
import pytest

from brew import surgery
from brew.errors import NetError
from tests.surgery.helpers import (
    IMAGE,
    assert_same,
    conv,
    ip,
    layer,
    made,
    run,
    types,
    weights,
)

POOL = "pooling_param { kernel_size: 2 stride: 2 }"
BIAS = "scale_param { bias_term: true }"
END = ip("out", "c1", 3)
FLAT = layer("Flatten", "f", "c1", "f") + ip("out", "f", 3)


def test_the_smallest_weights_become_zero():
    net = made(IMAGE + conv("c1", "data") + END)
    before = weights(net)
    report = surgery.prune_weights_in_place(net, 0.4)
    for name in "c1", "out":
        old, new = before[name, 0].ravel(), weights(net)[name, 0].ravel()
        gone = new == 0
        assert gone.sum() == round(0.4 * old.size)
        assert abs(old[gone]).max() <= abs(old[~gone]).min()
        assert np.array_equal(new[~gone], old[~gone])
        assert np.array_equal(weights(net)[name, 1], before[name, 1])
    assert [row[0] for row in report] == ["c1[0]", "out[0]"]
    assert report.rows[0][3] == round(0.4 * before["c1", 0].size)


def test_equal_weights_are_pruned_to_the_share_and_no_further():
    net = made(IMAGE + ip("a", "data", 5))
    net.params["a"][0].data[...] = 0.5
    surgery.prune_weights_in_place(net, 0.25)
    assert (net.params["a"][0].data == 0).mean() == 0.25


@pytest.mark.parametrize("share", [0, 1])
def test_nothing_and_everything_can_be_pruned(share):
    net = made(IMAGE + ip("a", "data", 5))
    surgery.prune_weights_in_place(net, share)
    assert (net.params["a"][0].data == 0).mean() == share


def test_layers_can_be_chosen():
    net = made(IMAGE + conv("c1", "data") + END)
    surgery.prune_weights_in_place(net, 0.5, ["out"])
    assert (net.params["c1"][0].data != 0).all()
    with pytest.raises(NetError, match="layer 'ou'.* Did you mean 'out'"):
        surgery.prune_weights_in_place(net, 0.5, ["ou"])


@pytest.mark.parametrize("share", [1.5, -0.1, float("nan"), "half"])
def test_a_share_is_a_number_from_0_to_1(share):
    net = made(IMAGE + END.replace("c1", "data"))
    with pytest.raises(NetError, match=f"share is {share!r}; it must be a number"):
        surgery.prune_weights_in_place(net, share)


def dead(text, killed, seed=0):
    """Return a net in which the outputs `killed` ({layer: channels}) are zero."""
    net = made(text, seed)
    for name, channels in killed.items():
        part = net.layer_dict[name].param
        transposed = part.inner_product_param.transpose
        for blob in net.params[name]:
            array = blob.data.T if transposed else blob.data
            array[channels] = 0
    return net


NETS = {
    "inner product": END,
    "no bias": END.replace("num_output", "bias_term: false num_output"),
    "transposed": END.replace("num_output", "transpose: true num_output"),
    "activations": layer("ReLU", "r", "c1") + layer("TanH", "t", "c1") + END,
    "flatten": FLAT,
    "pooling": layer("Pooling", "p", "c1", "p", POOL) + ip("out", "p", 3),
    "convolution": conv("out", "c1", 3, "stride: 2"),
    "deconvolution": conv("out", "c1", 3).replace('"Conv', '"Deconv', 1),
    "groups": conv("out", "c1", 4, "group: 2"),
    "one filter a channel": conv("d", "c1", 6, "group: 6 bias_term: false")
    + ip("out", "d", 3),
    "scale, prelu": layer("Scale", "s", "c1") + layer("PReLU", "p", "c1") + END,
    "concat": conv("c2", "data", 5) + layer("Concat", "j", "c2 c1", "j") + ip("o", "j"),
    "both to a split": layer("Concat", "j", "c1 c1", "j") + ip("o", "j"),
}


@pytest.mark.parametrize("name", NETS)
def test_without_dead_channels_the_outputs_stay(name):
    text = IMAGE + conv("c1", "data", 6) + NETS[name]
    net = dead(text, {"c1": [1, 5]})
    if name == "one filter a channel":
        assert len(net.params["d"]) == 1
    before = weights(net)
    pruned = surgery.prune_channels(net, {"c1": [1, 5]})
    assert pruned.params["c1"][0].shape == (4, 3, 3, 3)
    assert pruned.blobs["c1"].shape[1] == 4
    assert_same(net, pruned)
    assert all(np.array_equal(before[k], v) for k, v in weights(net).items())


def test_pruning_goes_on_through_several_layers():
    text = conv("c1", "data", 6) + conv("c2", "c1", 5) + ip("a", "c2", 7)
    net = dead(
        IMAGE + text + ip("out", "a", 3, "transpose: true"),
        {"c1": [0], "c2": [1, 2], "a": [6]},
    )
    pruned = surgery.prune_channels(net, {"c1": [0], "c2": [1, 2], "a": [6]})
    shapes = {name: blobs[0].shape for name, blobs in pruned.params.items()}
    assert shapes["c2"] == (3, 5, 3, 3)
    assert shapes["a"] == (6, 3 * 8 * 6)
    assert shapes["out"] == (6, 3)
    assert_same(net, pruned)


def test_batch_norm_and_scale_lose_the_channels_too():
    norm = layer("BatchNorm", "bn", "c1") + layer("Scale", "s", "c1", more=BIAS)
    net = made(IMAGE + conv("c1", "data", 6) + norm + layer("ReLU", "r", "c1") + END)
    for blob in net.params["s"]:
        blob.data[[0, 4]] = 0  # that is how a channel dies behind BatchNorm
    pruned = surgery.prune_channels(net, {"c1": [0, 4]})
    assert [blob.shape for blob in pruned.params["bn"]] == [(4,), (4,), (1,)]
    assert_same(net, pruned)


def test_branches_that_are_added_up_lose_the_same_channels():
    text = conv("c1", "data", 6) + conv("c2", "data", 6)
    text += layer("Eltwise", "e", "c1 c2", "e") + ip("out", "e", 3)
    gone = {"c1": [2], "c2": [2]}
    net = dead(IMAGE + text, gone)
    assert_same(net, surgery.prune_channels(net, gone))
    for other in {"c1": [2]}, {"c1": [2], "c2": [3]}:
        with pytest.raises(NetError, match=r"'e' \(Eltwise\).*different channels"):
            surgery.prune_channels(net, other)


def test_groups_lose_channels_evenly():
    net = dead(IMAGE + conv("c1", "data", 6, "group: 3") + END, {"c1": [0, 3, 4]})
    assert_same(net, surgery.prune_channels(net, {"c1": [0, 3, 4]}))
    with pytest.raises(NetError, match="each of its 3 groups must lose as many"):
        surgery.prune_channels(net, {"c1": [0]})
    wide = made(IMAGE + conv("c1", "data", 6) + NETS["groups"])
    with pytest.raises(NetError, match="'out' .*2 groups of inputs"):
        surgery.prune_channels(wide, {"c1": [0, 1]})


def test_a_share_takes_the_channels_of_the_smallest_weights():
    net = made(IMAGE + conv("c1", "data", 6) + END)
    net.params["c1"][0].data[[1, 4]] *= 0.01
    pruned = surgery.prune_channels(net, {"c1": 0.34})
    kept = weights(net)["c1", 0][[0, 2, 3, 5]]
    assert np.array_equal(weights(pruned)["c1", 0], kept)


def test_living_channels_are_missed():
    net = made(IMAGE + conv("c1", "data", 6) + END)
    pruned = surgery.prune_channels(net, {"c1": [0]})
    assert abs(run(net)["out"] - run(pruned)["out"]).max() > 1e-3
    assert types(pruned) == types(net)


C1 = conv("c1", "data", 6)
REFUSED = {
    "lrn": (layer("LRN", "n", "c1", "n") + ip("o", "n"), "'n' .LRN.*neighbours"),
    "output": ("", "'c1' .*an output of the net"),
    "softmax": (layer("Softmax", "p", "c1", "p"), "'p' .Softmax.*not known how"),
    "rows": (
        layer("Concat", "j", "c1 c1", "j", "concat_param { axis: 2 }") + ip("o", "j"),
        "'j' .Concat.*another axis",
    ),
    "scale": (
        layer("Scale", "s", "c1", more="scale_param { axis: 2 }") + END,
        "'s' .Scale.*not one for each channel",
    ),
    "shared": (
        conv("c2", "c1", 6, param='param { name: "w" }')
        + conv("c3", "c2", 6, param='param { name: "w" }')
        + ip("o", "c3"),
        "'c2' .*shares parameter 'w'",
    ),
    "axis": (ip("o", "c1", more="axis: 2"), "'o' .*axis 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_pruned_is_refused_by_name(name):
    text, words = REFUSED[name]
    with pytest.raises(NetError, match=words):
        surgery.prune_channels(made(IMAGE + C1 + text), {"c1": [0]})


@pytest.mark.parametrize(
    ("channels", "words"),
    [
        ({"c1": [6]}, r"channels \[6\]; name some of 0 to 5"),
        ({"c1": [-1]}, "name some of 0 to 5"),
        ({"c1": [1.5]}, "name some of 0 to 5"),
        ({"c1": 1.0}, "below 1"),
        ({"c1": 3}, "or how many as a float"),
        ({"c1": "01"}, "lose the channels '01'"),
        (["c1"], r"say it for each layer, such as .*, not \['c1'\]"),
        ({"c1": list(range(6))}, "lose all its channels"),
        ({"ou": [0]}, "no layer 'ou'.* Did you mean 'out'"),
        ({"in_data": [0]}, "Convolution or InnerProduct is needed"),
    ],
)
def test_a_wrong_wish_is_an_error(channels, words):
    with pytest.raises(NetError, match=words):
        surgery.prune_channels(made(IMAGE + C1 + END), channels)
