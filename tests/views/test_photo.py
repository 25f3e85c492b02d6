"""Photographs become what a net takes: in size, channels and scale."""

import numpy as np
import pytest

pytest.importorskip("PIL.Image")

import brew
from brew.errors import ArrayError, NetError
from brew.views.filters import FilterView
from brew.views.photo import fit_photo
from tests.views.nets import param

DATA = """
layer { name: "data" type: "MemoryData" top: "data" top: "label"
  memory_data_param { batch_size: 2 channels: %d height: 4 width: 6 } %s }
"""
RED = np.zeros((9, 12, 3), np.uint8)
RED[..., 0] = 200


def fitted(channels, transform=""):
    net = brew.Net(param(DATA % (channels, transform)), brew.TEST)
    return fit_photo(RED, net, "data")


def test_channels_are_blue_green_red_from_zero_to_one():
    x = fitted(3)
    assert x.shape == (3, 4, 6)
    np.testing.assert_allclose(x[:, 2, 3], [0, 0, 200 / 255], rtol=1e-6)


def test_one_channel_is_grey():
    np.testing.assert_allclose(fitted(1), 0.299 * 200 / 255, rtol=1e-6)


def test_the_transformation_of_the_data_layer_is_applied_but_no_chance():
    transform = "transform_param { scale: 0.5 mean_value: 10 mirror: true }"
    assert fitted(3, transform)[:, 2, 3].tolist() == [-5, -5, 95]


def test_a_mean_larger_than_the_crop_window_is_subtracted_in_its_middle(tmp_path):
    mean = np.zeros((1, 3, 9, 12), np.float32)
    mean[0, 2, 4:, :] = 100
    blob = brew.io.array_to_blobproto(mean)
    (tmp_path / "mean.binaryproto").write_bytes(blob.SerializeToString())
    text = DATA.replace("height: 4 width: 6", "height: 2 width: 2") % (
        3,
        f'transform_param {{ crop_size: 2 mean_file: "{tmp_path}/mean.binaryproto" }}',
    )
    x = fit_photo(RED, brew.Net(param(text), brew.TEST), "data")
    assert x[2].round().tolist() == [[200, 200], [100, 100]]


def test_a_photograph_that_does_not_fit_is_refused_with_the_way_to_make_it_fit():
    net = brew.Net(param(DATA % (3, "")), brew.TEST)
    message = r"takes images of shape .*; for photographs \(h, w, 3\) see add_photo"
    with pytest.raises(NetError, match=message):
        FilterView(net, images=RED)


@pytest.mark.parametrize("photo", [RED / 255, RED[..., 0], RED[..., [0, 1, 2, 2]]])
def test_what_is_no_photograph_is_refused(photo):
    net = brew.Net(param(DATA % (3, "")), brew.TEST)
    with pytest.raises(ArrayError, match=r"a photograph is an array \(h, w, 3\)"):
        FilterView(net).add_photo(photo)
