"""pycaffe's io: arrays and messages, images, crops, the Transformer."""

import re

import numpy
import pytest

from brew import io
from brew.errors import ArrayError, FileError, MissingExtra, ProtoError
from brew.proto.caffe_pb2 import BlobProto, Datum


def random_image(*shape):
    """Return an image with a flat corner, from 0 to 1."""
    image = numpy.random.default_rng(5).random(shape, "float32")
    image[:2, :3] = 0.25
    return image


def test_array_becomes_a_blobproto_of_single_precision_and_back():
    array = numpy.array([[0.1, 2]])
    proto = io.array_to_blobproto(array, diff=[[3, 4]])
    assert list(proto.shape.dim) == [1, 2]
    assert list(proto.diff) == [3, 4]
    assert not proto.double_data
    got = io.blobproto_to_array(proto)
    assert got.dtype == numpy.float32
    numpy.testing.assert_array_equal(got, array.astype("float32"))
    numpy.testing.assert_array_equal(io.blobproto_to_array(proto, True), [[3, 4]])


def test_wrong_number_of_values_is_a_value_error():
    with pytest.raises(ValueError, match="asks for 2 values, but 1 are stored"):
        io.blobproto_to_array(BlobProto(num=1, channels=2, height=1, width=1, data=[1]))


def test_list_of_arrays_becomes_bytes_and_back():
    arrays = [numpy.ones((2, 3)), numpy.array(4.0), numpy.zeros(0)]
    content = io.arraylist_to_blobprotovector_str(arrays)
    got = io.blobprotovector_str_to_arraylist(content)
    assert [array.shape for array in got] == [(2, 3), (), (0,)]
    numpy.testing.assert_array_equal(got[0], arrays[0])
    assert io.blobprotovector_str_to_arraylist(b"") == []


def test_damaged_bytes_are_refused():
    content = io.arraylist_to_blobprotovector_str([numpy.ones(3)])
    with pytest.raises(ProtoError, match="missing at its end"):
        io.blobprotovector_str_to_arraylist(content[:-1])


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64", "int16"])
def test_image_becomes_a_datum_and_back(dtype):
    image = numpy.arange(24).reshape(2, 3, 4).astype(dtype)
    datum = io.array_to_datum(image, label=numpy.int64(7))
    assert (datum.channels, datum.height, datum.width, datum.label) == (2, 3, 4, 7)
    assert bool(datum.data) == (dtype == "uint8")
    got = io.datum_to_array(Datum.FromString(datum.SerializeToString()))
    assert got.dtype == ("uint8" if dtype == "uint8" else "float32")
    numpy.testing.assert_array_equal(got, image)
    got[...] = 0  # is writable


def test_datum_without_a_label_has_none():
    assert not io.array_to_datum(numpy.zeros((1, 1, 1))).HasField("label")


def test_datum_wants_three_axes():
    with pytest.raises(ValueError, match=re.escape("(C, h, w), not (2, 3)")):
        io.array_to_datum(numpy.zeros((2, 3)))


@pytest.mark.parametrize(
    ("datum", "says"),
    [
        (Datum(channels=1, height=2, width=2, data=b"abc"), "(1, 2, 2) but holds 3"),
        (Datum(channels=-1, height=-1, width=1, data=b"a"), "(-1, -1, 1) but"),
        (Datum(channels=2**31 - 1, height=2**31 - 1, width=2**31 - 1), "holds 0"),
        (Datum(encoded=True, data=b"\xff\xd8"), "holds a compressed image"),
    ],
)
def test_datum_that_is_damaged_or_encoded_is_refused(datum, says):
    with pytest.raises(ArrayError, match=re.escape(says)):
        io.datum_to_array(datum)


@pytest.fixture
def save_image(tmp_path):
    """Save an array as PNG and return the path."""
    pil = pytest.importorskip("PIL.Image")

    def save(array, mode=None):
        path = tmp_path / "image.png"
        image = pil.fromarray(array)
        (image.convert(mode) if mode else image).save(path)
        return path

    return save


RGB = numpy.array([[[255, 0, 51], [0, 102, 204]]], numpy.uint8)


def test_colour_image_is_loaded_from_0_to_1(save_image):
    got = io.load_image(save_image(RGB))
    assert got.dtype == numpy.float32
    numpy.testing.assert_allclose(got, RGB / 255, rtol=1e-6)


def test_colour_image_is_loaded_gray_by_its_luminance(save_image):
    got = io.load_image(save_image(RGB), color=False)
    assert got.shape == (1, 2, 1)
    want = RGB[0] / 255 @ [0.2125, 0.7154, 0.0721]
    numpy.testing.assert_allclose(got[0, :, 0], want, rtol=1e-6)


