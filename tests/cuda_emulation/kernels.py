"""Kernels: compiled by g++ instead of NVRTC, launched block by block on the CPU."""

import ctypes
import re
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from . import streams, toolchain

_HOST = Path(__file__).parent / "host"
_OUR_INCLUDE = (f"-I{_HOST}", f"-I{_HOST / 'include'}")
_FLAGS = ("-std=c++17", "-O1", "-w", "-fPIC", "-fpermissive", "-U_FORTIFY_SOURCE")
# What CuPy's sources include: read once, kept as a precompiled header.
_PRELUDE = """\
#include "cuda_on_cpu.h"
#include <cupy/complex.cuh>
#include <cupy/carray.cuh>
#include <cupy/atomics.cuh>
#include <cupy/math_constants.h>
"""
_KERNEL = re.compile(
    r"__global__\s+void\s+(?:__launch_bounds__\s*\([^)]*\)\s*)?(\w+)\s*\("
)
_DYNAMIC_SHARED = re.compile(
    r"extern\s+__shared__\s+([\w:<> ]+?)\s+(\w+)\s*\[\s*\]\s*;"
)
_MAX_GRID = (2**31 - 1, 65535, 65535)
_MAX_BLOCK = (1024, 1024, 64)
_MAX_THREADS = 1024
_MAX_SHARED_BYTES = 48 * 1024

launches = []  # (name, grid, block) of every launch, in order
_reverse = False
_modules = {}  # handle → loaded library
_functions = {}  # handle → (name, C function)


@contextmanager
def thread_order(reverse):
    """Run threads and blocks in falling order: a missing barrier changes results."""
    global _reverse
    before, _reverse = _reverse, reverse
    try:
        yield
    finally:
        _reverse = before


def compile_kernels(source, options):
    """Compile CUDA source for the CPU and return the path of the library."""
    source = _DYNAMIC_SHARED.sub(r"\1* \2 = (\1*)emu_dynamic_shared;", source)
    barriers = "__syncthreads" in source or "__syncwarp" in source
    run_block = "emu_run_fibers" if barriers else "emu_run_loop"
    source += "".join(
        f'\nextern "C" void emu_{name}(void** parameters, EmuLaunch* launch) '
        f"{{ emu_launch({name}, parameters, launch, {run_block}); }}\n"
        for name in _KERNEL.findall(source)
    )
    include = tuple(o for o in options if o.startswith("-I"))
    defines = tuple(o for o in options if o.startswith("-D"))
    prelude = _precompiled_prelude(include)
    header = ("-include", prelude / "prelude.h")
    command = ("g++", *_FLAGS, *_OUR_INCLUDE, *include, *defines, *header, "-shared")

    def make(path):
        toolchain.run(*command, "-x", "c++", "-", "-o", path, source=source)

    return toolchain.cached("kernels.so", (source, defines, prelude.name), make)


@cache
def _precompiled_prelude(include):
    """Return a folder with ``prelude.h`` and, beside it, what g++ made of it."""
    import cupy

    command = ("g++", *_FLAGS, *_OUR_INCLUDE, *include, "-x", "c++-header")

    def make(folder):
        folder.mkdir()
        header = folder / "prelude.h"
        header.write_text(_PRELUDE)
        toolchain.run(*command, header, "-o", folder / "prelude.h.gch")

    # not the path of our headers: another copy of the project has the same
    ours = [path.read_text() for path in sorted(_HOST.rglob("*.*h"))]
    versions = (cupy.__version__, toolchain.run("g++", "--version"))
    ingredients = (_FLAGS, _PRELUDE, ours, include, versions)
    return toolchain.cached("prelude", ingredients, make)


def load_module(image, *_):
    """Load what :func:`compile_kernels` has made (cuModuleLoadData)."""
    handle = streams.new_handle()
    # PyDLL keeps Python's lock while a kernel runs: kernels use static variables
    _modules[handle] = ctypes.PyDLL(bytes(image).decode())
    return handle


def get_function(module, name, *_):
    """Return a handle for one kernel of a module (cuModuleGetFunction)."""
    handle = streams.new_handle()
    _functions[handle] = (name, getattr(_modules[module], f"emu_{name}"))
    return handle


def launch(function, gx, gy, gz, bx, by, bz, shared_bytes, stream, parameters, *_):
    """Run a kernel to its end (cuLaunchKernel)."""
    name, run = _functions[function]
    grid, block = (gx, gy, gz), (bx, by, bz)
    _check_launch(name, grid, block, shared_bytes)
    streams.synchronize(stream)
    launches.append((name, grid, block))
    shape = _Launch(grid, block, shared_bytes, _reverse)
    run(ctypes.c_void_p(parameters), ctypes.byref(shape))


class _Launch(ctypes.Structure):
    """EmuLaunch of cuda_on_cpu.h."""

    _fields_ = (
        ("grid", ctypes.c_int * 3),
        ("block", ctypes.c_int * 3),
        ("shared_bytes", ctypes.c_int),
        ("reverse", ctypes.c_int),
    )


def _check_launch(name, grid, block, shared_bytes):
    fits = all(1 <= n <= most for n, most in zip(grid, _MAX_GRID, strict=True))
    fits &= all(1 <= n <= most for n, most in zip(block, _MAX_BLOCK, strict=True))
    fits &= block[0] * block[1] * block[2] <= _MAX_THREADS
    if not fits or shared_bytes > _MAX_SHARED_BYTES:
        raise ValueError(
            f"kernel {name!r}: a GPU cannot launch grid {grid}, block {block}, "
            f"{shared_bytes} bytes of shared memory"
        )
