import numpy as np
import pytest

import brew
from brew import surgery
from brew.errors import NetError
from tests.surgery.helpers import (
    IMAGE,
    assert_same,
    conv,
    ip,
    layer,
    made,
    types,
    weights,
)

BIAS = "scale_param { bias_term: true }"
BN = layer("BatchNorm", "bn", "c1")
SCALE = layer("Scale", "scale", "c1", more=BIAS)
AFTER = layer("ReLU", "relu", "c1") + ip("ip", "c1")
HOSTS = {
    "plain": conv("c1", "data"),
    "without bias": conv("c1", "data", more="bias_term: false"),
    "groups": conv("c1", "data", 6, "group: 3"),
    "dilation": conv("c1", "data", more="dilation: 2 pad: 1 stride: 2"),
    "inner product": ip("c1", "data"),
    "inner product, no bias": ip("c1", "data", more="bias_term: false"),
    "transposed": ip("c1", "data", more="transpose: true"),
}
FOLLOWERS = {
    "BatchNorm and Scale": BN + SCALE,
    "BatchNorm alone": BN,
    "a large eps": layer("BatchNorm", "bn", "c1", more="batch_norm_param { eps: 0.5 }"),
    "Scale alone": SCALE,
    "Scale without bias": layer("Scale", "scale", "c1"),
    "Bias alone": layer("Bias", "bias", "c1"),
}


@pytest.mark.parametrize("follower", FOLLOWERS)
@pytest.mark.parametrize("host", HOSTS)
def test_the_outputs_stay(host, follower):
    net = made(IMAGE + HOSTS[host] + FOLLOWERS[follower] + AFTER)
    before = weights(net)
    folded = surgery.fold_batch_norm(net)
    assert types(folded) == [types(net)[0], "ReLU", "InnerProduct"]
    assert_same(net, folded)
    assert all(np.array_equal(before[k], v) for k, v in weights(net).items())


def test_layers_that_are_not_in_place_fold_too_and_names_of_outputs_stay():
    text = layer("BatchNorm", "bn", "c1", "b") + layer("Scale", "s", "b", "out")
    net = made(IMAGE + conv("c1", "data") + text)
    folded = surgery.fold_batch_norm(net)
    assert folded.outputs == ["out"]
    assert types(folded) == ["Convolution"]
    assert_same(net, folded)


def test_what_stands_elsewhere_stays():
    rest = layer("Pooling", "p", "c1", "p", "pooling_param { kernel_size: 2 }")
    last = layer("BatchNorm", "bn2", "p") + layer("Scale", "s2", "p")
    net = made(IMAGE + conv("c1", "data") + BN + rest + last)
    folded = surgery.fold_batch_norm(net)
    assert types(folded) == ["Convolution", "Pooling", "BatchNorm", "Scale"]
    assert_same(net, folded)


def test_weights_that_another_layer_reads_directly_stay():
    both = layer("BatchNorm", "bn", "c1", "b") + layer("Eltwise", "e", "c1 b", "e")
    net = made(IMAGE + conv("c1", "data") + both)
    with pytest.raises(NetError, match="nothing to fold"):
        surgery.fold_batch_norm(net)


def test_a_layer_whose_own_output_is_a_loss_stays():
    host = conv("c1", "data", top="c", param="loss_weight: 1")
    net = made(IMAGE + host + layer("BatchNorm", "bn", "c", "y"))
    with pytest.raises(NetError, match="nothing to fold"):
        surgery.fold_batch_norm(net)


def test_factors_over_another_axis_stay():
    rows = layer("Scale", "s", "c1", more="scale_param { axis: 2 }")
    net = made(IMAGE + conv("c1", "data", 10) + BN + rows)
    assert net.blobs["c1"].shape[1:3] == (10, 10)  # sizes do not tell the axes apart
    folded = surgery.fold_batch_norm(net)
    assert types(folded) == ["Convolution", "Scale"]
    assert_same(net, folded)


def test_a_net_in_training_cannot_be_folded():
    net = made(IMAGE + conv("c1", "data") + BN, phase=brew.TRAIN)
    with pytest.raises(NetError, match=r"'bn' \(BatchNorm\).*phase TEST"):
        surgery.fold_batch_norm(net)


def test_fixed_statistics_fold_in_training_too():
    option = "batch_norm_param { use_global_stats: true }"
    fixed = layer("BatchNorm", "bn", "c1", more=option)
    net = made(IMAGE + conv("c1", "data") + fixed + AFTER, phase=brew.TRAIN)
    assert_same(net, surgery.fold_batch_norm(net))


def test_shared_weights_are_refused():
    shared = 'param { name: "w" }'
    net = made(
        IMAGE + conv("c1", "data", param=shared) + conv("c2", "data", param=shared) + BN
    )
    with pytest.raises(NetError, match=r"'c1' .*shares parameter 'w' with layer 'c2'"):
        surgery.fold_batch_norm(net)


def test_a_message_gives_a_message_with_the_weights():
    net = made(IMAGE + HOSTS["plain"] + BN + SCALE + AFTER)
    param = surgery.fold_batch_norm(net.to_proto())
    assert [x.type for x in param.layer][1] == "Convolution"
    assert_same(net, brew.Net(param, brew.TEST))


def test_a_net_that_surgery_built_is_closed_and_yours_stays_open(monkeypatch):
    closed = []
    monkeypatch.setattr(brew.Net, "close", lambda net: closed.append(net))
    net = made(IMAGE + conv("c1", "data") + BN)
    folded = surgery.fold_batch_norm(net)
    assert closed == []
    surgery.fold_batch_norm(net.to_proto())
    assert len(closed) == 1
    assert not any(layer.param.blobs for layer in folded.layers)  # no second copy


def test_splits_are_made_anew():
    text = conv("c1", "data") + BN + conv("c2", "c1") + conv("c3", "c1")
    net = made(IMAGE + text)
    folded = surgery.fold_batch_norm(net)
    assert len([x for x in folded.layers if x.type == "Split"]) == 1
    assert_same(net, folded)
