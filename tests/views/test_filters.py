"""FilterView shows the real numbers, of any net, and disturbs nobody."""

import copy

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import brew
from brew.errors import NetError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.views.filters import FilterView
from brew.views.mosaic import Mosaic
from brew.views.recording import Recording
from tests.views.nets import param

NET = """
name: "small" force_backward: %s
layer { name: "data" type: "DummyData" top: "data" top: "label" dummy_data_param {
  shape { dim: 4 dim: 1 dim: 6 dim: 6 } shape { dim: 4 }
  data_filler { type: "gaussian" } data_filler { type: "constant" value: 1 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 3 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "norm" type: "BatchNorm" bottom: "conv" top: "norm" }
layer { name: "drop" type: "Dropout" bottom: "norm" top: "drop" }
layer { name: "score" type: "InnerProduct" bottom: "drop" top: "score"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label"
  top: "loss" }
"""
SOLVER = 'base_lr: 0.1 lr_policy: "fixed" momentum: 0.9 random_seed: 3'


@pytest.fixture
def solver():
    return new_solver()


def new_solver():
    message = parse_text(SOLVER, caffe_pb2.SolverParameter())
    message.net_param.CopyFrom(param(NET % "false"))
    return brew.get_solver(message)


@pytest.fixture
def view(solver):
    return FilterView(solver.net)


def units(view, **choices):
    return view.choose(**choices)._see()[0]


def reference(solver, n, phase=brew.TEST):
    """Return a net that has seen item `n` of the batch alone."""
    text = NET % "true"
    net = brew.Net(param(text.replace("dim: 4", "dim: 1")), phase)
    net.copy_from(solver.net)
    net.run_forward()
    net.blobs["data"].data[...] = solver.net.blobs["data"].data[n]
    net.forward(start="conv")
    return net


def test_filters_are_the_weights(solver, view):
    W = solver.net.params["conv"][0].data
    assert np.array_equal(units(view, kind="filters", name="conv"), W)


def test_weights_of_an_inner_product_get_the_shape_of_its_bottom(solver, view):
    W = solver.net.params["score"][0].data
    shown = units(view, kind="filters", name="score")
    assert np.array_equal(shown, W.reshape(2, 3, 4, 4))


@pytest.mark.parametrize("name", ["data", "conv", "norm", "drop", "score"])
def test_maps_are_what_the_net_makes_of_the_image(solver, view, name):
    solver.step(2)
    view = FilterView(solver.net)
    shown = units(view, kind="maps", name=name, image=2)
    wanted = reference(solver, 2).blobs[name].data[0]
    np.testing.assert_allclose(shown.reshape(wanted.shape), wanted, rtol=1e-5)


@pytest.mark.parametrize("name", ["data", "conv", "score"])
def test_gradients_of_maps_are_those_of_the_loss_of_this_image(solver, view, name):
    solver.net.forward()
    view = FilterView(solver.net)
    shown = units(view, kind="map gradients", name=name, image=3)
    net = reference(solver, 3)
    net.backward()
    wanted = net.blobs[name].diff[0]
    assert abs(wanted).max() > 0
    np.testing.assert_allclose(shown.reshape(wanted.shape), wanted, rtol=1e-4)
    assert "of the loss" in view.draw().caption


def test_gradients_of_filters_are_those_of_the_loss_of_this_image(solver):
    solver.net.forward()
    view = FilterView(solver.net)
    for _ in range(2):  # gradients of parameters add up: they must not
        shown = units(view, kind="filter gradients", name="conv", image=1)
    net = reference(solver, 1)
    net.backward()
    np.testing.assert_allclose(shown, net.params["conv"][0].diff, rtol=1e-4)


def test_an_image_without_label_has_gradients_of_its_greatest_score(solver):
    view = FilterView(solver.net, images=np.ones((1, 6, 6)))
    shown = units(view, kind="map gradients", name="score")
    scores = reference_scores(solver, np.ones((1, 6, 6)))
    one_hot = np.eye(2)[scores.argmax()]
    assert np.array_equal(shown.ravel(), one_hot)
    assert f"of score[{scores.argmax()}], the greatest" in view.draw().caption


def reference_scores(solver, image):
    view = FilterView(solver.net, images=image)
    return units(view, kind="maps", name="score").ravel()


