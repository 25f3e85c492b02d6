"""What is special about ImageData and WindowData: their lists, files and chance."""

import json

import numpy as np
import pytest
from PIL import Image

import brew
from brew.errors import LayerError, SourceError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.sources.resize import resize_bilinear


def picture(number, height=4, width=6):
    """Return pixels (C, h, w), all different; the first is `number`."""
    values = np.arange(3 * height * width) * 5 + number
    return values.astype(np.uint8).reshape(3, height, width)


def save(path, pixels):
    Image.fromarray(pixels[::-1].transpose(1, 2, 0)).save(path)


@pytest.fixture
def five(in_tmp_path):
    """Make a list of five images; image i has the label i."""
    (in_tmp_path / "my photos").mkdir()
    for i in range(5):
        save(f"my photos/p {i}.png", picture(i))
    lines = [f"my photos/p {i}.png {i}\n" for i in range(5)]
    (in_tmp_path / "list.txt").write_text("".join(lines))
    return in_tmp_path


def net(fields="", transform="", phase=brew.TEST, more="", source="list.txt"):
    text = f"""
        layer {{
          name: "photos" type: "ImageData" top: "data" top: "label"
          image_data_param {{ source: "{source}" {fields} }}
          transform_param {{ {transform} }} {more}
        }}"""
    return brew.Net(parse_text(text, caffe_pb2.NetParameter()), phase)


def labels(net, batches):
    return [net.forward()["label"].astype(int).tolist() for _ in range(batches)]


def test_images_come_in_the_order_of_the_list_round_and_round(five):
    photos = net("batch_size: 3")
    assert np.array_equal(photos.forward()["data"], [picture(i) for i in (0, 1, 2)])
    assert labels(photos, 3) == [[3, 4, 0], [1, 2, 3], [4, 0, 1]]


def test_one_image_is_a_batch_by_default(five):
    assert net().blobs["data"].shape == (1, 3, 4, 6)
    assert net().blobs["label"].shape == (1,)


def test_grey_images_have_one_channel(five):
    data = net("is_color: false").forward()["data"]
    weighted = np.tensordot([0.114, 0.587, 0.299], picture(0), 1)
    assert data.shape == (1, 1, 4, 6)
    assert np.abs(data[0, 0] - weighted).max() <= 1


def test_images_are_resized_before_they_are_transformed(five):
    data = net("new_height: 7 new_width: 5", "crop_size: 3 scale: 2").forward()["data"]
    assert np.array_equal(data[0], 2.0 * resize_bilinear(picture(0), 7, 5)[:, 2:5, 1:4])


def test_the_root_folder_is_put_before_each_name(five):
    (five / "list.txt").write_text("2.png 2\n")
    assert labels(net('root_folder: "my photos/p "'), 1) == [[2]]


def rounds(net, count):
    """Return the labels of whole rounds through the list of five."""
    return [[label for (label,) in labels(net, 5)] for _ in range(count)]


def test_shuffled_rounds_show_each_image_once_and_differ(five):
    shuffled = rounds(net("shuffle: true"), 6)
    assert all(sorted(labels) == [0, 1, 2, 3, 4] for labels in shuffled)
    assert len(set(map(tuple, shuffled))) > 1


def test_the_order_follows_the_seed(five):
    def draw(seed):
        brew.set_random_seed(seed)
        return rounds(net("shuffle: true"), 3)

    assert draw(1) == draw(1) != draw(2)


def test_the_start_may_be_random(five):
    def start(seed):
        brew.set_random_seed(seed)
        return tuple(labels(net("rand_skip: 3 batch_size: 5"), 1)[0])

    starts = {start(seed) for seed in range(20)}
    assert starts == {(0, 1, 2, 3, 4), (1, 2, 3, 4, 0), (2, 3, 4, 0, 1)}


@pytest.mark.parametrize("fields", ["", "shuffle: true", "rand_skip: 5 shuffle: true"])
@pytest.mark.parametrize("transform", ["", "mirror: true crop_size: 2"])
def test_a_net_resumes_in_the_middle_of_a_round(five, fields, transform):
    fields = f"batch_size: 3 {fields}"
    one = net(fields, transform, brew.TRAIN)
    labels(one, 4)
    state = json.dumps(one.layers[0].get_state())
    brew.set_random_seed(7)
    other = net(fields, transform, brew.TRAIN)
    labels(other, 1)
    other.layers[0].set_state(json.loads(state))
    for _ in range(5):
        mine, theirs = one.forward(), other.forward()
        assert np.array_equal(mine["label"], theirs["label"])
        assert np.array_equal(mine["data"], theirs["data"])


