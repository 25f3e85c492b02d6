"""The one place that knows NumPy or CuPy, CPU or GPU, seeds and working memory.

Outside a pass every array is NumPy, whatever the mode. Inside a pass of the net
(`forward`, `backward`, `update`) in GPU mode arrays are CuPy. Everything else in
brew asks :func:`get_xp` for "NumPy, here and now" and is written once.
"""

import operator
import secrets
import threading
import zlib
from contextlib import contextmanager, nullcontext
from math import prod

import numpy

from brew import threads
from brew.errors import BackendError
from brew.threads import num_threads, one_blas_thread, set_num_threads  # noqa: F401

MOST_ARRANGED = 128  # arrangements that a thread keeps; nets have fewer

_cupy = None  # the module, once set_mode_gpu() has found a usable device
_mode = "cpu"
_device_id = 0
_seed = None


class _PerThread(threading.local):
    on_device = False

    def __init__(self):
        self.scratch = {}
        self.views = {}  # the last of each piece of scratch memory
        self.arranged = {}  # see arranged()


_thread = _PerThread()


def set_mode_cpu():
    """Compute on the CPU with NumPy (the default)."""
    global _mode
    _mode = "cpu"


def set_mode_gpu():
    """Compute on the GPU with CuPy.

    Raises
    ------
    BackendError
        If CuPy is not installed, finds no GPU that works, or not the one that
        :func:`set_device` chose.
    """
    global _mode, _cupy
    cupy = _import_cupy()
    _check_device(cupy, _device_id)
    _try_out(cupy, _device_id)
    _cupy, _mode = cupy, "gpu"


def set_device(device_id):
    """Choose the GPU that GPU mode uses; does not switch the mode.

    Blobs stay on the GPU where they were made: choose before you build a net.

    Raises
    ------
    BackendError
        If there is no such GPU; in CPU mode :func:`set_mode_gpu` will tell.
    """
    global _device_id
    device_id = whole_number(device_id, "the number of a GPU")
    if _mode == "gpu":
        _check_device(_cupy, device_id)
    _device_id = device_id


def mode():
    """Return ``"cpu"`` or ``"gpu"``."""
    return _mode


def _import_cupy():
    try:
        import cupy
    except ImportError as error:
        raise BackendError(
            f"GPU mode needs CuPy, which cannot be imported ({error}); install it "
            "with: pip install 'brewdl[gpu]', or stay with brew.set_mode_cpu()"
        ) from error
    try:
        cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise BackendError(
            f"CuPy is installed but finds no GPU ({error}); check the driver with "
            "nvidia-smi, or stay with brew.set_mode_cpu()"
        ) from error
    return cupy


def _check_device(cupy, device_id):
    count = cupy.cuda.runtime.getDeviceCount()
    if not 0 <= device_id < count:
        raise BackendError(
            f"there is no GPU {device_id}: this machine has {count}, counted from 0; "
            "choose one with brew.set_device() or --gpu"
        )


def _try_out(cupy, device_id):
    """Compile and run something: CuPy loads the CUDA libraries at first use."""
    try:
        with cupy.cuda.Device(device_id):
            one = cupy.ones((1, 1), "float32")
            float((one @ one)[0, 0])
    except Exception as error:  # each library that fails raises a kind of its own
        raise BackendError(
            f"CuPy is installed but cannot compute on GPU {device_id} ({error}); "
            "check the driver with nvidia-smi and the CUDA libraries with "
            "pip install 'brewdl[gpu]', or stay with brew.set_mode_cpu()"
        ) from error


def get_xp():
    """Return the array module of this place: cupy inside a GPU pass, else numpy."""
    return _cupy if _thread.on_device else numpy


def on_device():
    """Tell whether blobs give device arrays here and now."""
    return _thread.on_device


def xp_of(array):
    """Return the module that `array` belongs to: numpy or cupy."""
    if _cupy is not None and isinstance(array, _cupy.ndarray):
        return _cupy
    return numpy


def to_host(array):
    """Return `array` as a NumPy array, copied from the device if it is there."""
    return array if xp_of(array) is numpy else _cupy.asnumpy(array)


def to_device(array):
    """Return `array` as an array of :func:`get_xp`."""
    return _cupy.asarray(array) if _thread.on_device else array


def gpu_zeros(size, dtype):
    """Return `size` zeros on the GPU; needs :func:`set_mode_gpu` before.

    Raises
    ------
    BackendError
        If GPU mode was never switched on, or the memory of the GPU is full.
    """
    if _cupy is None:
        raise BackendError("no GPU is in use: call brew.set_mode_gpu() first")
    with _on_gpu():
        return _cupy.zeros(size, dtype)


