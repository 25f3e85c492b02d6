"""``convert_imageset``: an image list becomes a database, as by Caffe's tool."""

import signal
import time

import numpy as np
import pytest

from brew.cli import convert_imageset as command
from brew.io import datum_to_array
from brew.proto.caffe_pb2 import Datum
from brew.sources import open_database
from brew.sources.datum import decode_image, encode_image
from brew.sources.images import read_image
from brew.sources.resize import resize_bilinear

NAMES = ("a b.png", "c.png", "d.png", "e.png")


@pytest.fixture
def photos(in_tmp_path):
    """Make photos/ and list.txt: four colour images with the labels 0, 1, 2, 3."""
    rng = np.random.default_rng(5)
    (in_tmp_path / "photos").mkdir()
    for name in NAMES:
        pixels = rng.integers(0, 256, (3, 6, 9), dtype=np.uint8)
        (in_tmp_path / "photos" / name).write_bytes(encode_image(pixels, "png"))
    lines = "".join(f"{name} {label}\n" for label, name in enumerate(NAMES))
    (in_tmp_path / "list.txt").write_text(lines)
    return in_tmp_path


@pytest.fixture
def convert(brew, photos):
    """Run the command on the photos; return the records as (key, Datum)."""

    def run(*flags, backend="lmdb"):
        flags = [*flags, f"--backend={backend}"]
        code, _, err = brew("convert_imageset", *flags, "photos/", "list.txt", "db")
        assert code == 0, err
        with open_database("db", backend) as database:
            return [(k.decode(), Datum.FromString(v)) for k, v in database]

    return run


@pytest.mark.parametrize("backend", ["lmdb", "leveldb"])
def test_the_images_are_stored_under_their_number_and_name(convert, backend):
    records = convert(backend=backend)
    assert [key for key, _ in records] == [
        f"{i:08d}_{name}" for i, name in enumerate(NAMES)
    ]
    for (_, datum), name, label in zip(records, NAMES, range(4), strict=True):
        assert datum.label == label
        assert np.array_equal(datum_to_array(datum), read_image(f"photos/{name}"))


@pytest.mark.parametrize("flag", ["--gray", "-gray", "--gray=true"])
def test_gray_images_have_one_channel(convert, flag):
    _, datum = convert(flag)[1]
    assert np.array_equal(datum_to_array(datum), read_image("photos/c.png", False))


@pytest.mark.parametrize("flag", ["--nogray", "--gray=false", "--no-gray"])
def test_a_switch_can_be_turned_off(convert, flag):
    assert convert("--gray", flag)[0][1].channels == 3


def test_images_are_resized_to_height_and_width(convert):
    _, datum = convert("--resize_height=4", "--resize_width", "5")[1]
    wanted = resize_bilinear(read_image("photos/c.png"), 4, 5)
    assert np.array_equal(datum_to_array(datum), wanted)


def test_encoded_files_are_stored_as_they_are(convert, photos):
    for key, datum in convert("--encoded"):
        assert datum.encoded
        assert datum.data == (photos / "photos" / key[9:]).read_bytes()
        assert (datum.channels, datum.height, datum.width) == (0, 0, 0)


@pytest.mark.parametrize(
    ("flags", "start", "shape"),
    [
        (["--encode_type=jpg"], b"\xff\xd8", (3, 6, 9)),
        (["--encode_type=JPEG", "--encoded"], b"\xff\xd8", (3, 6, 9)),
        (["--encoded", "--gray"], b"\x89PNG", (1, 6, 9)),
        (
            ["--encoded", "--resize_height=4", "--resize_width=5"],
            b"\x89PNG",
            (3, 4, 5),
        ),
    ],
)
def test_what_must_change_is_encoded_anew(convert, photos, flags, start, shape):
    _, datum = convert(*flags)[1]
    assert datum.encoded
    assert datum.data.startswith(start)
    pixels = decode_image(datum.data)
    assert pixels.shape == shape
    if start != b"\xff\xd8":  # only JPEG loses anything
        original = read_image("photos/c.png", shape[0] == 3)
        assert np.array_equal(pixels, resize_bilinear(original, *shape[1:]))


def test_a_jpeg_is_like_the_original():
    smooth = np.mgrid[:6, :9, :3].sum(0).astype(np.uint8).transpose(2, 0, 1) * 9
    again = decode_image(encode_image(smooth, "jpg")).astype(int)
    assert abs(again - smooth).max() < 12


def test_the_shuffled_order_depends_on_the_seed_alone(convert, photos):
    names = {}
    for seed in ("1", "1", "2"):
        keys = [key for key, _ in convert("--shuffle", f"--seed={seed}")]
        assert [int(key[:8]) for key in keys] == [0, 1, 2, 3]
        order = [key[9:] for key in keys]
        assert names.setdefault(seed, order) == order
        (photos / "db").rename(f"db{len(list(photos.iterdir()))}")
    assert sorted(names["1"]) == sorted(NAMES)
    assert len({tuple(NAMES), *map(tuple, names.values())}) == 3


