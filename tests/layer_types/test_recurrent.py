"""What is special about RNN and LSTM: states that are carried from pass to pass."""

import json

import numpy
import pytest

import brew
from brew.errors import LayerError
from brew.layer import TRAIN
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.testing import Case, exactly, lopsided
from brew.testing.rig import Rig
from tests.net.helpers import build, data, loss

STATES = {"RNN": 1, "LSTM": 2}
both = pytest.mark.parametrize("type_name", STATES)


def rig(type_name, T=3, N=2, more="", dtype="float32", cont=1, seed=0, **options):
    """Return a rig in which all goes on, so that the past counts from the start."""
    bottoms = [(T, N, 3), (T, N)]
    options = {"samples": [lopsided(), exactly(numpy.full((T, N), cont))]} | options
    proto = f"recurrent_param {{ num_output: 4 {more} }}"
    bottoms += options.pop("others", [])
    return Rig(Case(type_name, proto, bottoms, **options), dtype, seed)


def exposed(type_name):
    """Return a rig whose states are bottoms and tops."""
    num_states = STATES[type_name]
    return rig(
        type_name,
        more="expose_hidden: true",
        others=[(1, 2, 4)] * num_states,
        tops=1 + num_states,
        samples=[lopsided(), exactly(numpy.ones((3, 2))), *[lopsided()] * num_states],
    )


def run(rig, x, cont=1):
    """Return what the layer makes of this sequence."""
    rig.bottom[0].reshape(x.shape)
    rig.bottom[1].reshape(x.shape[:2])
    rig.bottom[0].data[...], rig.bottom[1].data[...] = x, cont
    return rig.forward()[0]


def sequence(T=6, N=2, seed=0):
    return numpy.random.default_rng(seed).normal(0.3, 1, (T, N, 3))


@both
def test_a_long_sequence_may_come_in_parts_of_any_length(type_name):
    x = sequence()
    whole = run(rig(type_name), x)
    in_parts = rig(type_name)
    parts = [run(in_parts, part) for part in (x[:3], x[3:5], x[5:])]
    numpy.testing.assert_allclose(numpy.concatenate(parts), whole, rtol=1e-5)


@both
def test_where_cont_is_0_the_past_is_forgotten(type_name):
    fresh, used = rig(type_name), rig(type_name)
    run(used, sequence(seed=1))
    x, cont = sequence(T=4), numpy.ones((4, 2))
    cont[0] = cont[2, 1] = 0
    want, got = run(fresh, x, cont), run(used, x, cont)
    numpy.testing.assert_array_equal(got, want)
    later = run(rig(type_name), x[2:])
    numpy.testing.assert_allclose(got[2:, 1], later[:, 1], rtol=1e-5)
    assert numpy.abs(got[2:, 0] - later[:, 0]).max() > 1e-3


@both
def test_reset_forgets_the_past(type_name):
    fresh, used = rig(type_name), rig(type_name)
    run(used, sequence(seed=1))
    used.layer.reset()
    x = sequence()
    numpy.testing.assert_array_equal(run(used, x), run(fresh, x))


@both
def test_another_number_of_sequences_begins_anew(type_name):
    fresh, used = rig(type_name), rig(type_name)
    run(used, sequence(seed=1))
    x = sequence(N=1)
    numpy.testing.assert_array_equal(run(used, x), run(fresh, x))


@both
def test_state_goes_on_with_the_same_bits(type_name):
    rig_, other = rig(type_name), rig(type_name)
    run(rig_, sequence(seed=1))
    other.layer.set_state(json.loads(json.dumps(rig_.layer.get_state())))
    x = sequence()
    want = run(rig_, x)
    numpy.testing.assert_array_equal(run(other, x), want)
    assert (run(rig(type_name), x) != want).any()


@both
def test_a_state_of_another_net_is_refused(type_name):
    with pytest.raises(LayerError, match=r"states h have shape \(2, 3\), but num_out"):
        rig(type_name).layer.set_state({"h": [[0, 0, 0], [0, 0, 0]]})


