"""The kernels give what the plain code gives, and are compiled for real GPUs.

Compiled is not run: what runs them here is the emulation, or a GPU if there is one.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from brew import backend
from brew.ops import kernels, pooling
from brew.ops.im2col import Axis, col2im, im2col, size_out
from tests.cuda_emulation import emulation

# kernel, stride, pad, and the size of the image
POOLS = {
    "2x2": ((2, 2), (2, 2), (0, 0), (4, 6)),
    "not full at the end": ((2, 2), (2, 2), (0, 0), (5, 7)),
    "overlapping": ((3, 3), (2, 2), (0, 0), (6, 7)),
    "stride 1": ((3, 3), (1, 1), (0, 0), (5, 4)),
    "pad": ((3, 3), (2, 2), (1, 1), (5, 6)),
    "last window only in padding": ((2, 2), (2, 2), (1, 1), (4, 5)),
    "large pad": ((4, 4), (3, 3), (2, 2), (6, 7)),
    "oblong": ((3, 2), (1, 3), (1, 0), (6, 7)),
    "gaps": ((2, 2), (3, 3), (0, 0), (7, 8)),
    "one row": ((1, 3), (1, 2), (0, 1), (1, 7)),
    "larger than the image": ((4, 4), (2, 2), (0, 0), (3, 3)),
    "more places than a byte counts": ((17, 17), (2, 2), (1, 1), (20, 20)),
    "several blocks of threads": ((3, 3), (2, 2), (1, 1), (19, 23)),
}
# The window along each axis, and the size of the image.
WINDOWS = {
    "3x2": ([Axis(3), Axis(2)], [4, 5]),
    "one row": ([Axis(1), Axis(3)], [3, 4]),
    "gaps": ([Axis(1, stride=2), Axis(1, stride=3)], [3, 4]),
    "stride": ([Axis(3, stride=2), Axis(2, stride=3)], [7, 9]),
    "dilation": ([Axis(2, dilation=3), Axis(3, dilation=2)], [6, 7]),
    "stride and dilation": ([Axis(2, 3, 0, 2), Axis(3, 2, 0, 3)], [8, 11]),
    "several blocks of threads": ([Axis(5), Axis(5)], [14, 13]),
}
ARCHITECTURES = 75, 80, 90, 120
TYPES = [(real, tap) for real in ("float32", "float64") for tap in ("uint8", "int32")]
NAMES = re.findall(r"__global__ void (\w+)", kernels.FILE.read_text("utf-8"))


@pytest.fixture
def launched(monkeypatch):
    """The names of the kernels that were launched."""
    names, launch = [], kernels._launch

    def spy(name, *args, **options):
        names.append(name)
        launch(name, *args, **options)

    monkeypatch.setattr(kernels, "_launch", spy)
    return names


@pytest.fixture(params=["kernels", "plain code"])
def way(request, monkeypatch, launched, gpu_mode):
    """On the device, run the kernels, or the plain code that they stand beside."""
    if request.param == "plain code":
        monkeypatch.setattr(kernels, "can_take", lambda *arrays: False)
    yield
    assert bool(launched) == (request.param == "kernels")


def on_device(function, *arrays):
    """Call a function with device arrays and return its results as NumPy's."""
    with backend.device_pass():
        results = function(*map(backend.to_device, arrays))
        return [backend.to_host(result) for result in results]


def check(function, *arrays, rtol=0.0):
    """Compare what a function returns on the device with what it returns here."""
    found, right = on_device(function, *arrays), function(*arrays)
    for one, other in zip(found, right, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol, rtol)


def sample(shape, dtype):
    """Return numbers that are all negative, with many ties."""
    return (np.random.default_rng(0).integers(-9, -1, shape) / 4).astype(dtype)


@pytest.mark.device
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", POOLS)
def test_pooling_gives_the_same_as_on_the_cpu(name, dtype, way):
    *window, size = POOLS[name]
    x = sample((2, 3, *size), dtype)
    rtol = 10 * np.finfo(dtype).eps

    def maximum(x):
        xp = backend.xp_of(x)
        shape = pooling.shape_out(x.shape, *window)
        taps = xp.empty(shape, pooling.tap_dtype(window[0]))
        y = pooling.max_forward(x, *window, taps=taps)
        dx = xp.full(x.shape, xp.nan, x.dtype)
        return y, taps, pooling.max_backward(y, taps, x.shape, *window, out=dx)

    def average(x):
        y = pooling.average_forward(x, *window)
        return y, pooling.average_backward(y, x.shape, *window)

    check(maximum, x)
    check(average, x, rtol=rtol)


@pytest.mark.device
def test_what_is_not_a_number_is_the_maximum(way):
    x = sample((1, 1, 5, 5), "float32")
    x[0, 0, 2, 2], x[0, 0, 4, 4] = np.nan, -np.inf
    check(lambda x: [pooling.max_forward(x, (2, 2), (2, 2), (1, 1))], x)


