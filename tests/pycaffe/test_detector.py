"""Detector: the scores of windows of images."""

import sys
from types import ModuleType

import numpy as np
import pytest

import brew as caffe
from brew.errors import ArrayError, MissingExtra


@pytest.fixture
def files(means):
    return means(2, 3, 8, 8)


@pytest.fixture
def image(tmp_path):
    """Save a picture of 20 x 30 with one colour in each quarter."""
    pil = pytest.importorskip("PIL.Image")
    pixels = np.zeros((20, 30, 3), np.uint8)
    pixels[:10, :15] = 51, 0, 0
    pixels[:10, 15:] = 0, 102, 0
    pixels[10:, :15] = 0, 0, 153
    pixels[10:, 15:] = 204, 204, 204
    pil.fromarray(pixels).save(tmp_path / "image.png")
    return str(tmp_path / "image.png")


QUARTERS = [(0, 0, 10, 15), (0, 15, 10, 30), (10, 0, 20, 15), (10, 15, 20, 30)]
COLOURS = [[0.2, 0, 0], [0, 0.4, 0], [0, 0, 0.6], [0.8, 0.8, 0.8]]


def test_each_window_gets_its_scores(files, image):
    windows = [np.array(window) for window in QUARTERS]
    found = caffe.Detector(*files).detect_windows([(image, windows), (image, [])])
    assert [list(one) for one in found] == [["window", "prediction", "filename"]] * 4
    assert [one["filename"] for one in found] == [image] * 4
    assert all(one["window"] is w for one, w in zip(found, windows, strict=True))
    assert np.allclose([one["prediction"] for one in found], COLOURS, atol=1e-6)


def test_window_is_warped_to_the_input(files, image):
    net = caffe.Detector(*files, raw_scale=255)
    (found,) = net.detect_windows([(image, [(0, 0, 20, 30)])])
    whole = caffe.io.resize_image(caffe.io.load_image(image), (8, 8))
    assert np.allclose(found["prediction"], whole.mean(axis=(0, 1)) * 255, rtol=1e-5)


def test_windows_may_be_any_sequence_of_numbers(files, image):
    windows = [[0.0, 0.0, 10.0, 15.0]]
    (found,) = caffe.Detector(*files).detect_windows(iter([(image, iter(windows))]))
    assert np.allclose(found["prediction"], COLOURS[0], atol=1e-6)


def test_no_windows_give_nothing(files, image):
    assert caffe.Detector(*files).detect_windows([(image, [])]) == []


def test_crop_without_context_is_the_window(files):
    im = np.arange(300, dtype=np.float32).reshape(10, 10, 3)
    crop = caffe.Detector(*files).crop(im, np.array([2, 3, 5, 9]))
    assert np.array_equal(crop, im[2:5, 3:9])


def test_context_shows_what_surrounds_a_window(files):
    im = np.random.default_rng(0).random((40, 40, 3)).astype(np.float32)
    net = caffe.Detector(*files, context_pad=2)
    # 8 / (8 - 2 * 2) = 2: twice as large about its middle, (14, 19): 10..18 to 6..22
    crop = net.crop(im, (10, 16, 17, 21))
    want = caffe.io.resize_image(im[6:22, 13:25], (8, 8))
    assert crop.shape == (8, 8, 3)
    assert np.allclose(crop, want, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "fill"),
    [
        ({}, [0, 0, 0]),
        ({"mean": np.array([51.0, 102, 204]), "raw_scale": 255}, [0.2, 0.4, 0.8]),
        (
            {"mean": np.array([51.0, 102, 204]), "channel_swap": (2, 1, 0)},
            [204, 102, 51],
        ),
        ({"mean": np.ones((3, 8, 8)) * 3, "input_scale": 5}, [3, 3, 3]),
    ],
)
def test_beyond_the_image_everything_is_the_mean(files, options, fill):
    im = np.full((20, 20, 3), 0.5, np.float32)
    net = caffe.Detector(*files, context_pad=2, **options)
    crop = net.crop(im, (0, 5, 7, 12))
    top = [np.allclose(row, fill, rtol=1e-5) for row in crop]
    assert top == [True] * 2 + [False] * 6
    assert np.allclose(crop[2:], 0.5)
    name = net.inputs[0]
    assert np.allclose(net.transformer.preprocess(name, net.crop_mean), 0, atol=1e-4)


@pytest.mark.parametrize("window", [(0, 0, 6, 6), (12, 3, 20, 20), (5, 5, 6, 6)])
@pytest.mark.parametrize("pad", [1, 3])
def test_context_at_the_border_fills_the_crop(files, window, pad):
    im = np.random.default_rng(1).random((20, 20, 3)).astype(np.float32)
    crop = caffe.Detector(*files, context_pad=pad).crop(im, window)
    assert crop.shape == (8, 8, 3)
    assert crop.any()


def test_context_is_changed_later(files):
    net = caffe.Detector(*files)
    net.configure_crop(3)
    assert net.crop(np.ones((20, 20, 3)), (5, 5, 9, 9)).shape == (8, 8, 3)
    net.configure_crop(None)
    assert net.crop(np.ones((20, 20, 3)), (5, 5, 9, 9)).shape == (4, 4, 3)


@pytest.mark.parametrize("pad", [4, -1])
def test_impossible_context_is_refused(files, pad):
    with pytest.raises(ArrayError, match=f"context_pad {pad} needs a square input"):
        caffe.Detector(*files, context_pad=pad)


@pytest.mark.parametrize(
    "window", [(5, 5, 5, 9), (0, 0, 21, 5), (-1, 0, 5, 5), (0, 9, 5, 3)]
)
def test_window_without_pixels_or_outside_is_refused(files, image, window):
    with pytest.raises(ArrayError, match=r"image.png: the window .* holds no pixels"):
        caffe.Detector(*files).detect_windows([(image, [window])])


def test_selective_search_is_another_program(files, image, monkeypatch):
    net = caffe.Detector(*files)
    with pytest.raises(MissingExtra, match="Selective Search is a MATLAB program"):
        net.detect_selective_search([image])
    search = ModuleType("selective_search_ijcv_with_python")
    search.get_windows = lambda names, cmd: [QUARTERS for _ in names]
    monkeypatch.setitem(sys.modules, search.__name__, search)
    found = net.detect_selective_search(iter([image]))
    assert [one["window"] for one in found] == QUARTERS
