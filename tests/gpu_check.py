"""Run the tests of the GPU code on a real GPU, and write down what was verified.

    make gpu-check          (python -m tests.gpu_check)

The tests are those of the emulation, on the device itself. If all pass, the file
``gpu_verified.json`` says on which device, when, and for which content of which
files; no other run writes it. The header of every test run tells how old it is.
"""

import hashlib
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cuda_emulation.device import NAME as EMULATED

ROOT = Path(__file__).parents[1]
RECORD = ROOT / "gpu_verified.json"
# The files whose code sees device arrays.
PATTERNS = (
    "brew/backend.py",
    "brew/blob.py",
    "brew/synced_mem.py",
    "brew/layer.py",
    "brew/net*.py",
    "brew/solver*.py",
    "brew/layer_types/*.py",
    "brew/ops/*",
    "brew/solvers/*.py",
)


class Refusal(Exception):
    """Why this run verifies nothing."""


class Outcome:
    """A pytest plugin that counts the tests that passed."""

    def __init__(self):
        self.passed = 0

    def pytest_runtest_logreport(self, report):
        """Count a test once: not its setup and teardown."""
        self.passed += report.passed and report.when == "call"


def main():
    """Run the tests, write the record; return the exit code."""
    try:
        outcome = run_tests()
    except Refusal as refusal:
        print(f"gpu_check: nothing is verified: {refusal}", file=sys.stderr)
        return 1
    record = make_record(describe_device(), outcome.passed)
    RECORD.write_text(json.dumps(record, indent=1) + "\n")
    print(f"gpu_check: {outcome.passed} tests passed on {record['device']}")
    return 0


def run_tests(arguments=("-m", "device or gpu")):
    """Run pytest on the real device and return the Outcome, or raise Refusal."""
    wish = os.environ.setdefault("BREW_CUPY", "gpu")
    if wish != "gpu":
        raise Refusal(f"BREW_CUPY={wish} is not a GPU; unset it")
    outcome = Outcome()
    code = pytest.main([str(ROOT / "tests"), *arguments], plugins=[outcome])
    if code != 0:
        raise Refusal(f"pytest ended with exit code {int(code)}")
    if outcome.passed == 0:
        raise Refusal("no test ran")
    return outcome


def describe_device():
    """Return what CUDA tells about the device in use."""
    import cupy

    properties = cupy.cuda.runtime.getDeviceProperties(0)
    name = properties["name"].decode()
    if name == EMULATED:
        raise Refusal("CuPy is emulated in this process")
    return {
        "device": name,
        "compute capability": f"{properties['major']}.{properties['minor']}",
        "CUDA driver": cupy.cuda.runtime.driverGetVersion(),
        "CUDA runtime": cupy.cuda.runtime.runtimeGetVersion(),
        "CuPy": cupy.__version__,
    }


def make_record(device, num_passed):
    """Return the content of ``gpu_verified.json``."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": _commit(),
        **device,
        "NumPy": version("numpy"),
        "Python": platform.python_version(),
        "tests passed": num_passed,
        "files": digests(),
    }


def digests():
    """Return the SHA-256 of each file whose code sees device arrays."""
    paths = sorted(path for pattern in PATTERNS for path in ROOT.glob(pattern))
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.is_file()
    }


def describe_record():
    """Say when the code last ran on a GPU, and how many files differ since."""
    if not RECORD.exists():
        return "never run on a GPU (make gpu-check)"
    record = json.loads(RECORD.read_text())
    then, now = record["files"], digests()
    num_changed = sum(then.get(path) != now.get(path) for path in then | now)
    return (
        f"last run on a GPU on {record['date']}, {record['device']}; "
        f"{num_changed} of {len(now)} files changed since"
    )


def _commit():
    try:
        head = _run_git("rev-parse", "HEAD")
        changes = _run_git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head} and changes" if changes else head


def _run_git(*arguments):
    command = ("git", "-C", str(ROOT), *arguments)
    return subprocess.run(
        command, check=True, capture_output=True, text=True
    ).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
