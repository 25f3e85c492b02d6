import os
import signal
import threading
import time

import numpy as np
import pytest
import threadpoolctl

from brew import backend
from brew.threads import _Mailbox as Mailbox


@pytest.fixture(params=[1, 2, 3])
def threads(request):
    backend.set_num_threads(request.param)
    yield request.param
    backend.set_num_threads(None)


def blas_threads():
    """Return the numbers of threads of NumPy's BLAS; SciPy may have brought its own."""
    info = threadpoolctl.threadpool_info()
    pools = [pool for pool in info if pool["user_api"] == "blas"]
    of_numpy = [pool for pool in pools if "numpy" in pool["filepath"]]
    return {pool["num_threads"] for pool in of_numpy or pools}


def test_every_task_runs_once_and_always_on_the_same_worker(threads):
    seen = {}
    backend.parallel(lambda i: seen.setdefault(i, threading.get_ident()), 7)
    assert sorted(seen) == list(range(7))
    assert len(set(seen.values())) == threads
    for i in range(7):
        assert seen[i] == seen[i % threads]


def test_an_error_in_a_task_reaches_the_caller_and_the_team_lives_on(threads):
    def task(i):
        if i == 1:
            raise ValueError("one")

    with pytest.raises(ValueError, match="one"):
        backend.parallel(task, 4)
    done = []
    backend.parallel(done.append, 4)
    assert sorted(done) == [0, 1, 2, 3]


@pytest.mark.parametrize("pause", [0, 0.002])  # its threads are awake, or asleep
def test_the_team_is_called_again_and_again(threads, pause):
    for num_tasks in 2, 5, 3, 2, 4:
        done = []
        backend.parallel(done.append, num_tasks)
        assert sorted(done) == list(range(num_tasks))
        time.sleep(pause)


@pytest.mark.parametrize("threads", [2], indirect=True)
def test_what_comes_late_after_ctrl_c_is_not_taken_for_the_next_result(threads):
    gate, done = threading.Event(), []

    def wait(i):
        if i == 1:  # while the caller waits for this one
            time.sleep(0.1)
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            gate.wait(10)

    with pytest.raises(KeyboardInterrupt):
        backend.parallel(wait, 2)
    gate.set()
    backend.parallel(lambda i: done.append(time.sleep(0.05 * i)), 2)
    assert len(done) == 2


def test_letters_are_read_in_order_awake_or_asleep():
    box = Mailbox()
    box.put(1)
    box.put(2)
    assert [box.get(), box.get()] == [1, 2]
    for seconds in 1e-4, 0.05:
        threading.Timer(seconds, box.put, [seconds]).start()
        assert box.get() == seconds


def test_a_reader_sees_all_flags_and_lowers_them():
    class Queue:
        def empty(self):
            return True

        def get(self):  # whoever sleeps here is woken before the flags are raised
            box.flags[:-1] = True

    box = Mailbox()
    box.put("letter")
    assert np.logical_or.reduce(box.looks, axis=1).tolist() == box.flags.tolist()
    assert box.flags.tolist() == [True] * (len(box.flags) - 1) + [False]
    box.queue = Queue()
    box.get()
    assert not box.flags.any()


def test_a_task_may_deal_out_tasks(threads):
    done = []
    backend.parallel(lambda i: backend.parallel(done.append, 2), 3)
    assert sorted(done) == [0, 0, 0, 1, 1, 1]


def test_two_threads_may_deal_out_at_once(threads):
    done = []

    def run():
        for _ in range(50):
            backend.parallel(done.append, 3)

    others = [threading.Thread(target=run) for _ in range(3)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert len(done) == 3 * 50 * 3


def test_numpy_is_set_up_in_all_threads_of_a_pass_and_as_before_after_it(threads):
    def state():
        return np.getbufsize(), np.geterr()["divide"]

    before, inside = state(), []
    with backend.device_pass():
        backend.parallel(lambda i: inside.append(state()), 3)
    assert inside == [(backend.threads.BUFFER, "ignore")] * 3
    assert state() == before != inside[0]


def test_blas_has_one_thread_inside_a_pass_and_its_own_number_outside():
    outside = blas_threads()
    with backend.device_pass():
        assert blas_threads() == {1}
        with backend.device_pass():
            assert blas_threads() == {1}
        assert blas_threads() == {1}
    assert blas_threads() == outside


def test_passes_of_two_threads_that_overlap_restore_blas():
    outside = blas_threads()
    first, second = threading.Event(), threading.Event()

    def overlap():
        with backend.one_blas_thread():
            first.set()
            second.wait(10)

    other = threading.Thread(target=overlap)
    with backend.one_blas_thread():
        other.start()
        first.wait(10)
    assert blas_threads() == {1}
    second.set()
    other.join()
    with backend.device_pass():  # OpenBLAS may have ignored the other thread
        pass
    assert blas_threads() == outside


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_the_team_survives_a_fork(threads):
    backend.parallel(lambda i: None, 4)
    child = os.fork()
    if child == 0:
        done = []
        backend.parallel(done.append, 4)
        os._exit(len(done))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 4


def test_scratch_is_reused_and_grows():
    small = backend.scratch("test", (2, 3), np.float32)
    assert small.shape == (2, 3)
    assert backend.scratch("test", (3, 2), np.float32).base is small.base
    assert backend.scratch("test", (9, 9), np.float32).base is not small.base
    assert backend.scratch("other", (2, 3), np.float32).base is not small.base
    assert backend.scratch("test", (2, 3), np.float64).dtype == np.float64


def test_scratch_belongs_to_one_thread():
    mine = backend.scratch("test", (4,), np.float32)
    theirs = []
    other = threading.Thread(
        target=lambda: theirs.append(backend.scratch("test", (4,), np.float32))
    )
    other.start()
    other.join()
    assert not np.shares_memory(mine, theirs[0])


def test_a_generator_depends_on_seed_and_name_only():
    draw = [
        backend.make_rng(seed, name).random()
        for seed, name in ((1, "a"), (1, "a"), (2, "a"), (1, "b"))
    ]
    assert draw[0] == draw[1]
    assert len(set(draw)) == 3


def test_without_a_seed_nets_differ():
    backend.set_random_seed(None)
    assert backend.net_seed() != backend.net_seed()
    backend.set_random_seed(5)
    assert backend.net_seed() == backend.net_seed() == 5


def test_the_environment_sets_the_number_of_threads():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BREW_THREADS", "5")
        backend.set_num_threads(None)
        assert backend.num_threads() == 5
        patch.setenv("BREW_THREADS", "nonsense")
        backend.set_num_threads(None)
        assert backend.num_threads() == num_cores()
    backend.set_num_threads(None)


def num_cores():
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()
