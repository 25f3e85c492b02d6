"""How far this run of the tests exercises the GPU code: levels, for pytest.

=====  ==================  ====================================================
level  ``BREW_CUPY``       what runs
=====  ==================  ====================================================
0      (not set)           NumPy only; tests that need CuPy are skipped
1      ``emulate``         the real CuPy, its CUDA calls emulated on the CPU
3      ``gpu``             the real CuPy on a real GPU
=====  ==================  ====================================================

``BREW_CUPY=auto`` is level 1 where CuPy and a compiler are installed, else level
0. Level 2, every kernel of our own compiled for real GPUs, is one test at any level:
``tests/ops/test_kernels.py``, which is skipped where NVIDIA's compiler is missing.

Markers: ``emulated`` needs level 1; ``gpu`` needs level 3; ``device`` needs either.
A test that passes at level 1 is emulated; only level 3 has run on a GPU.
"""

import os
from typing import NamedTuple

import pytest

from brew import backend
from brew.errors import BackendError
from tests import gpu_check

from . import emulation


class Level(NamedTuple):
    """What this run can show: the level, and in words how or why."""

    number: int
    words: str


_level = Level(0, "not chosen yet")


def pytest_configure():
    """Choose the level and put the emulation in place, before CuPy is imported."""
    global _level
    _level = choose_level(os.environ.get("BREW_CUPY", ""))
    if _level.number == 1:
        emulation.start()


def choose_level(wish):
    """Return the level for a value of ``BREW_CUPY``."""
    if wish == "gpu":
        return Level(3, f"CuPy {emulation.cupy_version()} on {_gpu_name()}")
    if wish not in ("", "auto", "emulate"):
        raise pytest.UsageError(
            f"BREW_CUPY={wish} is not known; choose emulate, auto or gpu"
        )
    missing = emulation.missing() if wish else "BREW_CUPY is not set"
    if not missing:
        version = emulation.cupy_version()
        return Level(1, f"CuPy {version} emulated on the CPU, not run on a GPU")
    if wish == "emulate":
        raise pytest.UsageError(f"BREW_CUPY=emulate cannot work here: {missing}")
    return Level(0, f"NumPy only, the GPU code is not tested: {missing}")


def _gpu_name():
    try:
        backend.set_mode_gpu()
        backend.set_mode_cpu()
        return gpu_check.describe_device()["device"]
    except (BackendError, gpu_check.Refusal) as error:
        raise pytest.UsageError(f"BREW_CUPY=gpu cannot work here: {error}") from None


def pytest_report_header():
    """Say in the header what this run can and cannot show."""
    return [
        f"brew: GPU level {_level.number}: {_level.words}",
        f"brew: {gpu_check.describe_record()}",
    ]


def pytest_collection_modifyitems(items):
    """Skip the tests that this level cannot run."""
    needed = {"emulated": {1}, "gpu": {3}, "device": {1, 3}}
    skip = pytest.mark.skip(reason=f"GPU level {_level.number}: {_level.words}")
    for item in items:
        if any(
            _level.number not in levels
            for mark, levels in needed.items()
            if item.get_closest_marker(mark)
        ):
            item.add_marker(skip)


@pytest.fixture
def cupy():
    """CuPy, real or emulated; for tests with the marker ``device`` or ``emulated``."""
    import cupy

    return cupy


@pytest.fixture
def gpu_mode():
    """Compute on the GPU, real or emulated, for the length of a test."""
    backend.set_mode_gpu()
    yield
    backend.set_mode_cpu()


@pytest.fixture(autouse=True)
def _emulation_is_clean():
    """Fail a test in which something wrote outside of its memory, or CUDA failed."""
    yield
    if _level.number == 1:
        emulation.check()
