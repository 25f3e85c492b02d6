import numpy as np
import pytest

import brew
from brew.errors import NetError
from tests.net.helpers import build, data, ip, loss

CHAIN = data() + ip("a", "x") + ip("b", "a")


def chain(**options):
    net = build(CHAIN, **options)
    net.blobs["x"].data[...] = np.arange(6).reshape(2, 3)
    return net


def test_forward_returns_live_views_of_the_outputs():
    net = chain()
    out = net.forward(blobs=["a"])
    assert list(out) == ["b", "a"]
    assert out["b"] is net.blobs["b"].data
    a, b = (net.params[name][0].data for name in "ab")
    assert np.allclose(out["b"], np.arange(6).reshape(2, 3) @ a.T @ b.T)


def test_forward_takes_inputs_by_name():
    net, x = chain(), np.ones((2, 3))
    assert np.allclose(net.forward(x=x)["b"], net.forward(x=x * 1)["b"])
    assert np.array_equal(net.blobs["x"].data, x)


def test_forward_from_start_to_end_returns_the_tops_of_end():
    net = chain()
    assert list(net.forward(end="a")) == ["a"]
    net.blobs["a"].data[...] = 0
    assert not net.forward(start="b", end="b")["b"].any()


def test_wrong_inputs_and_layer_names_are_told():
    net = chain()
    with pytest.raises(NetError, match=r"has the inputs \['x'\], but arrays came for"):
        net.forward(y=np.ones((2, 3)))
    with pytest.raises(NetError, match=r"'x'\].reshape\(3, 3\)"):
        net.forward(x=np.ones((3, 3)))
    with pytest.raises(NetError, match="has no layer 'bb'"):
        net.forward(end="bb")


def test_backward_takes_diffs_and_returns_those_of_the_inputs():
    net = build("force_backward: true " + CHAIN)
    net.forward(x=np.ones((2, 3)))
    dy = np.arange(6).reshape(2, 3)
    out = net.backward(b=dy, diffs=["a"])
    a, b = (net.params[name][0].data for name in "ab")
    assert np.allclose(out["a"], dy @ b)
    assert np.allclose(out["x"], dy @ b @ a)


def test_parameter_diffs_add_up_until_they_are_cleared():
    net = build(data() + data("t") + ip("a", "x") + loss("a"), brew.TRAIN)
    net.blobs["x"].data[...] = np.arange(6).reshape(2, 3)
    net.forward_backward()
    once = net.params["a"][0].diff.copy()
    net.forward_backward()
    assert np.allclose(net.params["a"][0].diff, 2 * once)
    net.clear_param_diffs()
    assert not net.params["a"][0].diff.any()


def test_update_subtracts_the_diffs():
    net = chain()
    before = net.params["a"][0].data.copy()
    net.params["a"][0].diff[...] = 0.5
    net.update()
    assert np.allclose(net.params["a"][0].data, before - 0.5)


def test_a_new_input_shape_is_followed_by_all_blobs():
    net = chain()
    net.blobs["x"].reshape(5, 3)
    net.reshape()
    assert net.blobs["b"].shape == (5, 3)
    net.blobs["x"].reshape(1, 3)
    assert net.forward()["b"].shape == (1, 3)


def test_callbacks_see_each_layer_in_order():
    net = build(data() + data("t") + ip("a", "x") + loss("a"), brew.TRAIN)
    seen = []
    net.before_forward(lambda i: seen.append(("before", i)))
    net.after_forward(lambda i: seen.append(("after", i)))
    net.before_backward(lambda i: seen.append(("back", i)))
    net.after_backward(lambda i: seen.append(("done", i)))
    net.forward_backward()
    assert seen[:4] == [("before", 0), ("after", 0), ("before", 1), ("after", 1)]
    assert seen[8:10] == [("back", 3), ("done", 3)]


def test_debug_info_logs_sizes_by_layer(caplog):
    text = "debug_info: true " + data() + data("t") + ip("a", "x") + loss("a")
    net = build(text, brew.TRAIN)
    net.blobs["x"].data[...] = 1
    with caplog.at_level("INFO", logger="brew"):
        net.forward_backward()
    lines = [record.getMessage() for record in caplog.records]
    assert "    [Forward] Layer in_x, top blob x data: 1" in lines
    assert any("[Backward] Layer a, param blob 0 diff:" in line for line in lines)
    assert any("All net params (data, diff): L1 norm" in line for line in lines)


def test_an_error_inside_a_layer_tells_which():
    net = chain()
    net.layers[1].forward = lambda bottom, top: 1 / 0
    with pytest.raises(ZeroDivisionError) as caught:
        net.forward()
    assert caught.value.__notes__ == ["in forward of layer 'a' (InnerProduct)"]


def test_arrays_outlive_the_net():
    net = chain()
    out = net.forward()["b"]
    copy = out.copy()
    del net
    assert np.array_equal(out, copy)


def test_forward_all_runs_any_number_of_items():
    net = chain()
    x = np.arange(15, dtype=np.float32).reshape(5, 3)
    out = net.forward_all(x=x, blobs=["a"])
    a, b = (net.params[name][0].data for name in "ab")
    assert out["b"].shape == (5, 3)
    assert np.allclose(out["a"], x @ a.T)
    assert np.allclose(out["b"], x @ a.T @ b.T, rtol=1e-5)


def test_forward_backward_all_runs_both_ways():
    net = build("force_backward: true " + CHAIN)
    x = np.ones((3, 3), np.float32)
    data_out, diffs = net.forward_backward_all(x=x, b=x)
    a, b = (net.params[name][0].data for name in "ab")
    assert data_out["b"].shape == (3, 3)
    assert np.allclose(diffs["x"], x @ b @ a, atol=1e-6)


@pytest.mark.parametrize("moment", ["setup", "forward", "backward"])
def test_a_layer_without_memory_says_so(monkeypatch, moment):
    def fail(*blobs):
        raise MemoryError

    def use():
        net = build(data("x") + data("t") + ip("a", "x") + loss("a"))
        net.forward_backward()

    use()
    monkeypatch.setattr(brew.layer.layer_class("InnerProduct"), moment, fail)
    message = r"layer 'a' \(InnerProduct\): there is not enough memory for it; make it"
    with pytest.raises(brew.errors.LayerError, match=message):
        use()