def test_looking_changes_nothing_in_the_training():
    alone, watched = new_solver(), new_solver()
    view = FilterView(watched.net)
    for _ in range(3):
        for kind in view.kinds:
            view.choose(kind=kind).draw()
        alone.step(1)
        watched.step(1)
    for name, blobs in alone.net.params.items():
        for one, other in zip(blobs, watched.net.params[name], strict=True):
            assert np.array_equal(one.data, other.data)
            assert np.array_equal(one.diff, other.diff)


def test_a_gradient_does_not_depend_on_the_one_before(solver):
    solver.step(2)
    view = FilterView(solver.net).choose(kind="map gradients", name="score")
    of_loss = units(view).copy()
    view.add_image(np.ones((1, 6, 6)))
    assert sorted(units(view).ravel()) == [0, 1]
    assert np.array_equal(units(view, image=0), of_loss)


def test_the_batch_that_the_net_has_is_looked_at(solver):
    solver.net.forward()
    batch = solver.net.blobs["data"].data.copy()
    view = FilterView(solver.net)
    solver.step(1)
    assert view.num_images == 4
    assert np.array_equal(
        units(view, kind="maps", name="data", image=1)[:, 0], batch[1]
    )


def test_images_and_labels_of_ones_own_are_looked_at(solver):
    solver.step(5)
    images = np.random.default_rng(0).random((3, 1, 6, 6)).astype("f4")
    view = FilterView(solver.net, images, labels=[0, 1, 0])
    assert view.num_images == 3
    shown = units(view, kind="maps", name="data", image=2)
    assert np.array_equal(shown[:, 0], images[2])
    view.choose(kind="map gradients", name="score")
    signs = [np.sign(units(view, image=n).ravel()).tolist() for n in range(3)]
    assert signs == [[-1, 1], [1, -1], [-1, 1]]


def test_a_photograph_is_added_in_the_size_of_the_images(view):
    photo = np.zeros((20, 30, 3), np.uint8)
    photo[:, 15:] = 255
    view.add_photo(photo)
    assert (view.image, view.num_images) == (4, 5)
    shown = units(view, kind="maps", name="data")[0, 0]
    assert shown.shape == (6, 6)
    assert shown[0].round(1).tolist()[0] == 0
    assert shown[0].round(1).tolist()[5] == 1


def test_any_function_may_prepare_photographs(solver):
    view = FilterView(solver.net, prepare=lambda photo: np.full((1, 6, 6), photo.max()))
    view.add_photo(np.full((2, 2, 3), 7, np.uint8))
    assert (units(view, kind="maps", name="data") == 7).all()


def test_earlier_iterations_are_looked_at(solver):
    recording = Recording(solver, num_iters=4)
    view = FilterView(solver.net)
    view.records = recording.records
    seen = {0: units(view, kind="maps", name="conv").copy()}
    for _ in recording.steps():
        seen[solver.iter] = units(view, kind="maps", name="conv").copy()
    assert [*recording.records] == [0, 1, 2, 3, 4]
    assert not np.array_equal(seen[0], seen[1])
    for iteration, wanted in seen.items():
        assert np.array_equal(units(view, iteration=iteration), wanted)
    assert "iteration 4" in view.draw().caption


def test_changes_are_counted_from_the_first_record(solver):
    recording = Recording(solver, num_iters=2)
    view = FilterView(solver.net)
    assert "filter changes" not in view.kinds
    view.records = recording.records
    before = solver.net.params["conv"][0].data.copy()
    list(recording.steps())
    change = solver.net.params["conv"][0].data - before
    assert abs(change).max() > 0
    assert np.array_equal(units(view, kind="filter changes", name="conv"), change)


def test_a_recording_has_the_first_and_the_newest_and_not_too_many(solver):
    one = sum(blob.data.nbytes for some in solver.net.params.values() for blob in some)
    recording = Recording(solver, num_iters=21, most_bytes=4 * one)
    for _ in recording.steps():
        assert len(recording.records) <= 4
        assert next(iter(recording.records)) == 0
    assert [*recording.records] == [0, 8, 16, 21]
    assert list(recording.losses) == list(range(1, 22))
    newest = recording.records[21]["conv"][0]
    assert np.array_equal(newest, solver.net.params["conv"][0].data)


