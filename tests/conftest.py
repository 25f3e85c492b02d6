"""What every test gets: a header that says where it runs, and a fresh start."""

import importlib.util
import os
import sys

import numpy
import pytest
import threadpoolctl

from brew import backend
from tests.browser.chromium import missing

pytest_plugins = ["tests.cuda_emulation.plugin"]  # CuPy: emulated, real or skipped

SEED = 1701  # the seed of Caffe's own tests


def pytest_report_header():
    """Say what this run can and cannot show."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else "?"
    blas = {
        f"{pool['internal_api']} {pool['version']} on {pool['num_threads']} threads"
        for pool in threadpoolctl.threadpool_info()
        if pool["user_api"] == "blas"
    }
    python = sys.version.split()[0]
    return [
        f"brew: Python {python}, NumPy {numpy.__version__}, {cores} cores, "
        f"BLAS {', '.join(sorted(blas)) or 'unknown'}",
        f"brew: browser tests: {missing() or 'all that they need is here'}",
    ]


def pytest_collection_modifyitems(items):
    """Skip what needs LevelDB where there is no wheel of plyvel."""
    if importlib.util.find_spec("plyvel"):
        return
    reason = "plyvel, which reads LevelDB, cannot be had for this system and Python"
    for item in items:
        if "leveldb" in item.nodeid.lower():
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _fresh_start():
    backend.set_mode_cpu()
    backend.set_random_seed(SEED)
    yield
    backend.set_mode_cpu()


@pytest.fixture
def in_tmp_path(tmp_path, monkeypatch):
    """Run the test inside an empty folder, and return its path."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
