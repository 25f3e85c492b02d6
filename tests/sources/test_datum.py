"""Datums to pixels."""

import io

import numpy as np
import pytest
from PIL import Image

from brew.errors import SourceError
from brew.io import array_to_datum
from brew.proto import caffe_pb2
from brew.sources.datum import datum_image, decode_image, parse_datum, stacked_pixels

from .conftest import images

RED, GREEN, BLUE = [250, 10, 20], [30, 240, 40], [50, 60, 230]
PIXELS = np.array([[RED, GREEN, BLUE], [BLUE, RED, GREEN]], np.uint8)  # (h, w, RGB)


def png(pixels, mode=None, **options):
    file = io.BytesIO()
    image = pixels if mode is None else Image.fromarray(pixels).convert(mode)
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    image.save(file, "PNG", **options)
    return file.getvalue()


def test_bytes_and_floats_come_back_as_they_were():
    for image in images(1)[0], images(1)[0].astype(np.float32) / 7:
        datum = parse_datum(array_to_datum(image, 3).SerializeToString())
        assert datum_image(datum).dtype == image.dtype
        assert np.array_equal(datum_image(datum), image)


def test_colours_are_decoded_as_blue_green_red():
    image = decode_image(png(PIXELS))
    assert image.shape == (3, 2, 3)
    assert np.array_equal(image, PIXELS.transpose(2, 0, 1)[::-1])
    assert np.array_equal(decode_image(png(PIXELS), color=True), image)


def test_an_encoded_datum_is_decoded():
    datum = caffe_pb2.Datum(encoded=True, data=png(PIXELS))
    assert np.array_equal(datum_image(datum), decode_image(png(PIXELS)))
    assert datum_image(datum, color=False).shape == (1, 2, 3)


def test_grey_is_weighted_as_libpng_does():
    grey = decode_image(png(PIXELS), color=False)
    weighted = PIXELS @ np.array([0.299, 0.587, 0.114])
    assert grey.shape == (1, 2, 3)
    assert np.abs(grey[0] - weighted).max() <= 1
    assert grey[0, 0, 0] == (250 * 9798 + 10 * 19235 + 20 * 3735) >> 15


@pytest.mark.parametrize(
    ("mode", "channels"), [("L", 1), ("1", 1), ("P", 3), ("RGB", 3), ("RGBA", 4)]
)
def test_the_channels_of_the_file_are_kept(mode, channels):
    assert decode_image(png(PIXELS, mode)).shape == (channels, 2, 3)
    assert decode_image(png(PIXELS, mode), color=True).shape == (3, 2, 3)
    assert decode_image(png(PIXELS, mode), color=False).shape == (1, 2, 3)


def test_transparency_comes_last():
    with_alpha = np.dstack([PIXELS, np.arange(6, dtype=np.uint8).reshape(2, 3)])
    image = decode_image(png(with_alpha))
    assert np.array_equal(image, with_alpha.transpose(2, 0, 1)[[2, 1, 0, 3]])


def test_a_palette_with_transparency_has_four_channels():
    image = Image.fromarray(PIXELS).convert("P")
    assert decode_image(png(image, transparency=0)).shape == (4, 2, 3)


def test_a_grey_file_can_be_made_colour():
    image = decode_image(png(PIXELS[:, :, 0]), color=True)
    assert np.array_equal(image, [PIXELS[:, :, 0]] * 3)


def test_jpeg_is_decoded():
    image = decode_image(jpeg(np.full((8, 8, 3), RED, np.uint8)))
    assert np.abs(image.mean((1, 2)) - RED[::-1]).max() < 3


def jpeg(pixels, **options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=100, subsampling=0, **options)
    return file.getvalue()


def test_a_photo_is_turned_upright_unless_it_is_taken_as_it_is():
    held_sideways = Image.Exif()
    held_sideways[0x112] = 6  # the camera's left is up
    rows = np.repeat(np.arange(8, dtype=np.uint8)[:, None] * 30, 12, axis=1)
    photo = jpeg(np.dstack([rows] * 3), exif=held_sideways)
    for color in True, False:
        upright = decode_image(photo, color)
        assert upright.shape == (3 if color else 1, 12, 8)
        assert np.abs(upright[0].astype(int) - rows.T[:, ::-1]).max() < 3
    assert decode_image(photo).shape == (3, 8, 12)


def test_the_grey_of_a_jpeg_is_the_one_in_the_file():
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    photo = jpeg(pixels)
    with Image.open(io.BytesIO(photo)) as image:
        image.draft("YCbCr", None)
        brightness = np.asarray(image)[:, :, 0]
    assert np.array_equal(decode_image(photo, color=False)[0], brightness)


def test_sixteen_bits_are_refused():
    deep = Image.fromarray(np.full((2, 2), 40000, np.uint16))
    with pytest.raises(SourceError, match="more than 8 bits a channel; save it with 8"):
        decode_image(png(deep))


@pytest.mark.parametrize("content", [b"", b"no image", png(PIXELS)[:-30]])
def test_a_damaged_image_is_an_error(content):
    with pytest.raises(SourceError, match="the image cannot be decoded"):
        decode_image(content)


@pytest.mark.parametrize("value", [b"\xff\xff", b"\x22\x90\x06short", b"no Datum"])
def test_a_record_that_is_no_datum_is_an_error(value):
    with pytest.raises(SourceError, match=r"no Datum.*make the database with"):
        parse_datum(value)


def test_a_datum_that_holds_nothing_is_an_error():
    with pytest.raises(SourceError, match="holds no image; make the database again"):
        datum_image(caffe_pb2.Datum(label=3))


@pytest.mark.parametrize(
    "sizes", [(1, 2, 2), (10**6, 10**6, 1), (-1, -1, 5), (0, 5, 1)]
)
def test_sizes_that_do_not_fit_the_values_are_an_error(sizes):
    channels, height, width = sizes
    datum = caffe_pb2.Datum(
        channels=channels, height=height, width=width, data=b"12345"
    )
    with pytest.raises(
        SourceError, match=r"sizes .* holds 5 values.* Make the database ag"
    ):
        datum_image(datum)
    assert stacked_pixels([datum, datum]) is None


def test_raw_images_of_one_size_are_stacked():
    pictures = images(4)
    datums = [array_to_datum(picture) for picture in pictures]
    assert np.array_equal(stacked_pixels(datums), pictures)


def test_other_images_are_not_stacked():
    one, other = array_to_datum(images(1)[0]), array_to_datum(images(1, (2, 6, 5))[0])
    floats = array_to_datum(np.ones((2, 5, 6), np.float32))
    encoded = caffe_pb2.Datum(encoded=True, data=png(PIXELS))
    for datums in [one, other], [one, floats], [floats], [encoded]:
        assert stacked_pixels(datums) is None
