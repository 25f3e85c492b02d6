"""DataTransformer against the formula, pixel by pixel."""

import numpy as np
import pytest

from brew.errors import SourceError
from brew.layer import TEST, TRAIN
from brew.proto import caffe_pb2
from brew.proto.binary import array_to_blobproto, write_message
from brew.sources.transformer import DataTransformer

from .conftest import images


def transformer(phase=TEST, seed=0, **fields):
    param = caffe_pb2.TransformationParameter(**fields)
    return DataTransformer(param, phase, np.random.default_rng(seed))


def transform(pictures, phase=TEST, seed=0, **fields):
    change = transformer(phase, seed, **fields)
    shape = change.top_shape(pictures[0].shape)
    out = np.full((len(pictures), *shape), np.nan, np.float32)
    change.transform(pictures, out)
    return out


def loops(image, row, column, size, mirror, mean, scale):
    """Return one transformed image, as the formula says it."""
    channels, height, width = image.shape
    out_height, out_width = (size, size) if size else (height, width)
    y = np.empty((channels, out_height, out_width), np.float32)
    for c in range(channels):
        for i in range(out_height):
            for j in range(out_width):
                x = float(image[c, row + i, column + j])
                place = out_width - 1 - j if mirror else j
                y[c, i, place] = (x - mean[c, row + i, column + j]) * scale
    return y


@pytest.fixture
def mean_file(tmp_path):
    mean = np.random.default_rng(8).uniform(0, 255, (2, 5, 6)).astype(np.float32)
    path = tmp_path / "mean.binaryproto"
    write_message(array_to_blobproto(mean[np.newaxis]), path)
    return mean, str(path)


def test_without_parameters_nothing_changes():
    assert np.array_equal(transform(images(3)), images(3))


@pytest.mark.parametrize("size", [0, 3, 4, 5])
def test_the_middle_is_cut_out_before_mean_and_scale(size, mean_file):
    mean, path = mean_file
    got = transform(images(3), crop_size=size, mean_file=path, scale=0.25)
    row, column = ((5 - size) // 2, (6 - size) // 2) if size else (0, 0)
    wanted = [loops(x, row, column, size, False, mean, 0.25) for x in images(3)]
    assert np.allclose(got, wanted, atol=1e-5)


@pytest.mark.parametrize("values", [[7], [7, 100.5]])
def test_mean_values_are_for_all_channels_or_one_each(values):
    got = transform(images(3), mean_value=values, crop_size=3)
    mean = np.broadcast_to(np.reshape(values, (-1, 1, 1)), (2, 5, 6))
    wanted = [loops(x, 1, 1, 3, False, mean, 1) for x in images(3)]
    assert np.array_equal(got, wanted)


@pytest.mark.parametrize("phase", [TRAIN, TEST])
@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("size", [0, 3])
def test_chance_is_drawn_in_the_order_mirror_row_column(phase, mirror, size, mean_file):
    mean, path = mean_file
    fields = {"mirror": mirror, "crop_size": size, "mean_file": path, "scale": 0.5}
    got = transform(images(9), phase, seed=4, **fields)
    rng = np.random.default_rng(4)
    for x, y in zip(images(9), got, strict=True):
        flips = bool(mirror and rng.integers(2))
        row, column = ((5 - size) // 2, (6 - size) // 2) if size else (0, 0)
        if size and phase == TRAIN:
            row, column = rng.integers(5 - size + 1), rng.integers(6 - size + 1)
        assert np.allclose(y, loops(x, row, column, size, flips, mean, 0.5), atol=1e-5)


def test_a_window_reaches_every_place_and_mirroring_is_even():
    marked = np.arange(30, dtype=np.uint8).reshape(1, 1, 5, 6).repeat(600, axis=0)
    got = transform(marked, TRAIN, crop_size=3, mirror=True)
    corners = {(y[0, 0, 0], y[0, 0, 0] < y[0, 0, 2]) for y in got}
    assert len(corners) == 3 * 4 * 2
    flipped = np.mean(got[:, 0, 0, 0] > got[:, 0, 0, 2])
    assert 0.4 < flipped < 0.6


def test_chance_plays_only_where_it_is_needed():
    assert transformer(TEST, mirror=True).is_random
    assert transformer(TRAIN, crop_size=3).is_random
    assert not transformer(TEST, crop_size=3).is_random
    assert not transformer(TRAIN, scale=2).is_random


def test_floats_and_double_precision_are_kept():
    pictures = images(2).astype(np.float32) / 3
    out = np.empty((2, 2, 5, 6))
    transformer(scale=3).transform(pictures, out)
    assert np.allclose(out, images(2), atol=1e-5)


def test_the_images_are_not_touched():
    pictures = images(3).astype(np.float32)
    transform(pictures, TRAIN, mirror=True, mean_value=[3], scale=2)
    assert np.array_equal(pictures, images(3))


def test_a_single_image_may_have_its_own_size_if_it_is_cropped():
    out = np.empty((2, 3, 3), np.float32)
    transformer(crop_size=3).transform_image(images(1, (2, 9, 9))[0], out)
    assert np.array_equal(out, images(1, (2, 9, 9))[0, :, 3:6, 3:6])


def test_an_image_of_another_size_or_depth_is_refused():
    message = r"transformed to shape \(2, 5, 6\), but the first of its batch to"
    with pytest.raises(SourceError, match=message + r".*batch_size: 1"):
        transformer().transform_image(images(1)[0], np.empty((2, 6, 6), np.float32))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"mean_value": [1], "mean_file": "x"}, "mean_file and mean_value are both"),
        ({"force_color": True, "force_gray": True}, "force_color and force_gray are b"),
        ({"mean_file": "no.binaryproto"}, "mean_file cannot be read: no.binaryproto"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(fields, message):
    with pytest.raises(SourceError, match=message):
        transformer(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"crop_size": 6}, "has 5 x 6 pixels, less than crop_size 6; take larger"),
        ({"mean_value": [1, 2, 3]}, "mean_value is given 3 times .* of 2 channels"),
    ],
)
def test_images_that_do_not_fit_are_refused(fields, message):
    with pytest.raises(SourceError, match=message):
        transformer(**fields).top_shape((2, 5, 6))


def test_a_mean_of_another_size_is_refused(mean_file):
    message = r"the mean in .*binaryproto has shape \(2, 5, 6\), but the image \(2, 6"
    with pytest.raises(SourceError, match=message):
        transformer(mean_file=mean_file[1]).top_shape((2, 6, 5))


def test_the_mean_of_a_batch_is_refused(tmp_path):
    write_message(array_to_blobproto(np.ones((4, 3, 5, 6), "f")), tmp_path / "mean")
    with pytest.raises(SourceError, match=r"\(4, 3, 5, 6\), but that of one image"):
        transformer(mean_file=str(tmp_path / "mean"))


def test_forced_colours_are_for_whoever_decodes():
    assert transformer(force_color=True).color is True
    assert transformer(force_gray=True).color is False
    assert transformer().color is None