def test_labels_go_with_their_images_when_shuffled(convert):
    for key, datum in convert("--shuffle"):
        assert NAMES[datum.label] == key[9:]


def test_unreadable_images_are_left_out_and_their_numbers_with_them(
    brew, convert, photos
):
    (photos / "photos" / "c.png").write_bytes(b"no image")
    (photos / "photos" / "d.png").unlink()
    keys = [key for key, _ in convert()]
    assert keys == ["00000000_a b.png", "00000003_e.png"]
    _, _, err = brew("convert_imageset", "photos/", "list.txt", "again")
    assert "left out: photos/c.png: the image cannot be decoded" in err
    assert "left out: photos/d.png: no such file" in err
    assert "Processed 2 files." in err


def test_a_list_without_any_image_makes_no_database(brew, photos):
    code, _, err = brew("convert_imageset", "fotos/", "list.txt", "db")
    assert code == 1
    assert "not one of its 4 images" in err
    assert "'fotos/a b.png'" in err
    assert not (photos / "db").exists()


def test_sizes_are_checked_on_wish(brew, photos):
    small = encode_image(np.zeros((3, 2, 2), np.uint8), "png")
    (photos / "photos" / "d.png").write_bytes(small)
    assert brew("convert_imageset", "photos/", "list.txt", "all")[0] == 0
    command = ("convert_imageset", "--check_size", "photos/", "list.txt", "db")
    code, _, err = brew(*command)
    assert (code, "photos/d.png: has 12 bytes, but the first image 162" in err) == (
        1,
        True,
    )
    assert sorted(path.name for path in photos.iterdir()) == [
        "all",
        "list.txt",
        "photos",
    ]


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["photos/", "list.txt"], 2, "required: DB"),
        (["photos/", "none.txt", "db"], 1, "none.txt: no such file"),
        (["photos/", "list.txt", "photos"], 1, "photos: exists already"),
        (["photos/", "list.txt", "no/db"], 1, "no/db: cannot be written"),
        (["--backend=sqlite", "photos/", "list.txt", "db"], 2, "'lmdb', 'leveldb'"),
        (["--resize_width=4", "photos/", "list.txt", "db"], 2, "give --resize_width"),
        (
            ["--resize_width=-4", "--resize_height=4", "photos/", "list.txt", "db"],
            2,
            "above 0",
        ),
        (["--encode_type=tga2", "photos/", "list.txt", "db"], 1, "'tga2'"),
        (["--resizewidth=4", "photos/", "list.txt", "db"], 2, "'--resize_width'?"),
    ],
)
def test_bad_words_are_told_and_nothing_is_left_behind(
    brew, photos, words, code, problem
):
    before = sorted(photos.rglob("*"))
    got, _, err = brew("convert_imageset", *words)
    assert (got, problem in err) == (code, True), err
    assert sorted(photos.rglob("*")) == before


def test_a_label_that_no_datum_can_hold_is_told(brew, photos):
    (photos / "list.txt").write_text("c.png 1\nd.png 2147483648\n")
    _, _, err = brew("convert_imageset", "photos/", "list.txt", "db")
    assert "photos/d.png: the label 2147483648 is no 32-bit number" in err


def test_a_name_without_ending_is_stored_as_pixels(brew, photos):
    (photos / "photos" / "c.png").rename("photos/c")
    (photos / "list.txt").write_text("c 1\n")
    _, _, err = brew("convert_imageset", "--encoded", "photos/", "list.txt", "db")
    assert "c: no ending says how to encode it" in err
    with open_database("db") as database:
        assert not Datum.FromString(next(iter(database))[1]).encoded


def test_an_interrupt_leaves_nothing_behind(brew, photos, monkeypatch):
    calls = []

    def interrupt_the_third(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return Datum()

    monkeypatch.setattr(command, "image_to_datum", interrupt_the_third)
    before = sorted(photos.iterdir())
    assert brew("convert_imageset", "photos/", "list.txt", "db")[0] == 130
    assert sorted(photos.iterdir()) == before


def test_ctrl_c_ends_the_process_and_leaves_nothing_behind(photos, brew_process):
    (photos / "list.txt").write_text("c.png 1\n" * 30_000)
    before = sorted(photos.iterdir())
    process = brew_process("convert_imageset", "photos/", "list.txt", "db")
    deadline = time.monotonic() + 60
    while sorted(photos.iterdir()) == before and time.monotonic() < deadline:
        time.sleep(0.01)  # until the database is begun, under another name
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err.splitlines()[-1]) == (130, "brew: interrupted")
    assert sorted(photos.iterdir()) == before
