"""Image lists and image files."""

import numpy as np
import pytest
from PIL import Image

from brew.errors import SourceError
from brew.sources.images import read_image, read_image_list


def test_the_label_stands_after_the_last_blank(tmp_path):
    (tmp_path / "list").write_text("a.png 3\n\nmy cat 2.jpg  -1\r\nü/b.png\t+12")
    entries = [("a.png", 3, 1), ("my cat 2.jpg", -1, 3), ("ü/b.png", 12, 4)]
    assert read_image_list(tmp_path / "list") == entries


def test_the_mark_of_windows_before_a_text_is_not_part_of_a_name(tmp_path):
    (tmp_path / "list").write_text("\ufeffa.png 3\n", encoding="utf-8")
    assert read_image_list(tmp_path / "list") == [("a.png", 3, 1)]


@pytest.mark.parametrize(
    "line",
    ["a.png", "a.png three", "7", "a.png 1.5", "a.png --3", "a.png ²", "a 99999999999"],
)
def test_a_line_without_a_label_is_told_with_its_number(tmp_path, line):
    (tmp_path / "list").write_text(f"a.png 1\n{line}\n")
    with pytest.raises(SourceError, match=f"list, line 2: {line!r} is no file name, b"):
        read_image_list(tmp_path / "list")


def test_an_empty_list_is_an_error(tmp_path):
    (tmp_path / "list").write_text("\n")
    with pytest.raises(SourceError, match="list: the list is empty"):
        read_image_list(tmp_path / "list")


def test_a_missing_list_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="no such file.*an image list is needed here"):
        read_image_list(tmp_path / "list")


def test_an_image_is_read_as_blue_green_red(tmp_path):
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    image = read_image(tmp_path / "a.png")
    assert np.array_equal(image, pixels.transpose(2, 0, 1)[::-1])
    assert read_image(tmp_path / "a.png", color=False).shape == (1, 2, 4)


def test_an_image_that_cannot_be_read_is_told_with_its_place(tmp_path):
    with pytest.raises(SourceError, match=r"a.png: no such file"):
        read_image(tmp_path / "a.png")
    (tmp_path / "a.png").write_text("no image")
    with pytest.raises(SourceError, match=r"a.png: the image cannot be decoded"):
        read_image(tmp_path / "a.png")
