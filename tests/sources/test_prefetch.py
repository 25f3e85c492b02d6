"""The thread that reads ahead."""

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from brew.errors import SourceError
from brew.sources.prefetch import Prefetcher


class Numbers:
    """Batches 0, 1, 2, ...; it counts what is read and can be made to fail."""

    def __init__(self, bad=None):
        self.place = 0
        self.bad = bad
        self.closed = 0
        self.may_read = threading.Event()
        self.may_read.set()

    def read(self):
        self.may_read.wait()
        if self.place == self.bad:
            raise SourceError(f"record {self.place} is bad")
        self.place += 1
        return self.place - 1

    def get_state(self):
        return {"place": self.place}

    def set_state(self, state):
        self.place = state["place"]

    def close(self):
        self.closed += 1


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


def eventually(condition):
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    gc.collect()
    assert eventually(lambda: not threads())


def test_batches_come_in_order():
    with Prefetcher(Numbers(), depth=3) as prefetcher:
        assert [prefetcher.next() for _ in range(20)] == list(range(20))


@pytest.mark.parametrize("depth", [1, 4])
def test_as_many_batches_wait_as_the_depth_says(depth):
    numbers = Numbers()
    with Prefetcher(numbers, depth) as prefetcher:
        for taken in 1, 2:
            prefetcher.next()
            assert eventually(lambda: numbers.place == taken + depth)  # noqa: B023
            time.sleep(0.02)
            assert numbers.place == taken + depth


def test_the_thread_starts_with_the_first_batch():
    prefetcher = Prefetcher(Numbers(), depth=2)
    assert not threads()
    prefetcher.next()
    assert len(threads()) == 1
    prefetcher.close()


def test_the_state_is_that_of_the_batches_that_were_taken():
    numbers = Numbers()
    with Prefetcher(numbers, depth=4) as prefetcher:
        assert prefetcher.get_state() == {"place": 0}
        prefetcher.next()
        prefetcher.next()
        assert eventually(lambda: numbers.place == 6)
        assert prefetcher.get_state() == {"place": 2}


def test_a_new_state_throws_away_what_was_read_ahead():
    with Prefetcher(Numbers(), depth=4) as prefetcher:
        prefetcher.next()
        prefetcher.set_state({"place": 70})
        assert prefetcher.get_state() == {"place": 70}
        assert [prefetcher.next(), prefetcher.next()] == [70, 71]


def test_an_error_comes_to_the_caller_in_its_turn_and_can_be_mended():
    numbers = Numbers(bad=2)
    with Prefetcher(numbers, depth=4) as prefetcher:
        assert [prefetcher.next(), prefetcher.next()] == [0, 1]
        for _ in range(2):
            with pytest.raises(SourceError, match="record 2 is bad"):
                prefetcher.next()
        numbers.bad = None
        assert prefetcher.next() == 2


def test_closing_ends_the_thread_and_does_no_harm_twice():
    numbers = Numbers()
    prefetcher = Prefetcher(numbers, depth=2)
    prefetcher.next()
    prefetcher.close()
    assert not threads()
    prefetcher.close()
    assert numbers.closed == 2


def test_closing_waits_for_a_read_that_is_under_way():
    numbers = Numbers()
    prefetcher = Prefetcher(numbers, depth=1)
    prefetcher.next()
    numbers.may_read.clear()
    threading.Timer(0.05, numbers.may_read.set).start()
    prefetcher.close()
    assert not threads()


def test_garbage_ends_its_thread():
    prefetcher = Prefetcher(Numbers(), depth=2)
    prefetcher.next()
    del prefetcher
    gc.collect()
    assert eventually(lambda: not threads())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_goes_on_at_the_same_place():
    with Prefetcher(Numbers(), depth=3) as prefetcher:
        prefetcher.next()
        child = os.fork()
        if not child:
            signal.alarm(20)  # a child without a thread would wait for ever
            right = [prefetcher.next() for _ in range(9)] == list(range(1, 10))
            prefetcher.close()
            os._exit(0 if right else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert [prefetcher.next(), prefetcher.next()] == [1, 2]


def test_python_ends_while_batches_are_read():
    program = """
        import itertools, time
        from brew.sources.prefetch import Prefetcher

        class Slow:
            def read(self): time.sleep(0.01)
            def get_state(self): return {}
            def set_state(self, state): pass

        prefetcher = Prefetcher(Slow(), depth=100)
        prefetcher.next()
        print("done")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
