"""Every control of FilterViewer, without a browser."""

import asyncio
import datetime
import io
import threading

import numpy as np
import pytest

import brew
from brew.errors import NetError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.views.filters import FilterView
from tests.widgets.scenes import press, status, until

pytest.importorskip("ipywidgets")
Image = pytest.importorskip("PIL.Image")

from brew.widgets import FilterViewer  # noqa: E402  needs ipywidgets

SOLVER = """
base_lr: 0.1 lr_policy: "fixed" random_seed: 1
net_param {
  layer { name: "data" type: "DummyData" top: "data" top: "label" dummy_data_param {
    shape { dim: 4 dim: 1 dim: 6 dim: 6 } shape { dim: 4 }
    data_filler { type: "gaussian" } data_filler { type: "constant" value: 1 } } }
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
    convolution_param { num_output: 5 kernel_size: 3
      weight_filler { type: "xavier" } } }
  layer { name: "score" type: "InnerProduct" bottom: "conv" top: "score"
    inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
  layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label"
    top: "loss" }
}
"""


@pytest.fixture
def solver():
    return brew.get_solver(parse_text(SOLVER, caffe_pb2.SolverParameter()))


@pytest.fixture
def viewer(solver):
    return FilterViewer(solver, num_iters=20)


def shown(viewer):
    return viewer._picture.value


def caption(viewer):
    return viewer.view.draw().caption


def set_from_page(control, value, trait="value"):
    """Do what the page does when the user moves something."""
    control.set_state({trait: value})


def choose_kind(viewer, kind):
    index = list(viewer.controls.kind.options).index(kind)
    set_from_page(viewer.controls.kind, index, "index")


def choose_name(viewer, name):
    index = list(viewer.controls.name.options).index(name)
    set_from_page(viewer.controls.name, index, "index")


def png(value):
    file = io.BytesIO()
    Image.fromarray(np.full((9, 9, 3), value, np.uint8)).save(file, "PNG")
    return file.getvalue()


def upload(viewer, content):
    now = datetime.datetime.now(tz=datetime.UTC).timestamp()
    file = {"name": "mine.png", "type": "", "size": len(content), "content": content}
    set_from_page(viewer.controls.upload, [file | {"last_modified": now}])


@pytest.mark.parametrize(
    "kind", ["filters", "filter changes", "filter gradients", "maps", "map gradients"]
)
def test_each_kind_is_shown(viewer, kind):
    before = shown(viewer)
    choose_kind(viewer, kind)
    assert viewer.view.kind == kind
    assert f"conv: {kind} 0 to 4 of 5" in shown(viewer) or kind == "maps"
    assert (shown(viewer) != before) == (kind != "filters")


def test_a_layer_is_chosen_and_for_maps_a_blob(viewer):
    assert viewer.controls.name.options == ("conv", "score")
    choose_name(viewer, "score")
    assert "score: filters 0 to 1 of 2" in shown(viewer)
    choose_kind(viewer, "maps")
    assert viewer.controls.name.options == ("data", "conv", "score")
    assert "score: maps 0 to 1 of 2" in shown(viewer)
    choose_name(viewer, "data")
    choose_kind(viewer, "filters")  # data has none
    assert viewer.controls.name.value == "conv"
    assert "conv: filters" in shown(viewer)


def test_a_range_of_channels_is_chosen(viewer):
    assert viewer.controls.units.max == 4
    set_from_page(viewer.controls.units, [1, 3])
    assert "conv: filters 1 to 3 of 5" in shown(viewer)
    set_from_page(viewer.controls.units, [2, 2])
    assert "conv: filter 2 of 5" in shown(viewer)
    assert not viewer.controls.alone.value


def test_a_single_channel_is_chosen_and_left_again(viewer):
    controls = viewer.controls
    set_from_page(controls.alone, True)
    assert (controls.unit.layout.display, controls.units.layout.display) == ("", "none")
    set_from_page(controls.unit, 3)
    assert "conv: filter 3 of 5" in shown(viewer)
    set_from_page(controls.alone, False)
    assert (controls.unit.layout.display, controls.units.layout.display) == ("none", "")
    assert "conv: filters 0 to 4 of 5" in shown(viewer)


def test_a_layer_of_one_channel_has_no_choice(viewer):
    choose_kind(viewer, "maps")
    choose_name(viewer, "data")
    controls = viewer.controls
    assert controls.units.disabled
    assert controls.units.max > controls.units.min  # else the page has an error
    assert "data: map 0 of 1" in shown(viewer)
    choose_name(viewer, "conv")
    assert not controls.units.disabled
    assert "conv: maps 0 to 4 of 5" in shown(viewer)


def test_an_image_of_the_batch_is_chosen(viewer):
    choose_kind(viewer, "maps")
    assert viewer.controls.image.max == 3
    pictures = {shown(viewer)}
    for number in 1, 2, 3:
        set_from_page(viewer.controls.image, number)
        pictures.add(shown(viewer))
    assert viewer.view.image == 3
    assert len(pictures) == 4


def test_an_upload_becomes_the_image(viewer):
    choose_kind(viewer, "maps")
    choose_name(viewer, "data")
    before = shown(viewer)
    upload(viewer, png(255))
    assert viewer.controls.image.value == viewer.controls.image.max == 4
    assert shown(viewer) != before
    assert np.allclose(viewer.view._see()[0], 1, atol=1e-4)


def test_an_upload_that_is_no_image_changes_nothing(viewer):
    before = shown(viewer)
    upload(viewer, b"no image")
    assert "no image" in viewer.controls.words.value
    assert (viewer.view.num_images, shown(viewer)) == (4, before)
    upload(viewer, png(9))
    assert viewer.controls.words.value == ""


