"""``brew classify`` and ``brew detect``: the scripts of Caffe's python folder."""

import numpy as np
import pytest

import brew as caffe
from brew.cli import _images, classify, detect
from brew.errors import FileError
from brew.proto.binary import write_message

NET = """
layer { name: "data" type: "Input" top: "data"
  input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
layer { name: "pool" type: "Pooling" bottom: "data" top: "pool"
  pooling_param { pool: AVE global_pooling: true } }
layer { name: "ip" type: "InnerProduct" bottom: "pool" top: "prob"
  inner_product_param { num_output: 3 bias_term: false } }
"""
MODEL = ["--model_def=net.prototxt", "--pretrained_model", "net.caffemodel"]


@pytest.fixture(autouse=True)
def files(in_tmp_path):
    """Write a net that passes the mean of each channel on, and an image."""
    (in_tmp_path / "net.prototxt").write_text(NET)
    net = caffe.Net("net.prototxt", caffe.TEST)
    net.params["ip"][0].data[...] = np.eye(3)
    net.save("net.caffemodel")
    pil = pytest.importorskip("PIL.Image")
    pixels = np.zeros((20, 30, 3), np.uint8)
    pixels[:10] = 51, 102, 153
    pil.fromarray(pixels).save("image.png")


def test_image_is_classified(brew):
    code, out, err = brew("classify", "image.png", "out.npy", *MODEL, "-raw_scale=1")
    assert (code, err) == (0, "")
    assert out == ("Classifying 1 inputs.\nScores of shape (1, 3) saved to out.npy.\n")
    net = caffe.Classifier(
        "net.prototxt",
        "net.caffemodel",
        image_dims=(256, 256),
        raw_scale=1,
        channel_swap=(2, 1, 0),
    )
    want = net.predict([caffe.io.load_image("image.png")])
    assert np.array_equal(np.load("out.npy"), want)


def test_every_flag_counts(brew):
    np.save("mean.npy", np.full((3, 4, 4), 7, np.float32))
    np.save("in.npy", np.full((5, 20, 30, 3), [0.1, 0.2, 0.4], np.float32))
    flags = ["--center_only", "--images_dim=10,10", "--mean_file=mean.npy"]
    flags += ["--input_scale=2", "--raw_scale=100", "--channel_swap=1,0,2"]
    code, out, _ = brew("classify", "in.npy", "out.npy", *MODEL, *flags)
    assert (code, out.splitlines()[0]) == (0, "Classifying 5 inputs.")
    want = np.array([20.0, 10, 40]) - 7
    assert np.allclose(np.load("out.npy"), [want * 2] * 5, rtol=1e-4)


def test_images_of_a_folder_are_taken_by_name(in_tmp_path, brew):
    (in_tmp_path / "photos").mkdir()
    pil = pytest.importorskip("PIL.Image")
    for name, value in (("b.png", 200), ("a.png", 100), ("c.jpg", 0)):
        pil.new("RGB", (9, 9), (value,) * 3).save(in_tmp_path / "photos" / name)
    assert brew("classify", "photos", "out.npy", *MODEL, "--ext", "png")[0] == 0
    assert np.allclose(np.load("out.npy"), [[100] * 3, [200] * 3], atol=1e-3)
    code, _, err = brew("classify", "photos", "out.npy", *MODEL, "--ext=gif")
    assert code == 2
    assert err.endswith("the folder photos has no files *.gif: see --ext\n")


def test_mean_is_read_from_both_kinds_of_files():
    mean = np.arange(12, dtype=np.float32).reshape(3, 2, 2)
    np.save("mean.npy", mean)
    write_message(caffe.io.array_to_blobproto(mean), "mean.binaryproto")
    write_message(caffe.io.array_to_blobproto(mean[None]), "four.binaryproto")
    for name in "mean.npy", "mean.binaryproto", "four.binaryproto":
        assert np.array_equal(_images.read_mean(name), mean)