def test_a_recording_keeps_the_newest_when_it_gives_up_others(solver):
    recording = Recording(solver, num_iters=7, most_bytes=0)
    list(recording.steps())
    assert [*recording.records] == [0, 7]


def test_a_recording_of_many_iterations_has_fifty(solver):
    recording = Recording(solver, num_iters=100)
    list(recording.steps())
    assert [*recording.records] == list(range(0, 101, 2))


def test_a_range_of_units_and_a_single_one_are_chosen(view):
    assert view.choose(kind="filters", name="conv", units=(1, 2)).draw().caption
    assert "filters 1 to 2 of 3 (1 × 3 × 3)" in view.draw().caption
    assert "filter 2 of 3" in view.choose(units=(2, 2)).draw().caption
    assert "filters 0 to 2 of 3" in view.choose(units=(0, 99)).draw().caption


def test_the_numbers_are_those_that_are_drawn(solver, view):
    numbers = view.choose(kind="filters", name="conv", units=(1, 2)).numbers()
    W = solver.net.params["conv"][0].data
    assert np.array_equal(numbers, W[1:3])
    assert not np.shares_memory(numbers, W)
    assert np.array_equal(view.draw().pixels, Mosaic(W[1:3], "").pixels)


def test_another_layer_shows_its_first_units(view):
    view.choose(kind="filters", name="conv", units=(2, 2)).choose(name="score")
    assert view.units[0] == 0
    assert view.num_units == 2


def test_another_kind_keeps_the_name_if_it_can(view):
    assert view.choose(kind="filters", name="score").choose(kind="maps").name == "score"
    assert view.choose(name="drop").choose(kind="filters").name == "conv"


def test_the_image_stands_beside_what_depends_on_it(view):
    assert view.choose(kind="filters").draw().image is None
    assert view.choose(kind="maps").draw().image.shape == (6, 6)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"kind": "filter"}, "no kind 'filter'. Did you mean 'filters'"),
        ({"kind": "maps", "name": "con"}, "no name among the maps 'con'"),
        ({"image": 4}, "no image 4. Choose from: 0, 1, 2, 3"),
        ({"iteration": 7}, "no recorded iteration 7"),
        ({"unit": 3}, "there is no choice 'unit'. Did you mean 'units'"),
        ({"image": "first"}, "no image 'first'"),
        ({"units": (3, 1)}, "units are the first one and the last one"),
        ({"units": (-1, 1)}, "such as (0, 7), not (-1, 1)"),
        ({"units": (0.5, 1)}, "such as (0, 7), not (0.5, 1)"),
        ({"units": 3}, "such as (0, 7), not 3"),
    ],
)
def test_what_is_not_there_cannot_be_chosen(view, choice, message):
    before = copy.copy(vars(view))
    with pytest.raises(NetError) as caught:
        view.choose(**choice)
    assert message in str(caught.value)
    assert vars(view) == before


def test_images_of_another_shape_are_refused(solver):
    with pytest.raises(NetError, match=r"images of shape \(1, 6, 6\), not \(6, 6, 3\)"):
        FilterView(solver.net, images=np.zeros((1, 6, 6, 3)))


def test_a_net_that_was_reshaped_is_still_looked_into_as_it_was(solver, view):
    solver.net.blobs["data"].reshape(2, 1, 8, 8)
    assert units(view, kind="maps", name="conv").shape == (3, 1, 4, 4)
    with pytest.raises(NetError, match=r"of shape \(1, 6, 6\), not \(1, 8, 8\)"):
        view.add_image(np.zeros((1, 8, 8)))


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((0, 1, 6, 6)), None, "there is none among them"),
        (
            np.zeros((2, 1, 6, 6)),
            [1, 0, 1],
            r"2 images need labels of shape \(2,\), not \(3,",
        ),
        (np.zeros((2, 1, 6, 6)), [[1, 0], [1, 0]], r"shape \(2,\), not \(2, 2\)"),
    ],
)
def test_images_without_a_label_for_each_are_refused(solver, images, labels, message):
    with pytest.raises(NetError, match=message):
        FilterView(solver.net, images, labels)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_image_of_no_finite_number_is_shown(solver, value):
    view = FilterView(solver.net, np.full((1, 6, 6), value))
    view.choose(kind="maps", name="data")
    assert (view.draw().image == 1).all()