def test_an_upload_that_the_net_cannot_take_is_explained():
    text = """
    layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 5 } } }
    layer { name: "y" type: "InnerProduct" bottom: "x" top: "y"
      inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    """
    net = brew.Net(parse_text(text, caffe_pb2.NetParameter()), brew.TEST)
    viewer = FilterViewer(net)
    upload(viewer, png(9))
    assert "for photographs it needs" in viewer.controls.words.value


def test_a_function_that_cannot_prepare_an_upload_is_explained(solver):
    def prepare(photo):
        raise FileNotFoundError("<mean>")

    viewer = FilterViewer(solver.net, prepare=prepare)
    upload(viewer, png(9))
    assert viewer.controls.words.value == "FileNotFoundError(&#x27;&lt;mean&gt;&#x27;)"
    assert viewer.view.num_images == 4


def test_controls_work_on_after_one_could_not_be_set(viewer, monkeypatch):
    def fails(view):
        raise ValueError("no units")

    with monkeypatch.context() as patch:
        patch.setattr(FilterView, "num_units", property(fails))
        choose_name(viewer, "score")
        assert "no units" in shown(viewer)
    choose_kind(viewer, "maps")
    assert "score: maps" in shown(viewer)


def test_a_slider_leads_back_to_recorded_iterations(viewer):
    when = viewer.controls.when
    viewer.run()
    assert (when.max, when.value, when.disabled) == (21, 21, False)
    now = shown(viewer)
    set_from_page(when, 0)
    assert "iteration 0" in shown(viewer)
    assert viewer.controls._iteration.value == "0"
    set_from_page(when, 20)
    assert "iteration 20" in shown(viewer)
    set_from_page(when, 21)
    assert shown(viewer) == now
    assert viewer.controls._iteration.value == "now"


def test_without_records_there_is_nothing_to_go_back_to(solver):
    viewer = FilterViewer(solver.net)
    assert viewer.controls.when.disabled
    assert viewer.controls.when.max > 0


def test_a_net_alone_has_no_buttons_to_train_it(solver):
    viewer = FilterViewer(solver.net, kind="maps", name="conv", units=(1, 2), image=3)
    assert "conv: maps 1 to 2 of 5" in shown(viewer)
    labels = [getattr(b, "description", "") for b in viewer.children[0].children]
    assert "Start" not in labels
    with pytest.raises(NetError, match="does not train; give its solver"):
        FilterViewer(solver.net, num_iters=5)


def test_choose_moves_the_controls(viewer):
    viewer.choose(kind="maps", name="conv", units=(2, 2), image=1)
    controls = viewer.controls
    assert (controls.kind.value, controls.name.value) == ("maps", "conv")
    assert (controls.alone.value, controls.unit.value) == (True, 2)
    assert controls.image.value == 1
    assert "conv: map 2 of 5" in shown(viewer)


def test_the_snapshot_is_the_picture(viewer):
    assert str(viewer.snapshot()) == shown(viewer)
    assert viewer.snapshot()._repr_png_().startswith(b"\x89PNG")


def test_a_picture_that_fails_is_explained_and_training_goes_on(solver, monkeypatch):
    def fails(view):
        raise ValueError("no <picture>")

    viewer = FilterViewer(solver, num_iters=5)
    monkeypatch.setattr(FilterView, "draw", fails)
    viewer.run()
    assert "ValueError: no &lt;picture&gt;" in shown(viewer)
    assert (viewer.state, solver.iter) == ("done", 5)


def test_the_picture_follows_the_training_and_stop_stops(solver):
    async def scene():
        viewer = FilterViewer(solver, num_iters=10**6)
        pictures = set()
        viewer._picture.observe(lambda change: pictures.add(change.new), "value")
        viewer.choose(iteration=0)
        press(viewer, "Start")
        await until(lambda: len(pictures) > 3)
        assert viewer.view.iteration is None
        assert viewer.controls.when.disabled
        press(viewer, "Stop")
        await until(viewer._task.done)
        assert not viewer.controls.when.disabled
        return viewer

    viewer = asyncio.run(scene())
    assert viewer.state == "stopped"
    assert "loss" in status(viewer)


def test_controls_may_be_handled_in_another_thread(solver):
    async def scene():
        viewer = FilterViewer(solver, num_iters=10**6)
        press(viewer, "Start")
        await until(lambda: solver.iter > 5)
        await asyncio.to_thread(choose_kind, viewer, "map gradients")
        await until(lambda: "map gradients" in shown(viewer))
        assert viewer.is_running
        await asyncio.to_thread(choose_name, viewer, "score")
        await until(lambda: "score: map gradients" in shown(viewer))
        viewer.stop()
        await until(viewer._task.done)

    asyncio.run(scene())


def test_a_choice_that_comes_while_the_controls_are_set_is_not_lost(
    solver, monkeypatch
):
    viewer = FilterViewer(solver.net)
    chosen = []
    monkeypatch.setattr(viewer.controls, "_changed", chosen.append)
    kinds = viewer.view.kinds

    def choose_meanwhile(view):
        page = threading.Thread(target=set_from_page, args=[controls.alone, True])
        page.start()
        page.join()
        return kinds

    controls = viewer.controls
    monkeypatch.setattr(FilterView, "kinds", property(choose_meanwhile))
    controls.show(is_training=False)
    assert [choices["units"] for choices in chosen] == [(0, 0)]


def test_training_here_learns_the_same_as_anywhere(solver):
    other = brew.get_solver(parse_text(SOLVER, caffe_pb2.SolverParameter()))
    other.step(20)
    viewer = FilterViewer(solver, num_iters=20, kind="filter gradients")
    viewer.run()
    for name, blobs in other.net.params.items():
        assert np.array_equal(blobs[0].data, solver.net.params[name][0].data)