def write_windows(*rows, head="filename,xmin,ymin,xmax,ymax"):
    with open("windows.csv", "w") as file:
        file.write("\n".join([head, *rows]) + "\n")


def test_windows_are_scored_into_a_csv(brew):
    write_windows("image.png,0,0,30,10", "image.png,0,10,30,20")
    flags = ["--crop_mode=list", "--context_pad=0", "--raw_scale=255"]
    code, out, err = brew("detect", "windows.csv", "out.csv", *MODEL, *flags)
    assert (code, out, err) == (0, "Scores of 2 windows saved to out.csv.\n", "")
    with open("out.csv") as file:
        head, *rows = file.read().splitlines()
    assert head == "filename,ymin,xmin,ymax,xmax,class0,class1,class2"
    assert rows[0].startswith("image.png,0,0,10,30,")
    scores = [[float(x) for x in row.split(",")[5:]] for row in rows]
    assert np.allclose(scores, [[153, 102, 51], [0, 0, 0]], atol=1e-3)


def test_windows_are_scored_into_an_h5(brew):
    h5py = pytest.importorskip("h5py")
    write_windows("image.png,0.0,0,30,10")
    flags = ["--crop_mode", "list", "--context_pad=2"]
    assert brew("detect", "windows.csv", "out.h5", *MODEL, *flags)[::2] == (0, "")
    with h5py.File("out.h5") as file:
        assert file["filename"][0] == b"image.png"
        assert file["window"][...].tolist() == [[0, 0, 10, 30]]
        assert file["prediction"].shape == (1, 3)


def test_mean_image_is_averaged_for_windows(brew, monkeypatch):
    made = {}
    monkeypatch.setattr(
        detect, "Detector", lambda **options: made.update(options) or 1 / 0
    )
    np.save("mean.npy", np.stack([np.eye(4), np.ones((4, 4)), np.zeros((4, 4))]))
    with pytest.raises(ZeroDivisionError):
        brew("detect", "x.csv", "y.csv", *MODEL, "--mean_file=mean.npy")
    assert made["mean"].tolist() == [0.25, 1, 0]
    assert (made["context_pad"], made["raw_scale"]) == (16, 255)
    assert made["channel_swap"] == (2, 1, 0)


def test_default_is_selective_search_which_is_another_program(in_tmp_path, brew):
    (in_tmp_path / "images.txt").write_text("image.png\n")
    flags = [*MODEL, "--context_pad=2"]
    code, _, err = brew("detect", "images.txt", "out.csv", *flags)
    assert code == 1
    assert "Selective Search is a MATLAB program" in err


@pytest.mark.parametrize(
    ("row", "head", "says"),
    [
        ("image.png,0,0,3", "filename,xmin,ymin,xmax,ymax", "csv:2: has no ymax"),
        ("image.png,0,0,3,4", "name,xmin,ymin,xmax,ymax", "csv:2: has no filename"),
        ("image.png,0,0,3,x", "filename,xmin,ymin,xmax,ymax", "made of numbers"),
    ],
)
def test_bad_list_of_windows_is_told(row, head, says):
    write_windows(row, head=head)
    with pytest.raises(FileError, match=says):
        detect.read_windows("windows.csv")


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["image.png"], "classify: the following arguments are required: output_file"),
        (["image.png", "out.npy"], "arguments are required: --model_def"),
        (["image.png", "out.npy", *MODEL, "--images_dim=a"], "'a' is no list of num"),
        (["image.npy", "out.npy", *MODEL], "image.npy: cannot be read as a .npy"),
    ],
)
def test_mistake_in_the_command_is_told(brew, argv, says):
    code, _, err = brew("classify", *argv)
    assert code in (1, 2)
    assert says in err


def test_object_arrays_are_not_unpickled():
    np.save("objects.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(FileError, match="cannot be read"):
        classify.read_images("objects.npy", "jpg")