@contextmanager
def _on_gpu():
    """Use the chosen GPU, which CuPy remembers for each thread; explain a full one."""
    with _cupy.cuda.Device(_device_id):
        try:
            yield
        except _cupy.cuda.memory.OutOfMemoryError as error:
            raise BackendError(
                f"the memory of GPU {_device_id} is full ({error}); use a smaller "
                "batch_size, or brew.set_mode_cpu()"
            ) from error


def num_gpus():
    """Return how many GPUs there are; BackendError if none can be used."""
    return _import_cupy().cuda.runtime.getDeviceCount()


def gpu_properties(device_id):
    """Return a dict of what CUDA tells about a GPU."""
    return _import_cupy().cuda.runtime.getDeviceProperties(device_id)


def synchronize():
    """Wait until the GPU, if one is in use, has done all its work."""
    if _mode == "gpu":
        _cupy.cuda.get_current_stream().synchronize()


@contextmanager
def device_pass():
    """Run a pass of a net: on the device in GPU mode, with one BLAS thread.

    See :func:`brew.threads.set_up_numpy` for what NumPy does meanwhile.
    """
    before = _thread.on_device
    _thread.on_device = _mode == "gpu"
    gpu = _on_gpu() if _mode == "gpu" else nullcontext()
    try:
        with one_blas_thread(), numpy.errstate(), gpu:
            threads.set_up_numpy()
            yield
    finally:
        _thread.on_device = before


@contextmanager
def host_pass():
    """Run something that works on NumPy arrays only, such as a Python layer."""
    before = _thread.on_device
    _thread.on_device = False
    try:
        yield
    finally:
        _thread.on_device = before


def scratch(key, shape, dtype):
    """Return a reused array of this thread, with garbage in it.

    Working memory of the layers: it grows to the largest request for `key` and
    is then reused by all layers and passes, so that no layer owns buffers.

    Parameters
    ----------
    key : str
        Names the use, such as ``"im2col"``; two arrays that are needed at the
        same time need two names.
    shape : tuple of int
        The shape wanted now.
    dtype : dtype
        The element type.
    """
    xp = get_xp()
    place = key, numpy.dtype(dtype), xp
    view = _thread.views.get(place)
    if view is not None and view.shape == shape:
        return view
    count = prod(shape)
    buffer = _thread.scratch.get(place)
    if buffer is None or buffer.size < count:
        buffer = _thread.scratch[place] = xp.empty(count, dtype)
        _thread.arranged.clear()  # else the old memory would live on
    view = _thread.views[place] = buffer[:count].reshape(shape)
    return view


def arranged(key, arrange):
    """Return ``arrange()``, kept for `key` until scratch memory of this thread moves.

    Parameters
    ----------
    key : hashable
        Names the arrangement, with all that it depends on.
    arrange : callable
        Makes an object that holds scratch arrays of this thread and views of them.
    """
    found = _thread.arranged.get(key)
    if found is None:
        found = arrange()  # first: it may move scratch memory
        if len(_thread.arranged) >= MOST_ARRANGED:
            _thread.arranged.clear()
        _thread.arranged[key] = found
    return found


def strided(x, shape, strides):
    """Look at the memory of x in another way; strides are in bytes.

    As ``xp.lib.stride_tricks.as_strided``, which takes 2 µs on NumPy, as long as all
    else in a small convolution.
    """
    if isinstance(x, numpy.ndarray) and x.flags.c_contiguous:
        return numpy.ndarray(shape, x.dtype, x, 0, strides)
    return xp_of(x).lib.stride_tricks.as_strided(x, shape, strides)


def look_up(table, places, out):
    """Write ``table[places]`` into `out`; all places must lie in the table.

    NumPy would make a copy of `out` first, to keep it as it is if one does not.
    """
    if xp_of(table) is numpy:
        table.take(places, out=out, mode="wrap")
    else:
        table.take(places, out=out)


def set_random_seed(seed):
    """Make the nets built from now on repeatable; None makes them differ again."""
    global _seed
    _seed = None if seed is None else checked_seed(seed)


def checked_seed(seed):
    """Return `seed` as an int; BackendError unless it is a whole number from 0 on."""
    return whole_number(seed, "a seed")


def whole_number(value, what, least=0):
    """Return `value` as an int; BackendError unless it is a whole number >= `least`."""
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least:
        raise BackendError(f"{what} is a whole number from {least} on, not {value!r}")
    return number


def net_seed():
    """Return the seed for a new net: the one that was set, else a fresh one."""
    return secrets.randbits(63) if _seed is None else _seed


def make_rng(seed, name):
    """Return a generator that depends on `seed` and `name` and on nothing else."""
    return numpy.random.default_rng([seed, zlib.crc32(name.encode())])


def parallel(task, num_tasks):
    """Run ``task(i)`` for i in range(`num_tasks`) on the team of threads.

    On a GPU they run here, in order. See :func:`brew.threads.parallel`.
    """
    if _thread.on_device:
        for i in range(num_tasks):
            task(i)
    else:
        threads.parallel(task, num_tasks)
