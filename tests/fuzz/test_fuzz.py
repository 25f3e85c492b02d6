import os
import random
import signal
import subprocess
import sys

import pytest

from brew.errors import ProtoError
from tests.fuzz import mutations

if not os.path.exists("/proc/self/statm"):
    pytest.skip("the fuzzer needs Linux", allow_module_level=True)

from tests.fuzz import campaign
from tests.fuzz.campaign import Campaign
from tests.fuzz.kinds import KINDS, Kind


def test_damaged_files_give_errors_of_brew():
    command = [sys.executable, "-m", "tests.fuzz", "--count", "4000", "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("\n0 defects\n")
    assert done.stdout.count(" inputs, ") == len(KINDS)


class Odd(Kind):
    """Misbehaves as the first letter of the input says."""

    is_text = True

    def good(self):
        return [b"-"]

    def read(self, content):
        if content == b"k":
            {}["k"]
        if content == b"h":
            while True:
                pass
        if content == b"m":
            bytearray(2**31)
        if content == b"d":
            os.kill(os.getpid(), signal.SIGKILL)
        if content == b"e":
            raise ProtoError("in brew's own words")


@pytest.fixture
def run(monkeypatch):
    def run(letters):
        monkeypatch.setitem(KINDS, "odd", Odd)
        monkeypatch.setattr(campaign, "SECONDS", 0.2)
        monkeypatch.setattr(
            Campaign, "content", lambda self, kind, files, i: letters[i].encode()
        )
        found = Campaign("odd", 1)
        found.run(range(len(letters)))
        return found

    return run


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize(
    ("letter", "problem"),
    [("k", "KeyError"), ("h", "more than"), ("m", "MemoryError"), ("d", "ended: -9")],
)
def test_the_fuzzer_finds_each_kind_of_defect(run, letter, problem):
    found = run(f"-e{letter}e-")
    (text,) = found.findings
    assert problem in text
    assert found.findings[text] == [2]
    assert found.outcomes["ProtoError"] >= 1


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_errors_of_brew_are_counted_and_are_no_defects(run):
    found = run("--eee")
    assert found.findings == {}
    assert found.outcomes == {"read": 2, "ProtoError": 3}


def test_an_input_depends_on_kind_seed_and_number_alone(tmp_path):
    kind = KINDS["binaryproto"](tmp_path)
    files = kind.good()
    inputs = [Campaign("binaryproto", s).content(kind, files, 5) for s in (1, 1, 2)]
    assert inputs[0] == inputs[1] != inputs[2]


@pytest.mark.parametrize("is_text", [True, False])
def test_almost_every_injury_changes_the_file(is_text):
    rng = random.Random(1)
    good = b'name: "net" layer { name: "data" type: "Input" top: "data" count: 10 }'
    damaged = [mutations.mutate(rng, good, [good], is_text) for _ in range(500)]
    assert sum(content != good for content in damaged) > 400
    assert max(map(len, damaged)) <= mutations.MAX_SIZE
