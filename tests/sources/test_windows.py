"""Windows of images, warped to squares."""

import numpy as np
import pytest
from PIL import Image

from brew.errors import SourceError
from brew.io import array_to_blobproto
from brew.proto import caffe_pb2
from brew.proto.binary import write_message
from brew.sources.resize import resize_bilinear
from brew.sources.windows import WindowBatches, context_spans, middle_of_mean
from tests.sources.conftest import images

PHOTO = images(1, (3, 20, 30))[0]
BOX = (8, 6, 15, 11)  # 8 columns, 6 rows


@pytest.fixture(autouse=True)
def _files(in_tmp_path):
    Image.fromarray(PHOTO[::-1].transpose(1, 2, 0)).save("a.png")


def batches(box=BOX, transform=None, **fields):
    """Return batches of one window that is background and foreground alike."""
    sides = " ".join(map(str, box))
    with open("windows.txt", "w") as file:
        file.write(f"# 0\na.png\n3\n20\n30\n2\n7 1 {sides}\n7 0 {sides}\n")
    fields = {"batch_size": 1, "fg_fraction": 1} | fields
    param = caffe_pb2.WindowDataParameter(source="windows.txt", **fields)
    transform = {"crop_size": 8} | (transform or {})
    transform = caffe_pb2.TransformationParameter(**transform)
    return WindowBatches(param, transform, np.random.default_rng(0))


def draw(*arguments, **options):
    """Return the one square of the first batch."""
    return batches(*arguments, **options).read()[0][0]


def test_a_window_of_the_right_size_is_cut_out_as_it_is():
    assert np.array_equal(draw((8, 6, 15, 13)), PHOTO[:, 6:14, 8:16])


def test_other_windows_are_stretched():
    wanted = resize_bilinear(PHOTO[:, 6:12, 8:16], 8, 8)
    assert np.array_equal(draw(), wanted)


def test_the_scale_and_the_mean_value_of_each_channel_count():
    square = draw((8, 6, 15, 13), {"mean_value": [1, 2, 3], "scale": 9}, scale=0.5)
    mean = np.array([1, 2, 3]).reshape(3, 1, 1)
    assert np.array_equal(square, (PHOTO[:, 6:14, 8:16] - mean) / 2)


def test_surroundings_are_taken_in_proportion():
    # The scale is 8 / (8 - 2 * 2) = 2: from the middle (12, 9) 8 and 6 to each side.
    wanted = resize_bilinear(PHOTO[:, 3:16, 4:21], 8, 8)
    assert np.array_equal(draw(context_pad=2), wanted)


def test_a_square_is_taken_around_the_window():
    wanted = resize_bilinear(PHOTO[:, 5:14, 8:17], 8, 8)
    assert np.array_equal(draw(crop_mode="square"), wanted)


def test_beyond_the_image_there_is_nothing():
    # From -2 to 6: 2 of these 9 columns lie beyond, which makes 2 of 8.
    square = draw((0, 6, 3, 9), {"mean_value": [50]}, context_pad=2)
    wanted = resize_bilinear(PHOTO[:, 4:13, 0:7], 8, 6) - 50.0
    assert np.array_equal(square[:, :, 2:], wanted)
    assert not square[:, :, :2].any()


def test_what_is_mirrored_is_mirrored_with_its_surroundings():
    # from 22 to 30: one column of 9 lies beyond, and makes one of 8
    made = batches((24, 6, 27, 9), {"mirror": True}, context_pad=2)
    squares = {made.read()[0].tobytes() for _ in range(20)}
    wanted = np.zeros((2, 3, 8, 8), np.float32)
    wanted[0, :, :, :7] = resize_bilinear(PHOTO[:, 4:13, 22:30], 8, 7)
    wanted[1] = wanted[0, :, :, ::-1]
    assert squares == {square.tobytes() for square in wanted}


