"""Memory on two sides: states, copies, views."""

import numpy as np
import pytest

from brew import backend
from brew.blob import Blob
from brew.errors import BackendError
from brew.synced_mem import (
    HEAD_AT_CPU,
    HEAD_AT_GPU,
    SYNCED,
    UNINITIALIZED,
    SharedArray,
    SyncedMem,
)


@pytest.fixture
def copies():
    """Return a function: how many copies (to the device, to the host) since then."""
    from tests.cuda_emulation.emulation import copies

    copies.clear()
    return lambda: (copies["to_device"], copies["to_host"])


def test_new_memory_is_uninitialized_until_it_is_asked_for():
    mem = SyncedMem(6)
    assert mem.state == UNINITIALIZED
    assert mem.mutable_cpu_data().tolist() == [0] * 6
    assert mem.state == HEAD_AT_CPU


def test_cleared_memory_is_zero_when_it_is_next_asked_for():
    mem = SyncedMem(6)
    values = mem.mutable_cpu_data()
    values[...] = 1
    mem.clear()
    assert mem.state == UNINITIALIZED
    assert values.tolist() == [1] * 6  # nobody has asked
    assert mem.cpu_data().tolist() == values.tolist() == [0] * 6


def test_zeros_may_be_skipped_by_one_who_writes_all():
    mem = SyncedMem(6)
    mem.skip_zeros()
    assert mem.state == UNINITIALIZED  # there was no memory yet
    mem.mutable_cpu_data()[...] = 1
    mem.clear()
    mem.skip_zeros()
    assert mem.mutable_cpu_data().tolist() == [1] * 6


def test_reading_gives_an_array_that_cannot_be_written():
    mem = SyncedMem(6)
    values = mem.cpu_data()
    with pytest.raises(ValueError, match="read-only"):
        values[0] = 1
    mem.mutable_cpu_data()[0] = 2
    assert values[0] == 2


def test_the_dtype_is_kept():
    assert SyncedMem(2, "float64").cpu_data().dtype == np.float64


def test_the_gpu_side_needs_gpu_mode(monkeypatch):
    monkeypatch.setattr(backend, "_cupy", None)
    mem = SyncedMem(6)
    with pytest.raises(BackendError, match="set_mode_gpu"):
        mem.gpu_data()
    assert mem.state == UNINITIALIZED
    mem.mutable_cpu_data()[...] = 1
    with pytest.raises(BackendError, match="set_mode_gpu"):
        mem.mutable_gpu_data()
    assert mem.state == HEAD_AT_CPU


def test_a_window_is_the_same_array_until_the_shape_changes():
    window = SharedArray((2, 3), "float32")
    array = window.array()
    assert window.array() is array
    window.reshape((2, 3))
    assert window.array() is array
    window.reshape((3, 2))
    assert window.array().shape == (3, 2)


def test_a_window_that_shrinks_keeps_its_memory_and_values():
    window = SharedArray((2, 3), "float32")
    window.array()[...] = 7
    mem = window.mem
    window.reshape((4,))
    window.reshape((3, 2))
    assert window.mem is mem
    assert (window.array() == 7).all()


def test_a_window_that_outgrows_its_memory_gets_zeros():
    window = SharedArray((2,), "float32")
    window.array()[...] = 7
    window.reshape((3,))
    assert window.array().tolist() == [0, 0, 0]


def test_shared_memory_is_seen_by_both():
    one, two = SharedArray((2, 3), "float32"), SharedArray((6,), "float32")
    two.array()
    two.share(one)
    one.array()[1, 2] = 5
    assert two.array().tolist() == [0, 0, 0, 0, 0, 5]


@pytest.mark.device
def test_the_states_follow_the_newest_values(gpu_mode):
    mem = SyncedMem(6)
    mem.mutable_cpu_data()[...] = 7
    assert mem.state == HEAD_AT_CPU
    assert mem.gpu_data().get().tolist() == [7] * 6
    assert mem.state == SYNCED
    mem.mutable_gpu_data()[...] += 1
    assert mem.state == HEAD_AT_GPU
    assert mem.cpu_data().tolist() == [8] * 6
    assert mem.state == SYNCED
    mem.mutable_cpu_data()[...] = 3
    assert mem.state == HEAD_AT_CPU
    assert mem.gpu_data().get().tolist() == [3] * 6