def test_a_net_does_not_resume_in_another_list(five):
    state = net().layers[0].get_state()
    with open("list.txt", "a") as file:
        file.write("my photos/p 0.png 0")
    other = net()
    other.layers[0].set_state(state)
    message = "list.txt: the place to go on from is in a list of 5 images, but this one"
    with pytest.raises(SourceError, match=message):
        other.forward()


def test_single_images_may_change_their_size(five):
    save("my photos/p 1.png", picture(0, 3, 8))
    photos = net()
    shapes = [photos.forward()["data"].shape[2:] for _ in range(3)]
    assert shapes == [(4, 6), (3, 8), (4, 6)]


def test_a_crop_makes_images_of_several_sizes_alike(five):
    save("my photos/p 1.png", picture(0, 3, 8))
    assert net("batch_size: 5", "crop_size: 3").forward()["data"].shape == (5, 3, 3, 3)


@pytest.mark.parametrize(
    ("spoil", "fields", "transform", "message"),
    [
        (lambda path: path.unlink(), "", "", r"p 1.png: no such file \(looked in"),
        (lambda path: path.write_text("no image"), "", "", "the image cannot be decod"),
        (
            lambda path: path.write_bytes(path.read_bytes()[:-30]),
            "",
            "",
            r"p 1.png: the image cannot be decoded \(.*[Tt]runcated",
        ),
        (lambda path: path.write_bytes(b""), "", "", "the image cannot be decoded"),
        (
            lambda path: save(path, picture(0, 4, 5)),
            "batch_size: 2",
            "",
            r"transformed to shape \(3, 4, 5\), but the first of its batch to \(3, 4,",
        ),
        (
            lambda path: save(path, picture(0, 2, 9)),
            "batch_size: 2",
            "crop_size: 3",
            "the image has 2 x 9 pixels, less than crop_size 3; take larger images",
        ),
    ],
)
def test_a_bad_image_is_told_with_its_line(five, spoil, fields, transform, message):
    photos = net(fields, transform)
    spoil(five / "my photos" / "p 1.png")
    message = rf"^layer 'photos' \(ImageData\): list.txt, line 2: .*{message}"
    with pytest.raises(SourceError, match=message):
        labels(photos, 2)


def test_the_net_goes_on_once_the_image_is_mended(five):
    photos = net("batch_size: 2")
    (five / "my photos" / "p 1.png").rename("hidden.png")
    with pytest.raises(SourceError, match="p 1.png: no such file"):
        photos.forward()
    (five / "hidden.png").rename("my photos/p 1.png")
    assert labels(photos, 2) == [[0, 1], [2, 3]]


@pytest.mark.parametrize(
    ("fields", "transform", "message"),
    [
        ("batch_size: 0", "", "batch_size is 0; make it 1 or more"),
        ("new_height: 5", "", "new_height is 5 and new_width 0; give both, or none"),
        ("new_width: 5", "", "new_height is 0 and new_width 5; give both, or none"),
    ],
)
def test_settings_that_make_no_sense_are_refused(five, fields, transform, message):
    with pytest.raises(LayerError, match=message):
        net(fields, transform)


def test_a_missing_source_is_told(in_tmp_path):
    with pytest.raises(LayerError, match="no source is given; name a list of image fi"):
        net(source="")
    message = r"\(ImageData\): list.txt: no such file .*; an image list is needed here"
    with pytest.raises(SourceError, match=message):
        net()


def test_nothing_prefetched_is_refused(five):
    with pytest.raises(LayerError, match="prefetch is 0; make it 1 or more"):
        net(more="data_param { prefetch: 0 }")


@pytest.mark.parametrize(
    ("text", "fields", "transform", "message"),
    [
        ("", "", "", "list.txt: the list is empty; write a file and a label a line"),
        ("a.png one", "", "", "list.txt, line 1: 'a.png one' is no file name, blank a"),
        ("a.png 1", "", "", "list.txt, line 1: a.png: no such file"),
        (None, "rand_skip: 6", "", "rand_skip is 6, but the list has only 5 images"),
        (None, "", "crop_size: 5", "list.txt, line 1: .* less than crop_size 5"),
        (None, "", "mean_value: 1 mean_value: 2", "mean_value is given 2 times"),
        (None, "", "mean_file: 'x' mean_value: 2", "are both given; take one"),
    ],
)
def test_bad_sources_are_told_with_the_layer(five, text, fields, transform, message):
    if text is not None:
        (five / "list.txt").write_text(text)
    with pytest.raises(
        SourceError, match=rf"^layer 'photos' \(ImageData\): .*{message}"
    ):
        net(fields, transform)
