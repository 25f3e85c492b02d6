"""Mistakes in kernels and in their calls: found, or as harmful as on a GPU."""

import numpy as np
import pytest

from tests.cuda_emulation import emulation

pytestmark = pytest.mark.emulated

FILL = r"""
extern "C" __global__ void fill(float* y, float value, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = value;
}"""
FILL_WITHOUT_CHECK = FILL.replace("if (i < n) ", "")

SUM = r"""
extern "C" __global__ void sum(const float* x, float* y) {
  extern __shared__ float part[];
  int t = threadIdx.x;
  part[t] = x[t];
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (t < half) part[t] += part[t + half];
    __syncthreads();
  }
  if (t == 0) y[0] = part[0];
}"""
SUM_WITHOUT_BARRIER = SUM.replace(
    "part[t] = x[t];\n  __syncthreads();", "part[t] = x[t];"
)


@pytest.fixture
def launch(cupy):
    """Launch kernel `name` of `source` with one block of `num_threads`."""

    def launch(source, name, num_threads, *args, shared_bytes=0):
        kernel = cupy.RawKernel(source, name)
        kernel((1,), (num_threads,), args, shared_mem=shared_bytes)

    return launch


@pytest.fixture
def sum_of_ints(cupy, launch):
    def run(source):
        y = cupy.zeros(1, "float32")
        x = cupy.arange(256, dtype="float32")
        launch(source, "sum", 256, x, y, shared_bytes=1024)
        return float(y[0])

    return run


@pytest.fixture
def pinned(cupy):
    """Return a function that makes page-locked host memory."""
    import cupyx

    return lambda n: cupyx.empty_pinned((n,), "float32")


def test_a_right_kernel_passes(cupy, launch):
    y = cupy.zeros(100, "float32")
    launch(FILL, "fill", 128, y, np.float32(2.5), np.int32(100))
    emulation.check()
    np.testing.assert_array_equal(y.get(), np.full(100, 2.5, "float32"))


def test_a_write_behind_the_array_is_found(cupy, launch):
    y = cupy.zeros(100, "float32")
    launch(FILL_WITHOUT_CHECK, "fill", 128, y, np.float32(1), np.int32(100))
    with pytest.raises(SystemError, match="outside device memory of 400 bytes"):
        emulation.check()


def test_a_write_before_the_array_is_found(cupy, launch):
    y = cupy.zeros(100, "float32")
    source = FILL.replace("y[i]", "y[i - 1]")
    launch(source, "fill", 128, y, np.float32(1), np.int32(100))
    with pytest.raises(SystemError, match="outside device memory"):
        emulation.check()


def test_damage_is_found_though_the_array_is_gone(cupy, launch):
    y = cupy.zeros(100, "float32")
    launch(FILL_WITHOUT_CHECK, "fill", 128, y, np.float32(1), np.int32(100))
    del y
    with pytest.raises(RuntimeError, match=r"free: .*outside device memory"):
        emulation.check()


def test_python_numbers_have_the_wrong_size_as_on_a_gpu(cupy, launch):
    y = cupy.zeros(4, "float32")
    launch(FILL, "fill", 4, y, 2.5, 4)
    assert y.get().tolist() == [0, 0, 0, 0]


def test_a_host_array_is_refused(launch):
    with pytest.raises(TypeError, match="you need to pass a cupy"):
        launch(FILL, "fill", 4, np.zeros(4, "float32"), np.float32(2), np.int32(4))


def test_a_block_too_large_is_found(cupy, launch):
    y = cupy.zeros(4, "float32")
    launch(FILL, "fill", 2048, y, np.float32(1), np.int32(4))
    with pytest.raises(RuntimeError, match=r"cannot launch .* block \(2048, 1, 1\)"):
        emulation.check()


def test_a_kernel_that_does_not_compile_shows_the_line(cupy):
    source = FILL.replace("value;", "valeu;")
    with pytest.raises(cupy.cuda.compiler.CompileException, match="valeu"):
        cupy.RawKernel(source, "fill").compile()


def test_templates_are_refused(cupy):
    module = cupy.RawModule(code=FILL, name_expressions=["fill"])
    with pytest.raises(NotImplementedError, match="templates"):
        module.get_function("fill")


@pytest.mark.parametrize("reverse", [False, True])
def test_a_kernel_with_its_barriers_gives_one_result_in_both_orders(
    sum_of_ints, reverse
):
    with emulation.thread_order(reverse=reverse):
        assert sum_of_ints(SUM) == sum(range(256))


def test_a_missing_barrier_shows_in_one_of_the_orders(sum_of_ints):
    results = []
    for reverse in (False, True):
        with emulation.thread_order(reverse=reverse):
            results.append(sum_of_ints(SUM_WITHOUT_BARRIER))
    assert np.isnan(results[0])
    assert results[1] == sum(range(256))


def test_new_memory_is_not_a_number(cupy):
    assert cupy.isnan(cupy.empty(3, "float32")).all()
    assert (cupy.empty(3, "int32") == -1).all()


def test_pinned_memory_is_not_there_before_the_stream_is_waited_for(cupy, pinned):
    device, host = cupy.arange(1000, dtype="float32"), pinned(1000)
    stream = cupy.cuda.Stream(non_blocking=True)
    device.get(stream=stream, out=host, blocking=False)
    too_early = host[5]
    stream.synchronize()
    assert too_early != 5 == host[5]


def test_pinned_memory_overwritten_too_early_is_sent_wrong(cupy, pinned):
    device, host = cupy.empty(4, "float32"), pinned(4)
    stream = cupy.cuda.Stream(non_blocking=True)
    host[:] = 1
    device.set(host, stream=stream)
    host[:] = 2
    stream.synchronize()
    assert device.get().tolist() == [2, 2, 2, 2]


def test_waiting_for_one_stream_is_not_waiting_for_another(cupy, pinned):
    device, host = cupy.zeros(4, "float32"), pinned(4)
    busy, idle = (cupy.cuda.Stream(non_blocking=True) for _ in range(2))
    device.get(stream=busy, out=host, blocking=False)
    idle.synchronize()
    assert np.isnan(host).all()
    busy.synchronize()
    assert host.tolist() == [0, 0, 0, 0]


def test_another_stream_does_not_wait_by_itself(cupy, pinned):
    device, host = cupy.zeros(4, "float32"), pinned(4)
    stream = cupy.cuda.Stream(non_blocking=True)
    host[:] = 1
    device.set(host, stream=stream)
    assert device.get().tolist() == [0, 0, 0, 0]
    stream.synchronize()
    assert device.get().tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("name", ["sort", "argsort", "unique"])
def test_what_is_precompiled_for_gpus_is_refused(cupy, name):
    with pytest.raises(NotImplementedError, match=rf"cupy\.{name}"):
        getattr(cupy, name)(cupy.arange(3))