@pytest.mark.device
def test_memory_may_begin_on_the_gpu_and_is_zero_there(gpu_mode):
    mem = SyncedMem(6)
    assert mem.gpu_data().get().tolist() == [0] * 6
    assert mem.state == HEAD_AT_GPU
    assert mem.cpu_data().tolist() == [0] * 6
    assert mem.state == SYNCED


@pytest.mark.emulated
def test_values_are_copied_only_when_the_other_side_is_newer(gpu_mode, copies):
    mem = SyncedMem(6)
    mem.mutable_cpu_data()
    assert copies() == (0, 0)
    mem.gpu_data()
    mem.gpu_data()
    mem.cpu_data()
    assert copies() == (1, 0)
    mem.mutable_gpu_data()
    mem.mutable_gpu_data()
    assert copies() == (1, 0)
    mem.cpu_data()
    mem.cpu_data()
    mem.gpu_data()
    assert copies() == (1, 1)
    mem.mutable_cpu_data()
    mem.mutable_gpu_data()
    assert copies() == (2, 1)


@pytest.mark.emulated
def test_memory_that_lives_on_the_gpu_is_never_copied(gpu_mode, copies):
    blob = Blob((2, 3))
    for _ in range(3):
        with backend.device_pass():
            blob.data[...] += 1
            blob.diff[...] = blob.data
    assert copies() == (0, 0)
    assert (blob.diff == 3).all()
    assert copies() == (0, 1)


@pytest.mark.device
def test_blob_data_is_numpy_outside_a_pass_and_cupy_inside(cupy, gpu_mode):
    blob = Blob((2, 3))
    blob.data[...] = 2
    with backend.device_pass():
        assert isinstance(blob.data, cupy.ndarray)
        blob.data[...] *= 3
        with backend.host_pass():
            assert isinstance(blob.data, np.ndarray)
            blob.data[...] += 1
        blob.data[...] *= 2
    assert isinstance(blob.data, np.ndarray)
    assert (blob.data == 14).all()


@pytest.mark.device
def test_a_device_window_is_the_same_array_in_each_pass(gpu_mode):
    blob = Blob((2, 3))
    with backend.device_pass():
        first = blob.data
    with backend.device_pass():
        assert blob.data is first


@pytest.mark.device
def test_windows_on_shared_memory_follow_it_across(gpu_mode):
    one, two = Blob((2, 3)), Blob((6,))
    with backend.device_pass():
        assert two.data.sum() == 0
    two.share_data(one)
    one.data[...] = 1
    with backend.device_pass():
        two.data[...] += 1
    assert (one.data == 2).all()
    with backend.device_pass():
        one.data[...] += 1
        assert (two.data == 3).all()


@pytest.mark.device
def test_the_named_accessors_of_a_blob_work_outside_a_pass(cupy, gpu_mode):
    blob = Blob((2, 3))
    blob.mutable_gpu_data()[...] = 4
    blob.mutable_cpu_diff()[...] = 5
    assert blob.cpu_data().tolist() == [[4] * 3] * 2
    assert isinstance(blob.gpu_diff(), cupy.ndarray)
    assert blob.gpu_diff().get().tolist() == [[5] * 3] * 2
    assert blob.gpu_data().shape == (2, 3)


@pytest.mark.device
def test_a_gradient_is_cleared_where_it_is_next_asked_for(gpu_mode):
    blob = Blob((2, 3))
    with backend.device_pass():
        blob.diff[...] = 1
        blob.clear_diff()
        assert not blob.has_diff
        assert blob.overwrite_diff().sum() == 6
        blob.clear_diff()
        assert blob.diff.sum() == 0
    blob.diff[...] = 1
    blob.clear_diff()
    assert blob.diff.sum() == 0
    with backend.device_pass():
        assert blob.diff.sum() == 0
