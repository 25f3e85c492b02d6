"""Old prototxts upgrade as in Caffe; Caffe's databases and means are understood."""

from pathlib import Path

import pytest

import brew
from brew.cli import compute_image_mean, convert_imageset
from brew.proto import caffe_pb2
from brew.proto.binary import read_message
from brew.proto.text import format_prototxt, parse_text
from brew.proto.upgrade import read_net, read_solver

from .golden_case import assert_close, cases_in

pytestmark = [
    pytest.mark.golden,
    pytest.mark.parametrize("files_folder", ["formats"], indirect=True),
    pytest.mark.usefixtures("files_folder"),
]

CASES = cases_in("formats")
UPGRADES = [case for case in CASES if case.id.startswith("upgrade")]


@pytest.mark.parametrize("case", UPGRADES)
def test_old_prototxt_is_upgraded_as_by_caffe(case):
    source, wanted = case.meta["src"], Path(case.meta["want"]).read_text()
    if case.meta["what"] == "net":
        got, want = read_net(source), caffe_pb2.NetParameter()
    else:
        got, want = read_solver(source), caffe_pb2.SolverParameter()
    assert format_prototxt(got) == format_prototxt(parse_text(wanted, want))


@pytest.mark.parametrize("database", ["tiny_lmdb", "encoded_lmdb", "float_lmdb"])
def test_database_of_caffe_holds_the_same_records(database):
    lmdb = pytest.importorskip("lmdb")
    case = next(case.values[0] for case in CASES if case.id == "databases")
    with lmdb.open(database, readonly=True, lock=False) as env, env.begin() as txn:
        for i, (key, value) in enumerate(txn.cursor()):
            datum = caffe_pb2.Datum.FromString(value)
            assert key.decode() == case.text(f"key/{database}/{i}")
            assert datum.label == case.array(f"label/{database}/{i}")
            if not datum.encoded:
                got = brew.io.datum_to_array(datum)
                assert_close(key, got, case.array(f"data/{database}/{i}"), 0, 0)


def test_mean_file_of_caffe_is_read():
    case = next(case.values[0] for case in CASES if case.id == "databases")
    blob = read_message("mean.binaryproto", caffe_pb2.BlobProto())
    got = brew.io.blobproto_to_array(blob)
    assert_close("mean", got, case.array("mean"), 0, 0)


@pytest.mark.parametrize(
    ("flags", "database"), [([], "tiny_lmdb"), (["--encoded"], "encoded_lmdb")]
)
def test_convert_imageset_writes_the_records_of_caffe(flags, database, monkeypatch):
    lmdb = pytest.importorskip("lmdb")
    monkeypatch.setattr(convert_imageset, "init_log", lambda: None)
    assert convert_imageset.main([*flags, "./", "imglist_rel.txt", "made"]) == 0
    records = []
    for path in "made", database:
        with lmdb.open(path, readonly=True, lock=False) as env, env.begin() as txn:
            records.append(list(txn.cursor()))
    assert len(records[0]) == 5
    assert records[0] == records[1]


def test_compute_image_mean_writes_the_file_of_caffe(monkeypatch):
    pytest.importorskip("lmdb")
    monkeypatch.setattr(compute_image_mean, "init_log", lambda: None)
    assert compute_image_mean.main(["tiny_lmdb", "made"]) == 0
    assert Path("made").read_bytes() == Path("mean.binaryproto").read_bytes()