@pytest.mark.parametrize(("color", "channels"), [(True, 3), (False, 1)])
def test_gray_image_is_loaded(save_image, color, channels):
    gray = numpy.array([[0, 51, 255]], numpy.uint8)
    got = io.load_image(save_image(gray), color)
    want = numpy.repeat(gray[..., None] / 255, channels, axis=2)
    numpy.testing.assert_allclose(got, want, rtol=1e-6)


def test_transparency_and_palette_make_no_difference(save_image):
    opaque = numpy.concatenate([RGB, numpy.full((1, 2, 1), 9, numpy.uint8)], axis=2)
    numpy.testing.assert_allclose(io.load_image(save_image(opaque)), RGB / 255, 1e-6)
    got = io.load_image(save_image(RGB, mode="P"))
    assert got.shape == (1, 2, 3)


def test_image_of_16_bits_is_loaded_from_0_to_1(save_image):
    deep = numpy.array([[0, 13107, 65535]], numpy.uint16)
    got = io.load_image(save_image(deep), color=False)
    numpy.testing.assert_allclose(got[0, :, 0], [0, 0.2, 1], rtol=1e-6)


def test_missing_file_and_other_content_are_refused(tmp_path):
    pytest.importorskip("PIL")
    with pytest.raises(FileError, match="no such file"):
        io.load_image(tmp_path / "none.png")
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(FileError, match="cannot be read as an image"):
        io.load_image(tmp_path / "text.png")


def test_image_cut_short_is_refused(save_image):
    path = save_image(numpy.random.default_rng(0).integers(0, 255, (40, 40), "uint8"))
    content = path.read_bytes()
    for length in range(0, len(content) - 20, 37):
        path.write_bytes(content[:length])
        with pytest.raises(FileError, match="cannot be read as an image"):
            io.load_image(path)


def test_missing_pillow_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "PIL.Image", None)
    with pytest.raises(MissingExtra, match=re.escape("brewdl[data]")):
        io.load_image("image.png")


@pytest.mark.parametrize("size", [(7, 5), (20, 9), (3, 30)])
@pytest.mark.parametrize("channels", [1, 3])
def test_resizing_agrees_with_scikit_image(size, channels):
    resize = pytest.importorskip("skimage.transform").resize
    image = random_image(9, 11, channels)
    low, high = image.min(), image.max()
    unit = (image - low) / (high - low)
    want = resize(unit, size, order=1, mode="constant", anti_aliasing=False)
    got = io.resize_image(image, size)
    assert got.dtype == numpy.float32
    numpy.testing.assert_allclose(got, want * (high - low) + low, atol=1e-6)


def test_beyond_the_border_everything_has_the_lowest_value():
    pytest.importorskip("scipy")
    image = numpy.array([[[2], [6]]])  # pixels at 0.5 and 1.5, asked at 0.25, 0.75, ...
    got = io.resize_image(image, (1, 4))
    numpy.testing.assert_allclose(got[0, :, 0], [2, 3, 5, 5], rtol=1e-6)


def test_resizing_to_the_same_size_changes_nothing():
    pytest.importorskip("scipy")
    image = random_image(6, 5, 3)
    numpy.testing.assert_allclose(io.resize_image(image, (6, 5)), image, atol=1e-6)


def test_constant_image_stays_constant():
    pytest.importorskip("scipy")
    got = io.resize_image(numpy.full((4, 4, 3), 0.3), (9, 2))
    assert got.shape == (9, 2, 3)
    assert (got == numpy.float32(0.3)).all()


def test_other_numbers_of_channels_are_resized_corner_to_corner():
    pytest.importorskip("scipy")
    image = random_image(4, 6, 5)
    got = io.resize_image(image, (7, 11))
    assert (got.shape, got.dtype) == ((7, 11, 5), numpy.float32)
    corners = numpy.ix_([0, -1], [0, -1])
    numpy.testing.assert_allclose(got[corners], image[corners], atol=1e-6)


@pytest.mark.parametrize("shape", [(4, 4), (0, 4, 3), (4,)])
def test_only_images_are_resized(shape):
    with pytest.raises(ArrayError, match=r"\(h, w, C\)"):
        io.resize_image(numpy.zeros(shape), (2, 2))


def test_oversample_cuts_corners_centre_and_mirrors():
    images = [random_image(6, 9, 2), random_image(6, 9, 2)[::-1]]
    crops = io.oversample(images, (3, 4))
    assert (crops.shape, crops.dtype) == ((20, 3, 4, 2), numpy.float32)
    for image, ten in zip(images, crops.reshape(2, 10, 3, 4, 2), strict=True):
        wants = [image[:3, :4], image[:3, 5:], image[3:, :4], image[3:, 5:]]
        wants += [image[1:4, 2:6]]
        wants += [want[:, ::-1] for want in wants]
        numpy.testing.assert_array_equal(ten, wants)


