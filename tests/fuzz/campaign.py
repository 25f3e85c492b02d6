"""Feed damaged files to brew in a process of its own, and watch that process.

Input number `i` depends on the kind, the seed and `i` alone, so that a finding can be
seen again. A child process reads the inputs under a limit of memory; the parent waits.
If the child dies or hangs, that is a finding, too, and another goes on behind it.
"""

import json
import logging
import mmap
import os
import random
import resource
import signal
import struct
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

from brew.errors import BrewError
from tests.fuzz.kinds import KINDS
from tests.fuzz.mutations import mutate

SECONDS = 5  # of computing, for one input
PATIENCE = 60  # seconds without progress after which the parent ends the child
MEMORY = 2**29  # bytes beyond what the process has at the start


class TooSlow(BaseException):
    """An input takes too much time."""


class Campaign:
    """Runs inputs of one kind and counts what comes of them.

    Parameters
    ----------
    name : str
        A key of ``KINDS``.
    seed : int

    Attributes
    ----------
    outcomes : Counter
        How often an input was read, and how often each class of error came.
    findings : dict
        For each defect (a line of text) the numbers of its inputs.
    slowest : (float, int)
        The most seconds that an input took, and its number.
    """

    def __init__(self, name, seed):
        self.name, self.seed = name, seed
        self.outcomes, self.findings, self.slowest = Counter(), {}, (0, 0)

    def run(self, numbers):
        """Run the inputs with these numbers, a range."""
        with tempfile.TemporaryDirectory(dir=_fast_folder()) as folder:
            kind = KINDS[self.name](folder)
            files = kind.good()
            for content in files:
                kind.read(content)  # what is whole must be readable
            while numbers:
                numbers = self._run_child(kind, files, numbers, Path(folder))

    def content(self, kind, files, number):
        """Return the damaged file with this number."""
        rng = random.Random(f"{self.name} {self.seed} {number}")
        return mutate(rng, rng.choice(files), files, kind.is_text)

    def _run_child(self, kind, files, numbers, folder):
        report, progress = folder / "report", mmap.mmap(-1, 8)
        report.write_text("")
        child = os.fork()
        if child == 0:
            _as_child(self, kind, files, numbers, report, progress)
        end = _wait(child, progress)
        for line in report.read_text().splitlines():
            entry = json.loads(line)
            self.outcomes.update(entry.get("outcomes", {}))
            self.slowest = max(self.slowest, tuple(entry.get("slowest", (0, 0))))
            if "problem" in entry:
                self._found(entry["problem"], entry["number"])
        if end == 0:
            return range(0)
        number = numbers.start + struct.unpack("q", progress[:])[0]
        self._found(f"the process ended: {end}", number)
        return range(number + 1, numbers.stop)

    def _found(self, problem, number):
        self.outcomes["finding"] += 1
        self.findings.setdefault(problem, []).append(number)


def _as_child(campaign, kind, files, numbers, report, progress):
    """Read all inputs, write down what comes of them, and leave the process."""
    outcomes, slowest, code = Counter(), (0.0, 0), 1
    logging.disable()
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGPROF, _too_slow)
    _limit_memory()
    try:
        with report.open("a") as file:
            for done, number in enumerate(numbers):
                progress[:] = struct.pack("q", done)
                content = campaign.content(kind, files, number)
                start = time.process_time()
                outcome = judge(kind, content)
                slowest = max(slowest, (time.process_time() - start, number))
                if outcome.startswith("!"):
                    entry = {"problem": outcome[1:], "number": number}
                    print(json.dumps(entry), file=file, flush=True)
                else:
                    outcomes[outcome] += 1
                if done % 1000 == 999 or number == numbers[-1]:
                    entry = {"outcomes": outcomes, "slowest": slowest}
                    print(json.dumps(entry), file=file, flush=True)
                    outcomes.clear()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def judge(kind, content):
    """Return "read", the name of brew's error, or "!" and what must not be."""
    try:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        kind.read(content)
        return "read"
    except BrewError as error:
        return type(error).__name__
    except TooSlow as error:
        return f"!more than {SECONDS} s in {_place(error)}"
    except Exception as error:
        return f"!{type(error).__name__} in {_place(error)}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _place(error):
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}brew{os.sep}" in frame.filename]
    last = (ours or frames)[-1]
    return f"{Path(last.filename).name}:{last.lineno} {last.name}"


def _wait(child, progress):
    """Return how the child ended: 0 if all is well."""
    last, since = None, time.monotonic()
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if progress[:] != last:
            last, since = progress[:], time.monotonic()
        elif time.monotonic() - since > PATIENCE:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return f"no progress in {PATIENCE} s"
        time.sleep(0.01)


def _too_slow(signum, frame):
    raise TooSlow


def _limit_memory():
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _fast_folder():
    shm = Path("/dev/shm")
    return shm if os.access(shm, os.W_OK) else None
