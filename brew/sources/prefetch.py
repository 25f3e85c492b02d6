"""Read batches ahead in a background thread, so that the net need not wait."""

import os
import queue
import threading
import weakref


class Prefetcher:
    """Give the batches of a source in order, some of them read in advance.

    The thread starts with the first batch and ends with :meth:`close`, or when
    this object is garbage, or with Python. It does not survive a fork: the child
    starts its own, at the same place.

    Parameters
    ----------
    batches : object
        Has ``read()``, ``get_state()``, ``set_state(state)`` and ``close()``, as
        :class:`brew.sources.batches.DatumBatches`.
    depth : int
        How many batches may wait, at least 1.

    Examples
    --------
    >>> with Prefetcher(batches, depth=4) as prefetcher:  # doctest: +SKIP
    ...     data, label = prefetcher.next()
    """

    def __init__(self, batches, depth):
        self._batches = batches
        self._depth = depth
        self._state = batches.get_state()
        self._reader = None
        self._stop = lambda: None

    def next(self):
        """Return the next batch, what ``read()`` returned.

        Raises
        ------
        SourceError
            If the batch cannot be read. The place stays: the next call tries again.
        """
        if self._reader is None or self._reader.process != os.getpid():
            self._start()
        batch, state, error = self._reader.next()
        if error is not None:
            self.stop()
            raise error
        self._state = state
        return batch

    def get_state(self):
        """Return the place after the batch that :meth:`next` returned last."""
        return self._state

    def set_state(self, state):
        """Forget what was read ahead and go on from `state`."""
        self.stop()
        self._state = state

    def stop(self):
        """End the thread; the next :meth:`next` starts it again at the same place."""
        self._stop()
        self._reader = None

    def close(self):
        """End the thread and close the source; again does no harm."""
        self.stop()
        self._batches.close()

    def _start(self):
        self.stop()
        self._batches.set_state(self._state)
        self._reader = _Reader(self._batches, self._depth)
        # also runs when this object is garbage, and when Python exits
        self._stop = weakref.finalize(self, self._reader.stop)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


class _Reader:
    """A thread that fills a queue; it knows nothing of the Prefetcher."""

    def __init__(self, batches, depth):
        self.process = os.getpid()
        self._batches = batches
        self._places = threading.Semaphore(depth)
        self._queue = queue.SimpleQueue()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="prefetch", daemon=True)
        self._thread.start()

    def next(self):
        item = self._queue.get()
        self._places.release()
        return item

    def stop(self):
        if self.process != os.getpid():
            return  # a fork copies no threads
        self._stopping = True
        self._places.release()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=5)

    def _run(self):
        while True:
            self._places.acquire()
            if self._stopping:
                return
            try:
                item: tuple = self._batches.read(), self._batches.get_state(), None
            except BaseException as error:  # carried to the caller, who raises it
                item = None, None, error
            self._queue.put(item)
            if item[2] is not None:
                return