def test_oversample_refuses_small_and_differing_images():
    with pytest.raises(ArrayError, match=re.escape("3) have no crops of (3, 3)")):
        io.oversample([numpy.zeros((2, 2, 3))], (3, 3))
    with pytest.raises(ArrayError, match="must have the same shape"):
        io.oversample([numpy.zeros((4, 4, 3)), numpy.zeros((4, 5, 3))], (3, 3))


def imagenet_transformer():
    """Return a Transformer as ImageNet's nets use it, for images of 4 x 5."""
    t = io.Transformer({"data": (1, 3, 4, 5)})
    t.set_transpose("data", (2, 0, 1))
    t.set_channel_swap("data", (2, 1, 0))
    t.set_raw_scale("data", 255)
    t.set_mean("data", numpy.array([104.0, 117, 123]))
    t.set_input_scale("data", 0.5)
    return t


def test_preprocess_does_all_in_order():
    image = random_image(4, 5, 3)
    got = imagenet_transformer().preprocess("data", image)
    bgr = image.transpose(2, 0, 1)[::-1] * 255
    want = (bgr - numpy.array([104, 117, 123])[:, None, None]) * 0.5
    assert (got.shape, got.dtype) == ((3, 4, 5), numpy.float32)
    numpy.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-4)


def test_deprocess_undoes_preprocess():
    image, t = random_image(4, 5, 3), imagenet_transformer()
    blob = t.preprocess("data", image)[None]
    numpy.testing.assert_allclose(t.deprocess("data", blob), image, atol=1e-5)


def test_swap_that_is_not_its_own_inverse_is_undone():
    t = io.Transformer({"data": (1, 3, 4, 5)})
    t.set_transpose("data", (2, 0, 1))
    t.set_channel_swap("data", (1, 2, 0))
    image = random_image(4, 5, 3)
    blob = t.preprocess("data", image)
    numpy.testing.assert_array_equal(t.deprocess("data", blob), image)


def test_preprocess_leaves_the_callers_image_alone():
    t = io.Transformer({"data": (1, 3, 4, 5)})
    t.set_raw_scale("data", 2)
    image = numpy.ones((4, 5, 3), numpy.float32)
    t.preprocess("data", image)
    assert (image == 1).all()
    plain = io.Transformer({"data": (1, 3, 4, 5)}).preprocess("data", image)
    assert not numpy.shares_memory(plain, image)


def test_preprocess_resizes_to_the_input():
    pytest.importorskip("scipy")
    got = imagenet_transformer().preprocess("data", random_image(8, 9, 3))
    assert got.shape == (3, 4, 5)


def test_nothing_set_means_nothing_done():
    image = random_image(4, 5, 3)
    got = io.Transformer({"data": (1, 3, 4, 5)}).preprocess("data", image)
    numpy.testing.assert_array_equal(got, image)


@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 4, 5), (4, 5), (3, 1, 1)])
def test_mean_image_is_subtracted_pixel_by_pixel(shape):
    t = io.Transformer({"data": (1, 3, 4, 5)})
    t.set_transpose("data", (2, 0, 1))
    mean = numpy.random.default_rng(2).random(shape)
    t.set_mean("data", mean)
    image = random_image(4, 5, 3)
    want = image.transpose(2, 0, 1) - mean
    numpy.testing.assert_allclose(t.preprocess("data", image), want, atol=1e-6)


def test_mean_image_of_another_size_is_resized():
    pytest.importorskip("scipy")
    t = io.Transformer({"data": (1, 3, 4, 5)})
    mean = numpy.random.default_rng(2).random((3, 8, 8)) * 100
    t.set_mean("data", mean)
    want = io.resize_image(mean.transpose(1, 2, 0), (4, 5)).transpose(2, 0, 1)
    numpy.testing.assert_allclose(t.mean["data"], want, rtol=1e-5)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda t: t.preprocess("dat", None), "Did you mean 'data'?"),
        (lambda t: t.deprocess("x", None), "'x' is not one of the net's inputs"),
        (lambda t: t.set_raw_scale("x", 1), "'x' is not one of the net's inputs"),
        (lambda t: t.set_transpose("data", (0, 1)), "axes but the first cannot be"),
        (lambda t: t.set_transpose("data", (0, 1, 1)), "cannot be (0, 1, 1)"),
        (lambda t: t.set_channel_swap("data", (1, 0)), "has 3 channels; their order"),
        (lambda t: t.set_mean("data", numpy.ones(4)), "3 channels, the mean has 4"),
        (lambda t: t.set_mean("data", numpy.ones(1)), "3 channels, the mean has 1"),
        (lambda t: t.set_mean("data", numpy.ones((2, 4, 5))), "the mean has 2"),
        (lambda t: t.set_mean("data", numpy.ones((1, 3, 4, 5))), "1, 2 or 3 axes"),
        (lambda t: t.set_mean("data", 3.0), "1, 2 or 3 axes, not the shape ()"),
    ],
)
def test_setting_that_does_not_fit_the_input_is_refused(call, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        call(io.Transformer({"data": (1, 3, 4, 5)}))
