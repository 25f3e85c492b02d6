"""What is special about Data: its databases, its thread, its place."""

import gc
import shutil
import threading

import numpy as np
import pytest

import brew
from brew.errors import LayerError, SourceError
from brew.io import array_to_datum
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.sources import create_database


def write(path, images, backend="lmdb"):
    with create_database(path, backend) as database:
        for i, image in enumerate(images):
            datum = array_to_datum(image, i)
            database.put(f"{i:08d}", datum.SerializeToString())


def pictures(count, shape=(1, 4, 5)):
    size = np.prod(shape)
    numbers = np.arange(count * size) * 7 % 256
    return numbers.astype(np.uint8).reshape(count, *shape)


def net(source, fields="batch_size: 3", transform="", tops=2, phase=brew.TEST):
    names = "".join(f'top: "{name}" ' for name in ["data", "label"][:tops])
    text = f"""
        layer {{
          name: "digits" type: "Data" {names}
          data_param {{ source: "{source}" {fields} }}
          transform_param {{ {transform} }}
        }}"""
    return brew.Net(parse_text(text, caffe_pb2.NetParameter()), phase)


LMDB = "backend: LMDB batch_size: 3"


@pytest.fixture
def seven(in_tmp_path):
    write("seven", pictures(7))
    return in_tmp_path


def labels(net, batches):
    return [net.forward()["label"].tolist() for _ in range(batches)]


def test_batches_run_across_the_end(seven):
    assert labels(net("seven", LMDB), 3) == [[0, 1, 2], [3, 4, 5], [6, 0, 1]]


def test_the_default_backend_is_leveldb(in_tmp_path):
    write("level", pictures(2), "leveldb")
    assert labels(net("level"), 1) == [[0, 1, 0]]


def test_the_label_may_be_left_away(seven):
    top = net("seven", LMDB, tops=1).forward()
    assert list(top) == ["data"]
    assert np.array_equal(top["data"], pictures(3))


def test_the_blobs_stay_the_same_arrays(seven):
    digits = net("seven", LMDB)
    before = digits.blobs["data"].data
    digits.forward()
    assert np.shares_memory(before, digits.blobs["data"].data)
    assert np.array_equal(before, pictures(3))


def test_single_images_may_change_their_size(in_tmp_path):
    shapes = [(1, 4, 4), (1, 6, 3), (3, 2, 2)]
    write("mixed", [pictures(1, shape)[0] for shape in shapes])
    mixed = net("mixed", "backend: LMDB batch_size: 1")
    assert [mixed.forward()["data"].shape[1:] for _ in range(4)] == [*shapes, shapes[0]]


def test_images_of_several_sizes_in_one_batch_are_refused(in_tmp_path):
    write("mixed", [pictures(1, (1, 4, 4))[0], pictures(1, (1, 6, 3))[0]])
    mixed = net("mixed", LMDB)
    message = r"^layer 'digits' \(Data\): mixed: record '00000001': .*batch_size: 1"
    with pytest.raises(SourceError, match=message):
        mixed.forward()


def test_two_nets_read_one_database_side_by_side(seven):
    one, other = net("seven", LMDB), net("seven", LMDB)
    assert labels(one, 2) == [[0, 1, 2], [3, 4, 5]]
    assert labels(other, 1) == [[0, 1, 2]]
    one.close()
    assert labels(other, 1) == [[3, 4, 5]]


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


def test_closing_a_net_ends_its_thread(seven):
    before = len(threads())
    digits = net("seven", LMDB)
    digits.forward()
    assert len(threads()) == before + 1
    digits.close()
    assert len(threads()) == before


def test_a_net_that_is_garbage_ends_its_thread(seven):
    gc.collect()
    before = len(threads())
    digits = net("seven", LMDB)
    digits.forward()
    del digits
    gc.collect()
    assert len(threads()) == before


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("backend: LMDB", "batch_size is not given; make it 1 or more"),
        (f"{LMDB} prefetch: 0", "prefetch is 0; make it 1 or more"),
    ],
)
def test_settings_that_make_no_sense_are_refused(seven, fields, message):
    with pytest.raises(LayerError, match=message):
        net("seven", fields)


def test_a_missing_name_is_refused():
    with pytest.raises(LayerError, match="no source is given; name the folder of the"):
        net("", LMDB)


@pytest.mark.parametrize(
    ("source", "fields", "transform", "message"),
    [
        ("nowhere", LMDB, "", r"nowhere: no such folder \(looked in .*make the datab"),
        ("seven", "batch_size: 1", "", "seven: this is an LMDB; write backend: LMDB"),
        ("seven", LMDB, "crop_size: 9", "record '00000000': .* less than crop_size 9"),
        ("seven", LMDB, "mean_value: 1 mean_value: 2", "mean_value is given 2 times"),
        ("seven", LMDB, "mean_file: 'x' mean_value: 2", "are both given; take one"),
        ("seven", LMDB, "mean_file: 'x'", "the mean_file cannot be read: x: no such"),
        ("seven", LMDB, "force_gray: true force_color: true", "are both set; take on"),
    ],
)
def test_bad_sources_are_told_with_the_layer(seven, source, fields, transform, message):
    with pytest.raises(SourceError, match=rf"^layer 'digits' \(Data\): .*{message}"):
        net(source, fields, transform)


def test_damage_is_told_when_it_is_reached_and_the_net_lives_on(seven):
    whole = seven / "whole"
    write("long", pictures(40, (1, 30, 30)))
    shutil.copytree("long", whole)
    digits = net("long", LMDB)
    assert labels(digits, 1) == [[0, 1, 2]]
    with open("long/data.mdb", "r+b") as file:
        file.truncate(12000)
    with pytest.raises(SourceError, match=r"^layer 'digits' \(Data\): long: .*cut sh"):
        labels(digits, 40)
    shutil.copyfile(whole / "data.mdb", "long/data.mdb")
    assert len(labels(digits, 3)) == 3


SOLVER = """
    base_lr: 0.01 momentum: 0.9 lr_policy: "fixed" display: 0 max_iter: 100
    snapshot_prefix: "digits" random_seed: 5
    net_param {
      layer {
        name: "digits" type: "Data" top: "data" top: "label"
        data_param { source: "seven" backend: LMDB batch_size: 3 }
        transform_param { scale: 0.01 crop_size: 3 mirror: true }
      }
      layer {
        name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 1 weight_filler { type: "xavier" } }
      }
      layer {
        name: "flat" type: "Flatten" bottom: "ip" top: "flat" flatten_param { axis: 0 }
      }
      layer {
        name: "loss" type: "EuclideanLoss" bottom: "flat" bottom: "label" top: "loss"
      }
    }
"""


def test_training_goes_on_with_the_same_bits_after_a_snapshot(seven):
    (seven / "solver.prototxt").write_text(SOLVER)
    one = brew.get_solver("solver.prototxt")
    one.step(5)
    one.snapshot()
    one.step(4)
    other = brew.get_solver("solver.prototxt")
    other.step(2)
    other.restore("digits_iter_5.solverstate")
    other.step(4)
    for mine, theirs in zip(one.net.params["ip"], other.net.params["ip"], strict=True):
        assert np.array_equal(mine.data, theirs.data)
    assert np.array_equal(one.net.blobs["data"].data, other.net.blobs["data"].data)


def test_the_same_seed_gives_the_same_crops(seven):
    def crops(seed):
        brew.set_random_seed(seed)
        digits = net("seven", LMDB, "crop_size: 2 mirror: true", phase=brew.TRAIN)
        return [digits.forward()["data"].tolist() for _ in range(4)]

    assert crops(1) == crops(1) != crops(2)