@both
def test_exposed_states_can_be_handed_on(type_name):
    rig_, carried, x = exposed(type_name), rig(type_name), sequence()
    for blob, theirs in zip(rig_.layer.blobs, carried.layer.blobs, strict=True):
        theirs.data[...] = blob.data
    for blob in rig_.bottom[2:]:
        blob.data[...] = 0
    for part in x[:3], x[3:]:
        numpy.testing.assert_array_equal(run(rig_, part), run(carried, part))
        for given, last in zip(rig_.bottom[2:], rig_.top[1:], strict=True):
            given.data[...] = last.data
    numpy.testing.assert_array_equal(
        rig_.top[1].data[0], rig_.layer.h.data[-1], "the first state is h"
    )


@both
def test_no_gradient_flows_through_exposed_states(type_name):
    rig_ = exposed(type_name)
    rig_.forward()
    dx, _, *d_states = rig_.backward()
    assert not any(diff.any() for diff in d_states)
    for top in rig_.top[1:]:
        top.diff[...] = 9
    rig_.layer.backward(rig_.top, [True, False, True, True], rig_.bottom)
    numpy.testing.assert_array_equal(rig_.bottom[0].diff, dx)


@both
def test_only_states_that_the_layer_carries_itself_are_stored(type_name):
    assert "h" in rig(type_name).layer.get_state()
    assert "h" not in exposed(type_name).layer.get_state()


@both
def test_inputs_get_their_gradient_also_where_it_is_not_asked_for(type_name):
    samples = [lopsided(), exactly(numpy.ones((3, 2))), lopsided()]
    rig_ = rig(type_name, others=[(2, 5)], samples=samples, gradient_to=(0, 2))
    rig_.forward()
    wanted = rig_.backward()
    for got, want in zip(rig_.backward([False] * 3), wanted, strict=True):
        numpy.testing.assert_array_equal(got, want)


@pytest.mark.parametrize(
    ("type_name", "shapes"),
    [
        ("RNN", [(4, 3), (4,), (4, 5), (4, 4), (4, 4), (4,)]),
        ("LSTM", [(16, 3), (16,), (16, 5), (16, 4)]),
    ],
)
def test_parameters_have_caffes_order_and_shapes(type_name, shapes):
    samples = [lopsided(), exactly(numpy.ones((3, 2))), lopsided()]
    rig_ = rig(type_name, others=[(2, 5)], samples=samples)
    assert [blob.shape for blob in rig_.layer.blobs] == shapes
    del shapes[2]
    assert [blob.shape for blob in rig(type_name).layer.blobs] == shapes


NET = (
    data("x", "dim: 3 dim: 2 dim: 3")
    + data("cont", "dim: 3 dim: 2")
    + data("t", "dim: 3 dim: 2 dim: 4")
    + 'layer { name: "r" type: "%s" bottom: "x" bottom: "cont" top: "r" '
    'recurrent_param { num_output: 4 weight_filler { type: "xavier" } } }\n'
)


def feed(net):
    rng = numpy.random.default_rng(0)
    for name in "x", "t":
        net.blobs[name].data[...] = rng.normal(1, 2, net.blobs[name].shape)
    net.blobs["cont"].data[...] = 1


@both
def test_the_gradient_does_not_mind_a_layer_above_that_works_in_place(type_name):
    diffs = []
    for top in "r", "other":
        relu = f'layer {{ name: "relu" type: "ReLU" bottom: "r" top: "{top}" }}\n'
        net = build(NET % type_name + relu + loss(top), TRAIN, seed=1)
        feed(net)
        net.forward_backward()
        diffs.append([blob.diff.copy() for blob in net.params["r"]])
    for mine, yours in zip(*diffs, strict=True):
        numpy.testing.assert_array_equal(mine, yours)


@both
def test_a_training_resumes_with_the_states_it_had(type_name, in_tmp_path):
    solver = make_solver(type_name)
    solver.step(2)
    solver.snapshot()
    solver.step(3)
    resumed = make_solver(type_name)
    resumed.restore("r_iter_2.solverstate")
    resumed.step(3)
    for mine, yours in zip(
        solver.net.params["r"], resumed.net.params["r"], strict=True
    ):
        numpy.testing.assert_array_equal(mine.data, yours.data)


