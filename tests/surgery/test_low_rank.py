import numpy as np
import pytest

from brew import surgery
from brew.errors import NetError
from tests.surgery.helpers import (
    IMAGE,
    assert_same,
    conv,
    ip,
    made,
    run,
    types,
    weights,
)

CONVS = {
    "plain": "",
    "no bias": "bias_term: false",
    "groups": "group: 3",
    "stride, pad": "stride: 2 pad: 1",
    "dilation": "dilation: 2 pad: 2",
    "two dilations": "dilation: 2 dilation: 1",
    "two sizes": "kernel_h: 3 kernel_w: 5 stride_h: 1 stride_w: 2 pad_h: 0 pad_w: 2",
}
IPS = {"plain": "", "no bias": "bias_term: false", "transposed": "transpose: true",
       "axis": "axis: 2", "axis from the end": "axis: -2"}  # fmt: skip


@pytest.mark.parametrize("more", CONVS)
def test_a_convolution_of_full_rank_computes_the_same(more):
    net = made(IMAGE + conv("c1", "data", 6, CONVS[more]))
    K, C, kh, kw = net.params["c1"][0].shape
    groups = 3 if "group" in CONVS[more] else 1
    split = surgery.low_rank(net, {"c1": min(C * kh, K // groups * kw)})
    assert types(split) == ["Convolution", "Convolution"]
    assert split.params["c1_low"][0].shape[2:] == (kh, 1)
    assert split.params["c1"][0].shape[2:] == (1, kw)
    assert len(split.params["c1_low"]) == 1
    assert_same(net, split)


@pytest.mark.parametrize("more", IPS)
def test_an_inner_product_of_full_rank_computes_the_same(more):
    net = made(IMAGE + ip("a", "data", 5, IPS[more]))
    before = weights(net)
    split = surgery.low_rank(net, {"a": 5})
    assert_same(net, split)
    assert len(split.params["a_low"]) == 1
    assert all(np.array_equal(before[k], v) for k, v in weights(net).items())


def test_a_lower_rank_is_the_nearest_matrix():
    net = made(IMAGE + ip("a", "data", 5))
    split = surgery.low_rank(net, {"a": 2})
    W = weights(net)["a", 0]
    low = weights(split)["a", 0] @ weights(split)["a_low", 0]
    S = np.linalg.svd(W, compute_uv=False)
    assert np.linalg.norm(W - low) == pytest.approx(np.sqrt((S[2:] ** 2).sum()), 1e-3)


def test_weights_of_rank_one_need_no_more():
    net = made(IMAGE + conv("c1", "data", 6) + ip("a", "c1"))
    net.params["c1"][0].data[...] = np.outer([1, 2, 3], [1, -1, 2])  # separable
    net.params["a"][0].data[...] = np.linspace(-1, 1, 480) * np.ones((5, 1))
    split = surgery.low_rank(net, {"c1": 1.0 - 1e-6, "a": 0.999})
    assert split.params["c1_low"][0].shape == (1, 3, 3, 1)
    assert split.params["a_low"][0].shape == (1, 480)
    assert_same(net, split, atol=1e-3)


def test_a_share_keeps_at_least_that_much():
    net = made(IMAGE + ip("a", "data", 5))
    S = np.linalg.svd(weights(net)["a", 0], compute_uv=False) ** 2
    for share in 0.5, 0.9, 0.99, 1.0:
        r = surgery.low_rank(net, {"a": share}).params["a_low"][0].shape[0]
        assert S[:r].sum() >= share * S.sum() * (1 - 1e-6)
        assert r == 1 or S[: r - 1].sum() < share * S.sum()


def test_fewer_weights_mean_another_output():
    net = made(IMAGE + conv("c1", "data", 6))
    split = surgery.low_rank(net, {"c1": 1})
    assert abs(run(net)["c1"] - run(split)["c1"]).max() > 1e-3


@pytest.mark.parametrize(
    ("ranks", "words"),
    [
        ({"a": 0}, "rank 0 is impossible; choose 1 to 5"),
        ({"a": 6}, "choose 1 to 5"),
        ({"a": 1.5}, "rank 1.5"),
        ({"a": "all"}, "rank 'all'"),
        ("a", "say it for each layer"),
        ({"b": 1}, "no layer 'b'"),
        ({"in_data": 1}, "InnerProduct or Convolution is needed"),
    ],
)
def test_an_impossible_wish_is_an_error(ranks, words):
    with pytest.raises(NetError, match=words):
        surgery.low_rank(made(IMAGE + ip("a", "data", 5)), ranks)


def test_shared_weights_and_other_axes_are_refused():
    shared = 'param { name: "w" }'
    twins = ip("a", "data", param=shared) + ip("b", "data", param=shared)
    with pytest.raises(NetError, match="'a' .*shares parameter 'w'"):
        surgery.low_rank(made(IMAGE + twins), {"a": 1})
    one_axis = conv("c", "data", more="axis: 2")
    with pytest.raises(NetError, match="over two axes"):
        surgery.low_rank(made(IMAGE + one_axis), {"c": 1})


def test_a_name_of_its_own_may_stay():
    named = ip("a", "data", param='param { name: "w" } param { name: "b" }')
    net = made(IMAGE + named)
    assert_same(net, surgery.low_rank(net, {"a": 5}))
