"""The record of what ran on a GPU is written by runs on a GPU only."""

import json
from types import SimpleNamespace

import pytest

from tests import gpu_check

DEVICE = {"device": "GPU of a test", "CuPy": "14.2.0"}


@pytest.fixture
def record(tmp_path, monkeypatch):
    """Keep the record in an empty folder."""
    monkeypatch.setattr(gpu_check, "RECORD", tmp_path / "gpu_verified.json")
    return gpu_check.RECORD


@pytest.mark.parametrize("wish", ["emulate", "auto"])
def test_an_emulated_run_verifies_nothing(record, monkeypatch, capsys, wish):
    monkeypatch.setenv("BREW_CUPY", wish)
    assert gpu_check.main() == 1
    assert f"BREW_CUPY={wish} is not a GPU" in capsys.readouterr().err
    assert not record.exists()


@pytest.mark.emulated
def test_the_emulated_device_is_not_taken_for_a_real_one():
    with pytest.raises(gpu_check.Refusal, match="emulated"):
        gpu_check.describe_device()


@pytest.mark.parametrize(
    ("code", "passed", "words"), [(1, 5, "exit code 1"), (0, 0, "no test ran")]
)
def test_failures_and_empty_runs_verify_nothing(
    record, monkeypatch, capsys, code, passed, words
):
    def run(arguments, plugins):
        plugins[0].passed = passed
        return code

    monkeypatch.setenv("BREW_CUPY", "gpu")
    monkeypatch.setattr(gpu_check.pytest, "main", run)
    assert gpu_check.main() == 1
    assert words in capsys.readouterr().err
    assert not record.exists()


def test_a_run_that_passes_is_written_down(record, monkeypatch):
    def run(arguments, plugins):
        plugins[0].passed = 7
        return 0

    monkeypatch.setenv("BREW_CUPY", "gpu")
    monkeypatch.setattr(gpu_check.pytest, "main", run)
    monkeypatch.setattr(gpu_check, "describe_device", lambda: DEVICE)
    assert gpu_check.main() == 0
    written = json.loads(record.read_text())
    assert written["device"] == "GPU of a test"
    assert written["tests passed"] == 7
    assert len(written["files"]["brew/backend.py"]) == 64
    assert "brew/ops/kernels.cu" in written["files"]


def test_the_header_says_what_changed_since(record, monkeypatch):
    assert gpu_check.describe_record() == "never run on a GPU (make gpu-check)"
    monkeypatch.setattr(gpu_check, "digests", lambda: {"same": "1", "mended": "2"})
    record.write_text(json.dumps(gpu_check.make_record(DEVICE, 7)))
    now = {"same": "1", "mended": "3", "new": "4"}
    monkeypatch.setattr(gpu_check, "digests", lambda: now)
    assert "GPU of a test; 2 of 3 files changed" in gpu_check.describe_record()


def test_a_test_counts_once_and_only_if_it_passed():
    outcome = gpu_check.Outcome()
    for when, passed in ("setup", True), ("call", True), ("call", False):
        outcome.pytest_runtest_logreport(SimpleNamespace(when=when, passed=passed))
    assert outcome.passed == 1