# By hand, for an image of 20 pixels and a square of 8: the window and its surroundings
# reach from centre - half * 8 / (8 - 2 * pad), rounded, to the same on the other side.
@pytest.mark.parametrize(
    ("centre", "half", "pad", "mirrored", "taken", "place"),
    [
        (10, 4, 0, False, (6, 15), (0, 8)),
        (10.5, 2.5, 0, False, (8, 14), (0, 8)),
        (2, 2, 2, False, (0, 7), (2, 8)),
        (2, 2, 2, True, (0, 7), (0, 6)),
        (18, 2, 2, False, (14, 20), (0, 5)),
        (18, 2, 2, True, (14, 20), (3, 8)),
        (10, 10, 2, False, (0, 20), (2, 6)),
        (0.5, 7.5, 0, False, (0, 9), (4, 8)),  # 3.5 and 4.5, both rounded up
        (0.5, 0.5, 3, False, (0, 4), (3, 8)),
        (-0.5, 0.5, 0, False, (0, 1), (4, 8)),
    ],
)
def test_spans_follow_the_formulas_of_caffe(centre, half, pad, mirrored, taken, place):
    spans = context_spans(centre, half, 20, 8, pad, mirrored)
    assert [(span.start, span.stop) for span in spans] == [taken, place]


def test_a_sliver_that_fills_no_pixel_leaves_zeros():
    assert not draw((-40, 0, 0, 19), crop_mode="square").any()


@pytest.mark.parametrize(
    ("box", "fields", "message"),
    [
        ((-1, 0, 5, 5), {}, r"\(-1, 0, 5, 5\) \(x1, y1, x2, y2\) lies outside the im"),
        ((0, 0, 5, 20), {}, "lies outside the image, which has 20 rows; mend the wind"),
        ((0, 0, 30, 5), {}, "lies outside the image, which has 30 columns; mend"),
        ((40, 0, 45, 5), {"context_pad": 1}, "lies outside .* 30 columns"),
        ((0, -9, 5, -8), {"context_pad": 1}, "lies outside .* 20 rows"),
    ],
)
def test_a_window_outside_its_image_is_an_error(box, fields, message):
    with pytest.raises(
        SourceError, match=f"^windows.txt: a.png: the window .*{message}"
    ):
        draw(box, **fields)


def test_a_batch_is_background_then_foreground():
    made = batches(batch_size=7, fg_fraction=0.5)
    assert made.read()[1].tolist() == [0] * 4 + [7] * 3


def test_files_are_kept_in_memory_if_so_wished(in_tmp_path):
    for kept in False, True:
        made = batches(cache_images=kept)
        first = made.read()[0]
        (in_tmp_path / "a.png").rename("hidden.png")
        if kept:
            assert np.array_equal(made.read()[0], first)
        else:
            with pytest.raises(SourceError, match="^windows.txt: a.png: no such file"):
                made.read()
        (in_tmp_path / "hidden.png").rename("a.png")


def mean_file(shape):
    mean = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    write_message(array_to_blobproto(mean), "mean.binaryproto")
    return mean


def transform(**fields):
    return caffe_pb2.TransformationParameter(crop_size=4, **fields)


def test_the_middle_of_a_mean_file_is_subtracted():
    mean = mean_file((1, 3, 9, 9))[0]
    got = middle_of_mean(transform(mean_file="mean.binaryproto"))
    assert np.array_equal(got, mean[:, 2:6, 2:6])


def test_the_columns_say_where_the_middle_of_a_mean_file_is():
    mean = mean_file((1, 3, 8, 10))[0]
    got = middle_of_mean(transform(mean_file="mean.binaryproto"))
    assert np.array_equal(got, mean[:, 3:7, 3:7])


def test_only_pixels_of_the_image_lose_the_mean():
    mean = mean_file((1, 3, 8, 8))[0]
    square = draw((0, 6, 3, 9), {"mean_file": "mean.binaryproto"}, context_pad=2)
    wanted = resize_bilinear(PHOTO[:, 4:13, 0:7], 8, 6) - mean[:, :, 2:]
    assert np.array_equal(square[:, :, 2:], wanted)
    assert not square[:, :, :2].any()


@pytest.mark.parametrize(
    "shape", [(1, 3, 3, 9), (1, 3, 5, 9), (1, 1, 9, 9), (1, 3, 3, 3)]
)
def test_a_mean_file_that_does_not_fit_is_an_error(shape):
    mean_file(shape)
    with pytest.raises(
        SourceError, match=r"but \(3, 4, 4\) or larger is needed; take a"
    ):
        middle_of_mean(transform(mean_file="mean.binaryproto"))


def test_mean_values_are_one_or_three():
    assert middle_of_mean(transform()) is None
    assert (middle_of_mean(transform(mean_value=[5])) == np.full((3, 4, 4), 5)).all()
    with pytest.raises(SourceError, match="or give mean_value once or 3 times"):
        middle_of_mean(transform(mean_value=[5, 6]))
