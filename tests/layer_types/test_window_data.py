"""What is special about WindowData: how it draws windows."""

import json

import numpy as np
import pytest
from PIL import Image

import brew
from brew.errors import LayerError, SourceError
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

WINDOWS = """\
# 0
a b.png
3
8
9
5
4 0.9 0 0 3 3
6 0.7 5 4 8 7
9 0.4 0 0 8 7
0 0.1 2 2 5 5
0 0.2 1 3 4 6
"""
BOXES = {4: (0, 0), 6: (5, 4)}  # x1 and y1 of the foreground, by label
BACKGROUND = [(2, 2), (1, 3)]
PIXELS = np.arange(3 * 8 * 9, dtype=np.uint8).reshape(3, 8, 9)


@pytest.fixture(autouse=True)
def _files(in_tmp_path):
    Image.fromarray(PIXELS[::-1].transpose(1, 2, 0)).save("a b.png")
    (in_tmp_path / "windows.txt").write_text(WINDOWS)


def net(
    fields="batch_size: 8",
    transform="crop_size: 4",
    phase=brew.TRAIN,
    least=0.6,
    source="windows.txt",
):
    text = f"""
        layer {{
          name: "windows" type: "WindowData" top: "data" top: "label"
          window_data_param {{
            source: "{source}" fg_threshold: {least} bg_threshold: 0.3 {fields}
          }}
          transform_param {{ {transform} }}
        }}"""
    return brew.Net(parse_text(text, caffe_pb2.NetParameter()), phase)


def cut(x, y):
    return PIXELS[:, y : y + 4, x : x + 4]


def test_a_batch_is_background_then_foreground_drawn_by_chance():
    windows = net("batch_size: 8 fg_fraction: 0.4")
    seen = set()
    for _ in range(10):
        top = windows.forward()
        assert top["data"].shape == (8, 3, 4, 4)
        assert top["label"][:5].tolist() == [0] * 5
        assert all(
            any((x == cut(*xy)).all() for xy in BACKGROUND) for x in top["data"][:5]
        )
        for image, label in zip(top["data"][5:], top["label"][5:], strict=True):
            assert np.array_equal(image, cut(*BOXES[label]))
            seen.add(int(label))
    assert seen == {4, 6}


@pytest.mark.parametrize(
    ("fields", "num_foreground"),
    [
        ("batch_size: 8", 2),
        ("batch_size: 3", 0),
        ("batch_size: 5 fg_fraction: 0.6", 3),
        ("batch_size: 5 fg_fraction: 1", 5),
        ("batch_size: 5 fg_fraction: 0", 0),
    ],
)
def test_the_share_of_the_foreground_is_rounded_down(fields, num_foreground):
    label = net(fields).forward()["label"]
    assert np.count_nonzero(label) == num_foreground


def test_windows_are_mirrored_by_chance_also_in_test():
    windows = net("batch_size: 40", "crop_size: 4 mirror: true", brew.TEST)
    foreground = windows.forward()["data"][30:]
    upright = [any((x == cut(*xy)).all() for xy in BOXES.values()) for x in foreground]
    mirrored = [
        any((x[:, :, ::-1] == cut(*xy)).all() for xy in BOXES.values())
        for x in foreground
    ]
    assert any(upright)
    assert any(mirrored)
    assert all(a != b for a, b in zip(upright, mirrored, strict=True))


def test_the_scale_is_that_of_the_window_param():
    plain = net("batch_size: 8").forward()["data"].copy()
    scaled = net("batch_size: 8 scale: 0.5", "crop_size: 4 scale: 9").forward()["data"]
    assert np.array_equal(scaled, plain / 2)


def test_the_same_seed_draws_the_same_windows_and_a_net_resumes():
    one, twin = (
        net(transform="crop_size: 3 mirror: true"),
        net(transform="crop_size: 3 mirror: true"),
    )
    for _ in range(3):
        assert np.array_equal(one.forward()["data"], twin.forward()["data"])
    brew.set_random_seed(8)
    other = net(transform="crop_size: 3 mirror: true")
    assert not np.array_equal(other.forward()["data"], one.blobs["data"].data)
    other.layers[0].set_state(json.loads(json.dumps(one.layers[0].get_state())))
    for _ in range(3):
        mine, theirs = one.forward(), other.forward()
        assert np.array_equal(mine["data"], theirs["data"])
        assert np.array_equal(mine["label"], theirs["label"])


@pytest.mark.parametrize(
    ("fields", "transform", "message"),
    [
        ("", "crop_size: 4", "batch_size is not given; make it 1 or more"),
        ("batch_size: 2", "", "crop_size is 0 and context_pad 0; set crop_size in tra"),
        ("batch_size: 2 context_pad: 2", "crop_size: 4", "to more than twice context_"),
        ("batch_size: 2 crop_mode: 'wrap'", "crop_size: 4", "Did you mean 'warp'"),
        (
            "batch_size: 2 fg_fraction: 1.5",
            "crop_size: 4",
            "fg_fraction is 1.5; give a",
        ),
        (
            "batch_size: 2 fg_fraction: nan",
            "crop_size: 4",
            "fg_fraction is nan; give a",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields, transform, message):
    with pytest.raises(LayerError, match=message):
        net(fields, transform)


@pytest.mark.parametrize(
    ("old", "new", "fields", "transform", "message"),
    [
        ("5\n4", "4\n4", "", "", "windows.txt, line 11: '# 1', the next image, is due"),
        ("0.9 0 0 3", "0.9 0 3", "", "", "windows.txt, line 7: a window"),
        ("a b", "c d", "", "", "windows.txt: c d.png: no such file"),
        (
            " 3 3",
            " 9 3",
            "fg_fraction: 1",
            "",
            "windows.txt: a b.png: the window .0, 0, 9",
        ),
        (
            "",
            "",
            "",
            "mean_value: 1 mean_value: 2",
            ".*give mean_value once or 3 times",
        ),
        (
            "",
            "",
            "",
            "mean_value: 1 mean_file: 'x'",
            ".*are both given; take one of them",
        ),
    ],
)
def test_bad_sources_are_told_with_the_layer(
    in_tmp_path, old, new, fields, transform, message
):
    (in_tmp_path / "windows.txt").write_text(WINDOWS.replace(old, new))
    with pytest.raises(
        SourceError, match=rf"^layer 'windows' \(WindowData\): {message}"
    ):
        net(f"batch_size: 20 {fields}", f"crop_size: 4 {transform}").forward()


def test_a_missing_source_is_told():
    with pytest.raises(LayerError, match="no source is given; name a window file"):
        net(source="")
    message = r"\(WindowData\): x: no such file .*; a window file is needed here"
    with pytest.raises(SourceError, match=message):
        net(source="x")


def test_a_threshold_that_nothing_reaches_is_told():
    with pytest.raises(SourceError, match="no window is foreground; change fg_thresho"):
        net(least=0.95)
