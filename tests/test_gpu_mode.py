"""Switching to the GPU, and what is said when that cannot work."""

import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from brew import backend
from brew.errors import BackendError


@pytest.fixture
def cupy_that(monkeypatch):
    """Put a fake CuPy in place: every look at a GPU calls the given function."""

    class CUDARuntimeError(RuntimeError):
        pass

    def install(look=lambda: 1):
        def look_at_gpus():
            try:
                return look()
            except RuntimeError as error:
                raise CUDARuntimeError(str(error)) from None

        runtime = SimpleNamespace(
            getDeviceCount=look_at_gpus, CUDARuntimeError=CUDARuntimeError
        )
        fake = SimpleNamespace(cuda=SimpleNamespace(runtime=runtime))
        monkeypatch.setitem(sys.modules, "cupy", fake)

    return install


def raises(error):
    def function(*args):
        raise error

    return function


def test_without_cupy_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(BackendError, match=r"needs CuPy.*pip install 'brewdl\[gpu\]'"):
        backend.set_mode_gpu()
    assert backend.mode() == "cpu"


def test_without_a_driver_the_message_says_where_to_look(cupy_that):
    cupy_that(look=raises(RuntimeError("cudaErrorInsufficientDriver")))
    with pytest.raises(
        BackendError, match=r"finds no GPU .*InsufficientDriver.*nvidia-smi"
    ):
        backend.set_mode_gpu()
    assert backend.mode() == "cpu"


def test_without_cuda_libraries_the_message_says_what_to_install(cupy_that):
    cupy_that()
    sys.modules["cupy"].cuda.Device = raises(ImportError("no libcublas"))
    with pytest.raises(BackendError, match=r"no libcublas.*'brewdl\[gpu\]'"):
        backend.set_mode_gpu()
    assert backend.mode() == "cpu"


def test_a_gpu_that_is_not_there_is_named(cupy_that, monkeypatch):
    cupy_that()
    monkeypatch.setattr(backend, "_device_id", 0)
    backend.set_device(3)
    with pytest.raises(BackendError, match="no GPU 3: this machine has 1"):
        backend.set_mode_gpu()


def test_device_arrays_need_gpu_mode_first(monkeypatch):
    monkeypatch.setattr(backend, "_cupy", None)
    with pytest.raises(BackendError, match=r"call brew\.set_mode_gpu\(\) first"):
        backend.gpu_zeros(3, "float32")


def test_on_the_cpu_a_pass_changes_no_array_module():
    with backend.device_pass():
        assert backend.get_xp() is np
        assert not backend.on_device()
        array = np.ones(3)
        assert backend.to_device(array) is array
        assert backend.to_host(array) is array


@pytest.mark.device
def test_a_pass_is_on_the_device_and_a_host_pass_inside_it_is_not(cupy, gpu_mode):
    assert backend.get_xp() is np
    with backend.device_pass():
        assert backend.get_xp() is cupy
        with backend.host_pass():
            assert backend.get_xp() is np
        assert backend.get_xp() is cupy
    assert backend.get_xp() is np


@pytest.mark.device
def test_a_pass_that_fails_leaves_the_device(cupy, gpu_mode):
    with pytest.raises(KeyError), backend.device_pass():
        raise KeyError
    assert backend.get_xp() is np


@pytest.mark.device
def test_arrays_travel_to_the_device_and_back(cupy, gpu_mode):
    host = np.arange(6, dtype="float32").reshape(2, 3)
    with backend.device_pass():
        device = backend.to_device(host)
    assert isinstance(device, cupy.ndarray)
    assert backend.xp_of(device) is cupy
    assert backend.xp_of(host) is np
    np.testing.assert_array_equal(backend.to_host(device), host)


@pytest.mark.device
def test_scratch_is_where_the_pass_is_and_is_reused(cupy, gpu_mode):
    with backend.device_pass():
        device = backend.scratch("test", (2, 3), "float32")
        again = backend.scratch("test", (3, 2), "float32")
        with backend.host_pass():
            host = backend.scratch("test", (2, 3), "float32")
    assert isinstance(device, cupy.ndarray)
    assert again.data.ptr == device.data.ptr
    assert isinstance(host, np.ndarray)


@pytest.mark.device
def test_another_thread_can_run_a_pass_too(cupy, gpu_mode):
    modules = []

    def run():
        with backend.device_pass():
            modules.append(backend.xp_of(backend.scratch("test", (3,), "float32")))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert modules == [cupy]
    assert not backend.on_device()


@pytest.mark.device
def test_tasks_run_in_order_in_the_thread_of_the_pass(cupy, gpu_mode):
    seen = []
    with backend.device_pass():
        backend.parallel(lambda i: seen.append((i, backend.on_device())), 3)
    assert seen == [(0, True), (1, True), (2, True)]


@pytest.mark.device
def test_a_wrong_device_is_refused_and_the_old_one_kept(cupy, gpu_mode):
    with pytest.raises(BackendError, match="no GPU 99"):
        backend.set_device(99)
    with backend.device_pass():
        backend.scratch("test", (3,), "float32")


@pytest.fixture
def full_gpu(cupy, gpu_mode):
    def refuse(size):
        raise cupy.cuda.memory.OutOfMemoryError(size, 0, 0)

    allocator = cupy.cuda.get_allocator()
    cupy.cuda.set_allocator(refuse)
    yield
    cupy.cuda.set_allocator(allocator)


@pytest.mark.device
def test_a_gpu_that_is_full_is_explained(full_gpu):
    with pytest.raises(BackendError, match=r"is full.*smaller batch_size"):
        backend.gpu_zeros(3, "float32")


@pytest.mark.device
def test_a_gpu_that_fills_up_in_a_pass_is_explained(full_gpu):
    with pytest.raises(BackendError, match="is full"), backend.device_pass():
        backend.get_xp().ones(3)