def make_solver(type_name):
    text = 'base_lr: 0.01 lr_policy: "fixed" momentum: 0.9 snapshot_prefix: "r"'
    param = parse_text(text, caffe_pb2.SolverParameter())
    parse_text(NET % type_name + loss("r"), param.net_param)
    solver = brew.get_solver(param)
    feed(solver.net)
    return solver


@both
@pytest.mark.parametrize(
    ("proto", "bottoms", "message"),
    [
        ("", [(3, 2, 3), (3, 2)], "num_output is 0; say how many numbers it"),
        ("num_output: 4", [(3, 2), (3, 2)], r"'in0' has shape \(3, 2\); .*\(T, N, ..."),
        (
            "num_output: 4",
            [(3, 2, 3), (2, 3)],
            r"cont has shape \(2, 3\), but x has 3 ti",
        ),
        ("num_output: 4", [(0, 2, 3), (0, 2)], "at least one time"),
        (
            "num_output: 4",
            [(3, 2, 3), (3, 2), (2,)],
            r"'in2' has shape \(2,\); a static input needs \(N, ...\)",
        ),
        (
            "num_output: 4",
            [(3, 2, 3), (3, 2), (5, 1)],
            "static input has 5 items, but x has 2",
        ),
        (
            "num_output: 4 expose_hidden: true",
            [(3, 2, 3), (3, 2)],
            "bottoms, but has 2",
        ),
    ],
)
def test_impossible_setting_is_refused(type_name, proto, bottoms, message):
    proto, tops = f"recurrent_param {{ {proto} }}", 1
    if "expose" in proto:
        tops += STATES[type_name]
    with pytest.raises(LayerError, match=rf"'checked' \({type_name}\): .*{message}"):
        Rig(Case(type_name, proto, bottoms, tops=tops))


@both
def test_the_number_of_inputs_is_fixed(type_name):
    rig_ = rig(type_name)
    rig_.bottom[0].reshape(3, 2, 4)
    with pytest.raises(LayerError, match="4 inputs an item, but its weights are for 3"):
        rig_.forward()


def test_an_exposed_state_of_another_shape_is_refused():
    rig_ = exposed("LSTM")
    rig_.bottom[3].reshape(1, 2, 3)
    with pytest.raises(
        LayerError, match=r"c has shape \(1, 2, 3\); it needs \(1, 2, 4"
    ):
        rig_.forward()


def test_lstm_remembers_behind_a_closed_gate_what_it_was_told():
    gates = numpy.array([[[9, -9, 9, 9], [-9, 9, -9, 9], [-9, 9, 9, -9]]]) * 100.0
    rig_ = Rig(Case("LSTMUnit", "", [(1, 3, 1), (1, 3, 4), (1, 3)]))
    for blob, values in zip(rig_.bottom, ([[[5], [5], [5]]], gates, 1), strict=True):
        blob.data[...] = values
    c, h = rig_.forward()
    assert c.ravel().tolist() == [1, 5, 5]  # written anew, kept, kept
    numpy.testing.assert_allclose(h.ravel(), [numpy.tanh(1), 0, numpy.tanh(5)])


@pytest.mark.parametrize(
    ("bottoms", "message"),
    [
        (
            [(2, 3, 2), (2, 3, 8), (2, 3)],
            r"c_prev has shape \(2, 3, 2\); .*\(1, N, D\)",
        ),
        ([(1, 3, 2), (1, 3, 6), (1, 3)], r"gates' input has shape .*needs \(1, 3, 8\)"),
        ([(1, 3, 2), (1, 3, 8), (1, 2)], r"cont has shape \(1, 2\); it needs \(1, 3\)"),
    ],
)
def test_lstm_unit_refuses_other_shapes(bottoms, message):
    with pytest.raises(LayerError, match=rf"'checked' \(LSTMUnit\): .*{message}"):
        Rig(Case("LSTMUnit", "", bottoms))
