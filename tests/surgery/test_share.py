import numpy as np
import pytest

import brew
from brew import surgery
from brew.errors import NetError
from tests.net.helpers import data, loss
from tests.surgery.helpers import IMAGE, conv, ip, made, run, weights

TEXT = IMAGE + conv("c1", "data") + ip("ip1", "c1")
TWINS = data("x") + data("t") + ip("a", "x", 3) + ip("b", "a", 3)


def test_shared_in_place_a_change_in_one_net_shows_in_the_other():
    source, target = made(TEXT, 1), made(TEXT, 2)
    report = surgery.share_in_place(source, target)
    assert report.count("shared") == 4
    source.params["c1"][0].data[...] = 0.25
    assert (target.params["c1"][0].data == 0.25).all()
    assert np.array_equal(run(source)["ip1"], run(target)["ip1"])


def test_what_does_not_fit_is_not_shared():
    target = made(IMAGE + conv("c1", "data") + ip("ip1", "c1", 9), 2)
    before = weights(target)["ip1", 0]
    report = surgery.share_in_place(made(TEXT, 1), target)
    assert [row[1] for row in report] == ["shared", "shared", "skipped", "skipped"]
    assert np.array_equal(weights(target)["ip1", 0], before)


def test_layers_of_other_names_share_by_rename():
    target = made(TEXT.replace("c1", "c9"), 2)
    source = made(TEXT, 1)
    surgery.share_in_place(source, target, {"c9": "c1"})
    assert np.array_equal(weights(target)["c9", 0], weights(source)["c1", 0])
    with pytest.raises(NetError, match="'c8'"):
        surgery.share_in_place(source, target, {"c8": "c1"})


def test_memory_is_shared_by_nets_only():
    with pytest.raises(NetError, match="the source must be a Net"):
        surgery.share_in_place("a.caffemodel", made(TEXT))


def test_shared_layers_have_one_set_of_parameters():
    net = made(TWINS, 1)
    tied = surgery.share_layers(net, "a", "b")
    assert len(tied.learnable_params) == 2
    assert np.array_equal(weights(tied)["b", 0], weights(net)["a", 0])
    tied.params["a"][0].data[...] = 0.5
    assert (tied.params["b"][0].data == 0.5).all()
    assert not np.array_equal(weights(net)["a", 0], weights(net)["b", 0])


def test_what_was_shared_before_stays_shared():
    third = ip("c", "b", 3, param='param { name: "w" }')
    owner = TWINS.replace('top: "a"', 'top: "a" param { name: "w" }', 1)
    tied = surgery.share_layers(made(owner + third, 1), "a", "b")
    tied.params["a"][0].data[...] = 0.5
    assert (tied.params["c"][0].data == 0.5).all()


def test_the_owner_may_come_later_in_the_net():
    net = made(TWINS, 1)
    tied = surgery.share_layers(net, "b", "a")
    for name in "a", "b":
        assert np.array_equal(weights(tied)[name, 0], weights(net)["b", 0])


def test_shared_layers_add_up_their_gradients():
    net = made(TWINS + loss("b"), 1, brew.TRAIN)
    net.params["b"][0].data[...] = net.params["a"][0].data
    net.params["b"][1].data[...] = net.params["a"][1].data
    tied = surgery.share_layers(net, "a", "b")
    for each in net, tied:
        run(each)
        each.backward()
    both = net.params["a"][0].diff + net.params["b"][0].diff
    assert abs(both).max() > 0
    np.testing.assert_allclose(tied.params["a"][0].diff, both, rtol=1e-5)


def test_layers_that_differ_cannot_share():
    with pytest.raises(NetError, match="layer 'ip1' .*cannot be shared"):
        surgery.share_layers(made(TEXT), "c1", "ip1")
    with pytest.raises(NetError, match="no layer 'ip7'"):
        surgery.share_layers(made(TEXT), "ip1", "ip7")
    with pytest.raises(NetError, match="no parameters to share"):
        surgery.share_layers(made(TEXT), "in_data", "ip1")
