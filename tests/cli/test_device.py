"""CPU or GPU: ``--gpu``, ``solver_mode``, and ``python -m brew device_query``."""

import pytest

from brew import backend
from brew.cli import device_query
from brew.cli._device import gpu_ids, use_device
from brew.cli._flags import UsageError
from brew.errors import BackendError
from brew.proto import caffe_pb2

from .test_train import messages

PROPERTIES = {
    "name": b"Some GPU", "major": 9, "minor": 0, "totalGlobalMem": 2**34,
    "sharedMemPerBlock": 49152, "regsPerBlock": 65536, "warpSize": 32,
    "memPitch": 2147483647, "maxThreadsPerBlock": 1024,
    "maxThreadsDim": (1024, 1024, 64), "maxGridSize": [2147483647, 65535, 65535],
    "clockRate": 1980000, "totalConstMem": 65536, "textureAlignment": 512,
    "deviceOverlap": 1, "multiProcessorCount": 132, "kernelExecTimeoutEnabled": 0,
}  # fmt: skip


@pytest.fixture
def two_gpus(monkeypatch):
    """Pretend that the machine has two GPUs; return what is asked of them."""
    calls = []
    monkeypatch.setattr(backend, "num_gpus", lambda: 2)
    monkeypatch.setattr(backend, "gpu_properties", lambda i: PROPERTIES)
    monkeypatch.setattr(backend, "set_device", lambda i: calls.append(i))
    monkeypatch.setattr(backend, "set_mode_gpu", lambda: calls.append("gpu"))
    monkeypatch.setattr(backend, "set_mode_cpu", lambda: calls.append("cpu"))
    return calls


@pytest.mark.parametrize(
    ("text", "ids"), [("0", [0]), ("1", [1]), ("0,1", [0, 1]), ("all", [0, 1])]
)
def test_gpus_are_named_by_numbers_or_all(two_gpus, text, ids):
    assert gpu_ids(text) == ids


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", "--gpu=x: needs device numbers such as 0, or 'all'"),
        ("0,", "--gpu=0,: needs device numbers"),
        ("-1", "--gpu=-1: needs device numbers"),
        ("2", "--gpu=2: there is no GPU 2; this machine has 2, counted from 0"),
    ],
)
def test_a_gpu_that_is_not_there_is_refused(two_gpus, text, message):
    with pytest.raises(UsageError, match=message):
        gpu_ids(text)


def test_a_solver_that_is_silent_about_its_mode_runs_on_the_cpu(two_gpus):
    use_device("", caffe_pb2.SolverParameter())
    assert two_gpus == ["cpu"]


def test_a_solver_that_asks_for_a_gpu_gets_its_device(two_gpus):
    mode = caffe_pb2.SolverParameter.GPU
    use_device("", caffe_pb2.SolverParameter(solver_mode=mode, device_id=1))
    assert two_gpus == [1, "gpu"]


def test_the_flag_counts_more_than_the_solver(two_gpus):
    mode = caffe_pb2.SolverParameter.CPU
    use_device("0", caffe_pb2.SolverParameter(solver_mode=mode, device_id=1))
    assert two_gpus == [0, "gpu"]


def test_several_gpus_at_once_are_refused(two_gpus):
    with pytest.raises(UsageError, match="one GPU at a time, please: --gpu=0"):
        use_device("all")


def test_device_query_prints_what_caffe_prints(two_gpus, brew):
    code, out, err = brew("device_query", "--gpu=1")
    assert (code, out) == (0, "")
    lines = messages(err)
    assert lines[:2] == ["Querying GPUs 1", "Device id:                     1"]
    assert "Name:                          Some GPU" in lines
    assert "Total shared memory per block: 49152" in lines
    assert "Maximum dimension of block:    1024, 1024, 64" in lines
    assert "Concurrent copy and execution: Yes" in lines
    assert "Kernel execution timeout:      No" in lines
    assert len(lines) == 2 + len(PROPERTIES)


def test_device_query_tells_about_all_gpus_by_default(two_gpus, brew):
    lines = messages(brew("device_query")[2])
    assert [line for line in lines if line.startswith("Device id:")] == [
        "Device id:                     0",
        "Device id:                     1",
    ]


def test_what_cuda_no_longer_tells_is_left_out():
    assert list(device_query.describe({"name": "Some GPU"})) == [("Name", "Some GPU")]


@pytest.mark.parametrize(
    "argv",
    [
        ["device_query"],
        ["device_query", "--gpu=0"],
        ["train", "--solver=solver.prototxt", "--gpu=0"],
        ["test", "--model=net.prototxt", "--weights=w", "--gpu=0"],
        ["time", "--model=net.prototxt", "--gpu=0"],
    ],
)
def test_without_a_gpu_the_message_says_what_to_do(brew, experiment, no_gpu, argv):
    code, _, err = brew(*argv)
    assert code == 1
    assert "brew: error: no GPU here" in err
    assert "Traceback" not in err


@pytest.fixture
def no_gpu(monkeypatch):
    def refuse():
        raise BackendError("no GPU here")

    monkeypatch.setattr(backend, "num_gpus", refuse)


def test_a_solver_that_asks_for_a_missing_gpu_is_refused(brew, experiment, monkeypatch):
    def refuse():
        raise BackendError("no GPU here")

    monkeypatch.setattr(backend, "set_mode_gpu", refuse)
    with (experiment / "solver.prototxt").open("a") as file:
        file.write("solver_mode: GPU")
    code, _, err = brew("train", "--solver=solver.prototxt")
    assert code == 1
    assert "brew: error: no GPU here" in err
