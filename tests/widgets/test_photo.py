"""A photograph is taken from the disk, or the one that is there stays."""

import contextlib
import datetime
import io

import numpy as np
import pytest

pytest.importorskip("ipywidgets")
Image = pytest.importorskip("PIL.Image")

from brew.errors import ArrayError  # noqa: E402
from brew.widgets import PhotoUpload  # noqa: E402  needs ipywidgets
from brew.widgets.photo import decode  # noqa: E402

FIRST = np.full((6, 9, 3), 200, np.uint8)
SECOND = np.random.default_rng(1).integers(0, 256, (8, 5, 3), dtype=np.uint8)


def encoded(image, **options):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", **options)
    return file.getvalue()


def upload(widget, content, name="mine.png"):
    """Do what the browser does when a file was chosen."""
    now = datetime.datetime.now(tz=datetime.UTC)
    file = {"name": name, "type": "", "size": len(content), "content": content}
    widget._button.set_state({"value": [file | {"last_modified": now.timestamp()}]})


@pytest.fixture
def widget():
    return PhotoUpload(FIRST)


def test_the_first_photograph_is_there_and_shown(widget):
    assert np.array_equal(widget.image, FIRST)
    shown = np.array(Image.open(io.BytesIO(widget._picture.value)))
    assert shown.shape == FIRST.shape
    assert abs(shown.astype(int) - FIRST).max() <= 2


def test_an_upload_takes_its_place_and_the_picture_changes(widget):
    before = widget._picture.value
    upload(widget, encoded(SECOND))
    assert np.array_equal(widget.image, SECOND)
    assert widget._picture.value != before


def test_grey_and_transparent_images_become_rgb(widget):
    upload(widget, encoded(SECOND[..., 0]))
    assert widget.image.shape == (8, 5, 3)


def test_a_photograph_taken_sideways_is_turned_upright(widget):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    upload(widget, encoded(SECOND, exif=exif))
    assert widget.image.shape == (5, 8, 3)


@pytest.mark.parametrize("content", [b"", b"no image", encoded(SECOND)[:60]])
def test_a_file_that_is_no_image_changes_nothing(widget, content):
    upload(widget, content)
    assert np.array_equal(widget.image, FIRST)
    assert "no image" in widget._words.value


def test_a_photograph_stays_when_the_upload_is_cleared(widget):
    upload(widget, encoded(SECOND))
    widget._button.set_state({"value": []})
    assert np.array_equal(widget.image, SECOND)


def test_an_image_that_would_fill_the_memory_is_refused(widget, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", SECOND[..., 0].size // 3)
    upload(widget, encoded(SECOND))
    assert np.array_equal(widget.image, FIRST)


def test_a_file_with_one_wrong_byte_is_read_or_refused():
    content = encoded(SECOND)
    for i in range(len(content)):
        damaged = content[:i] + bytes([content[i] ^ 0x55]) + content[i + 1 :]
        with contextlib.suppress(OSError):
            assert decode(damaged).ndim == 3


def test_what_is_no_photograph_is_refused():
    with pytest.raises(ArrayError, match=r"not \(6, 9, 3\) of float64"):
        PhotoUpload(FIRST / 255)


def test_the_snapshot_is_the_photograph(widget):
    (shown,) = widget.snapshot().axes[0].images
    assert np.array_equal(shown.get_array(), FIRST)


def test_a_page_that_cannot_show_it_says_what_to_do(widget):
    text = widget._repr_mimebundle_()["text/plain"]
    assert text == "<PhotoUpload: run the cell to use it>"
