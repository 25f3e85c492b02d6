"""The levels: what runs, what is skipped, and that the header says it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cuda_emulation import emulation, plugin

SPOILS_MEMORY = """
import cupy, numpy, pytest

@pytest.mark.device
def test_that_writes_behind_an_array():
    source = 'extern "C" __global__ void f(float* y) { y[threadIdx.x] = 1; }'
    cupy.RawKernel(source, "f")((1,), (4,), (cupy.zeros(3, "float32"),))
"""


@pytest.fixture
def nothing_missing(monkeypatch):
    monkeypatch.setattr(emulation, "missing", lambda: "")
    monkeypatch.setattr(emulation, "cupy_version", lambda: "14.2.9")


@pytest.fixture
def no_compiler(monkeypatch):
    monkeypatch.setattr(emulation, "missing", lambda: "it needs g++")


def test_without_a_wish_the_level_is_0(nothing_missing):
    level = plugin.choose_level("")
    assert level.number == 0
    assert "BREW_CUPY is not set" in level.words


@pytest.mark.parametrize("wish", ["emulate", "auto"])
def test_the_emulation_is_level_1_and_says_that_it_is_no_gpu(nothing_missing, wish):
    level = plugin.choose_level(wish)
    assert level.number == 1
    assert "emulated on the CPU, not run on a GPU" in level.words


def test_auto_falls_back_to_level_0_and_says_why(no_compiler):
    assert plugin.choose_level("auto") == (
        0,
        "NumPy only, the GPU code is not tested: it needs g++",
    )


def test_a_wish_that_cannot_be_met_ends_the_run(no_compiler):
    with pytest.raises(pytest.UsageError, match=r"cannot work here: it needs g\+\+"):
        plugin.choose_level("emulate")


def test_an_unknown_wish_ends_the_run():
    with pytest.raises(pytest.UsageError, match="BREW_CUPY=emulated is not known"):
        plugin.choose_level("emulated")


@pytest.mark.emulated
def test_a_real_gpu_is_not_claimed_under_the_emulation():
    with pytest.raises(pytest.UsageError, match="CuPy is emulated"):
        plugin.choose_level("gpu")


def test_the_lack_of_cupy_or_its_wrong_version_is_named(monkeypatch):
    monkeypatch.setattr(emulation, "cupy_version", lambda: "13.0.0")
    assert "needs cupy-cuda12x 14.2.*, found 13.0.0" in emulation.missing()
    monkeypatch.setattr(emulation, "cupy_version", lambda: "")
    assert "found none; install it with" in emulation.missing()


def test_missing_tools_are_named(monkeypatch):
    monkeypatch.setattr(emulation, "cupy_version", lambda: "14.2.0")
    monkeypatch.setenv("PATH", "")
    assert "needs gcc and g++ and nm, of gcc, g++ and binutils" in emulation.missing()


@pytest.mark.emulated
def test_a_test_that_spoils_memory_fails_though_it_asserts_nothing(tmp_path):
    (tmp_path / "test_it.py").write_text(SPOILS_MEMORY)
    plugin_option = ["-p", "tests.cuda_emulation.plugin"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, *plugin_option, tmp_path],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "wrote outside device memory of 12 bytes" in done.stdout
    assert "GPU level 1" in done.stdout
