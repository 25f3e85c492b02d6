"""A small team of threads, and BLAS held at one thread beside it.

NumPy works outside Python's lock, so threads of Python compute side by side.
"""

import os
import queue
import threading
from functools import cache

import numpy
from threadpoolctl import ThreadpoolController

BUFFER = 1024  # numbers; see set_up_numpy
LOOKS, FLAGS = 40_000, 35  # see _Mailbox; so many looks take some 14 µs

_num_threads = None


class _PerThread(threading.local):
    blas_limits = 0  # contexts of one_blas_thread() that this thread is in
    in_team = False


_thread = _PerThread()


def num_threads():
    """Return the size of the team: ``BREW_THREADS``, else this process's cores."""
    return _default_num_threads() if _num_threads is None else _num_threads


@cache  # the environment is slow to ask
def _default_num_threads():
    wanted = os.environ.get("BREW_THREADS", "")
    if wanted.isdigit():
        return max(1, int(wanted))
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def set_num_threads(count):
    """Set the size of the team; None asks the environment anew."""
    global _num_threads, _team
    _default_num_threads.cache_clear()
    _num_threads = None if count is None else max(1, int(count))
    if _team is not None:
        _team.dismiss()
    _team = None


def set_up_numpy():
    """Set how NumPy computes in this thread: without warnings, with a small buffer.

    As in Caffe, a net that diverges shows inf and nan. Rows that are much shorter than
    the buffer are copied into it first, so as to have longer ones, and that makes an
    addition four times slower (NumPy 2.4, rows of 800 numbers, a buffer of 8192).
    """
    numpy.seterr(all="ignore")
    numpy.setbufsize(BUFFER)


def parallel(task, num_tasks):
    """Run ``task(i)`` for i in range(`num_tasks`), dealt over the team of threads.

    Task i always goes to worker i mod T, and BLAS runs with one thread inside,
    so that the same thread count gives the same bits. Dispatch costs about
    0.1 ms: call it for work worth a millisecond, and give it a few tasks per
    worker at most. Without a team (one thread, one task, or inside another task)
    the tasks run here, in order.

    Parameters
    ----------
    task : callable
        Takes the task's number. Writes its results where others do not.
    num_tasks : int
        How many tasks there are.
    """
    is_shared = num_tasks > 1 and not _thread.in_team
    team = _get_team() if is_shared else None
    with one_blas_thread():
        if team is None or not team.lock.acquire(blocking=False):
            for i in range(num_tasks):
                task(i)
            return
        try:
            team.run(task, num_tasks)
        finally:
            team.lock.release()


class _BlasLimit:
    """The process-wide BLAS setting: the first pass limits it, the last restores."""

    def __init__(self):
        self.lock = threading.Lock()
        self.num_users = 0
        self.controller = None
        self.limiter = None

    def enter(self):
        with self.lock:
            self.num_users += 1
            if self.num_users == 1:
                self.controller = self.controller or ThreadpoolController()
                limiter = self.controller.limit(limits=1, user_api="blas")
                # OpenBLAS ignores a restore from some threads: then everything is
                # still at 1, and the older limiter knows the true numbers
                if self.limiter is None or _was_above_one(limiter):
                    self.limiter = limiter

    def leave(self):
        with self.lock:
            self.num_users -= 1
            if self.num_users == 0:
                self.limiter.restore_original_limits()


def _was_above_one(limiter):
    numbers = limiter.get_original_num_threads().values()
    return any(number is not None and number > 1 for number in numbers)


_blas_limit = _BlasLimit()


class _OneBlasThread:
    """A context in which BLAS has one thread; contexts may be nested."""

    def __enter__(self):
        if not _thread.blas_limits:
            _blas_limit.enter()
        _thread.blas_limits += 1

    def __exit__(self, *error):
        _thread.blas_limits -= 1
        if not _thread.blas_limits:
            _blas_limit.leave()


_one_blas_thread = _OneBlasThread()


def one_blas_thread():
    """Hold BLAS at one thread; brew deals its work over threads by itself."""
    return _one_blas_thread


class _Mailbox:
    """A queue whose reader stays awake for half a millisecond before it sleeps.

    On a virtual machine it takes 50 µs to wake a thread, so ours look out for a while
    first, as those of OpenMP do. They do it without Python's lock: NumPy's "or" of
    LOOKS times one and the same flag ends as soon as that is raised. Then comes the
    next of the FLAGS. The last is never raised: while the reader looks at it in vain,
    the writer leaves Python's lock. Were it still held, the reader would sleep.
    """

    def __init__(self):
        self.queue = queue.SimpleQueue()
        self.flags = numpy.zeros(FLAGS, bool)
        shape, strides = (FLAGS, LOOKS), (1, 0)
        self.looks = numpy.lib.stride_tricks.as_strided(self.flags, shape, strides)
        self.seen = numpy.zeros(FLAGS, bool)

    def put(self, item):
        self.queue.put(item)
        self.flags[:-1] = True

    def get(self):
        if self.queue.empty():
            numpy.logical_or.reduce(self.looks, axis=1, out=self.seen)
        item = self.queue.get()
        self.flags[:-1] = False
        return item


class _Team:
    """Worker threads that wait for tasks; the caller is worker 0."""

    def __init__(self, size):
        self.size = size
        self.lock = threading.Lock()
        self.results = _Mailbox()
        self.inboxes = [_Mailbox() for _ in range(size - 1)]
        for inbox in self.inboxes:
            threading.Thread(target=_work, args=(inbox,), daemon=True).start()

    def run(self, task, num_tasks):
        try:
            errors = self._run(task, num_tasks)
        except BaseException:  # Ctrl-C: what comes late is not for the next run
            self.results = _Mailbox()
            raise
        for error in errors:
            if error is not None:
                raise error

    def _run(self, task, num_tasks):
        others = self.inboxes[: num_tasks - 1]
        for worker, inbox in enumerate(others, start=1):
            inbox.put((task, range(worker, num_tasks, self.size), self.results))
        errors = [_run_share(task, range(0, num_tasks, self.size))]
        return errors + [self.results.get() for _ in others]

    def dismiss(self):
        for inbox in self.inboxes:
            inbox.put(None)


def _work(inbox):
    set_up_numpy()
    while (job := inbox.get()) is not None:
        task, numbers, results = job
        results.put(_run_share(task, numbers))
        del job, task, results  # keep nothing alive while waiting


def _run_share(task, numbers):
    _thread.in_team = True
    try:
        for i in numbers:
            task(i)
    except BaseException as error:  # carried to the caller, who raises it
        return error
    finally:
        _thread.in_team = False
    return None


_team = None


def _get_team():
    global _team
    size = num_threads()
    if size > 1 and (_team is None or _team.size != size):
        _team = _Team(size)
    return _team if size > 1 else None


def _forget_team():
    global _team
    _team = None  # threads do not survive a fork; the child starts its own


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_team)