@pytest.mark.device
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("num_images", [1, 3])
def test_windows_are_the_same_as_on_the_cpu(name, num_images, dtype, way):
    axes, sizes = WINDOWS[name]
    counts = list(map(size_out, sizes, axes))
    rng = np.random.default_rng(0)
    x = rng.random((2, *sizes, num_images)).astype(dtype)
    check(lambda x: [im2col(x, axes, counts)], x)

    shape = 2, *(axis.kernel for axis in axes), *counts, num_images
    windows = rng.random(shape).astype(dtype)

    def add(windows, x):
        x = x.copy()
        col2im(windows, axes, x)
        return [x]

    check(add, windows, x, rtol=10 * np.finfo(dtype).eps)


@pytest.mark.device
@pytest.mark.parametrize("axes", [[Axis(3)], [Axis(2), Axis(2), Axis(2)]])
def test_windows_with_more_or_fewer_axes_need_no_kernel(axes, launched, gpu_mode):
    x = np.arange(1.0, 129.0).reshape(2, *[4] * len(axes), -1)
    counts = list(map(size_out, x.shape[1:-1], axes))
    check(lambda x: [im2col(x, axes, counts)], x)
    assert launched == []


@pytest.mark.emulated
def test_each_takes_one_launch(cupy, gpu_mode):
    x, window = cupy.ones((2, 3, 9, 9)), ((3, 3), (2, 2), (1, 1))
    axes, images = (Axis(3), Axis(3)), cupy.ones((3, 9, 9, 2))

    def check(name, function, *args, **options):
        before = len(emulation.launches)
        function(*args, **options)
        assert [launch[0] for launch in emulation.launches[before:]] == [name]

    with backend.device_pass():
        y = pooling.average_forward(x, *window)
        taps = cupy.zeros(y.shape, "uint8")
        windows = im2col(images, axes, (7, 7))
        check("max_forward", pooling.max_forward, x, *window, out=y, taps=taps)
        check("max_backward", pooling.max_backward, y, taps, x.shape, *window)
        check("average_forward", pooling.average_forward, x, *window, out=y)
        check("average_backward", pooling.average_backward, y, x.shape, *window)
        check("im2col", im2col, images, axes, (7, 7))
        check("col2im", col2im, windows, axes, images)


@pytest.mark.emulated
def test_the_order_of_threads_changes_no_bit(gpu_mode):
    rng = np.random.default_rng(0)
    dy = rng.random((2, 3, 10, 12)).astype("float32")
    window = (3, 3), (2, 2), (1, 1)
    taps = rng.integers(0, 9, dy.shape).astype("uint8")

    def run(dy, taps):
        shape = 2, 3, 19, 23
        yield pooling.max_backward(dy, taps, shape, *window)
        yield pooling.average_backward(dy, shape, *window)

    before = on_device(run, dy, taps)
    with emulation.thread_order(reverse=True):
        after = on_device(run, dy, taps)
    assert all(map(np.array_equal, before, after))


@pytest.mark.device
def test_the_kernels_take_dense_arrays_of_their_types(cupy, gpu_mode, monkeypatch):
    x = cupy.ones((4, 6), "float32")
    assert not kernels.can_take(x)  # outside of a pass
    with backend.device_pass():
        assert kernels.can_take(x, x.astype("float64"))
        assert not kernels.can_take(x, x[:, ::2])
        assert not kernels.can_take(x, x[:0])
        assert not kernels.can_take(x, x.astype("float16"))
        monkeypatch.setattr(kernels, "MOST_NUMBERS", 24)
        assert not kernels.can_take(x)


def test_on_the_cpu_there_are_no_kernels():
    with backend.device_pass():
        assert not kernels.can_take(np.ones(3, "float32"))


def test_every_kernel_is_launched_by_its_own_name():
    caller = Path(kernels.__file__).read_text("utf-8")
    launched = re.findall(r'_launch\("(\w+)"', caller)
    assert sorted(launched) == sorted(NAMES)


@pytest.fixture(scope="module")
def nvrtc():
    """NVIDIA's compiler, which needs no GPU."""
    remedy = "install it with: pip install -e '.[emulation]'"
    library = pytest.importorskip(
        "cupy_backends.cuda.libs.nvrtc", reason=f"CuPy is missing; {remedy}"
    )
    try:
        library.getVersion()
    except Exception as error:  # CuPy's own kinds differ from version to version
        pytest.skip(f"NVIDIA's compiler is missing ({error}); {remedy}")
    return library


def compiled(nvrtc, source, architecture):
    """Return the program for a GPU."""
    program = nvrtc.createProgram(source, kernels.FILE.name, (), ())
    try:
        nvrtc.compileProgram(program, (f"-arch=sm_{architecture}", "-std=c++17"))
        return nvrtc.getCUBIN(program)
    except nvrtc.NVRTCError as error:
        raise ValueError(nvrtc.getProgramLog(program)) from error


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("types", TYPES, ids="-".join)
def test_every_kernel_compiles_for_real_gpus(types, architecture, nvrtc):
    program = compiled(nvrtc, kernels.source(*types), architecture)
    assert [name for name in NAMES if f".text.{name}".encode() not in program] == []


def test_a_kernel_that_does_not_compile_is_noticed(nvrtc):
    source = kernels.source("float32", "uint8").replace("int tap =", "int tapp =", 1)
    with pytest.raises(ValueError, match=r'kernels\.cu\(\d+\): error: .*"tap"'):
        compiled(nvrtc, source, 90)
