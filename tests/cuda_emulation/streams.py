"""Streams, events and copies; a copy is put off as long as CUDA may put it off.

A copy between pinned memory and the device returns at once on a GPU, and its work
is done at some moment before the next synchronisation of its stream. Here it is
done at the last such moment, so that a program that forgot to wait always fails.
"""

from collections import Counter, defaultdict
from itertools import count

from . import memory

DEFAULT_STREAM = 0
NON_BLOCKING = 1  # a stream flag: no waiting for the default stream
TO_DEVICE, TO_HOST = 1, 2  # cudaMemcpyKind; CuPy gives others within the device only
_NAMES = {TO_DEVICE: "to_device", TO_HOST: "to_host"}

copies = Counter()  # how many copies went "to_device", "to_host", "on_device"
copied_bytes = Counter()  # and how much they carried
new_handle = count(1000).__next__

_waiting = defaultdict(list)  # stream → copies that were asked for and not yet done
_non_blocking = set()
_stream_of_event = {}


def create_stream(flags=0, *_):
    """Return a new stream's handle."""
    stream = new_handle()
    if flags & NON_BLOCKING:
        _non_blocking.add(stream)
    return stream


def synchronize(stream=None, *_):
    """Do the copies that `stream` (None: any stream) still owes."""
    if stream is None:
        owing = list(_waiting)
    elif stream in _non_blocking:
        owing = [stream]
    elif stream == DEFAULT_STREAM:  # it waits for all streams that block
        owing = [s for s in _waiting if s not in _non_blocking]
    else:
        owing = [DEFAULT_STREAM, stream]
    for each in owing:
        for to, source, size in _waiting.pop(each, []):
            memory.libc.memmove(to, source, size)


def record_event(event, stream, *_):
    """Remember which stream `event` was recorded in."""
    _stream_of_event[event] = stream


def synchronize_event(event, *_):
    """Wait for the stream in which `event` was recorded."""
    if event in _stream_of_event:
        synchronize(_stream_of_event[event])


def wait_event(_stream, event, *_):
    """Make a stream wait for `event`: here, have its work done at once."""
    synchronize_event(event)


def copy(to, source, size, kind, *_):
    """Copy now, as cudaMemcpy does."""
    _count(size, kind)
    synchronize(DEFAULT_STREAM)
    memory.libc.memmove(to, source, size)


def copy_async(to, source, size, kind, stream, *_):
    """Copy in the order of `stream`; later, if the host's memory is pinned."""
    _count(size, kind)
    host = to if kind == TO_HOST else source
    if kind in (TO_DEVICE, TO_HOST) and memory.pinned.holds(host):
        if kind == TO_HOST:
            memory.fill_with_garbage(to, size)
        _waiting[stream].append((to, source, size))
    else:
        synchronize(stream)
        memory.libc.memmove(to, source, size)


def _count(size, kind):
    name = _NAMES.get(kind, "on_device")
    copies[name] += 1
    copied_bytes[name] += size


def fill(address, value, size, *_):
    """Set bytes now, as cudaMemset does."""
    fill_async(address, value, size, DEFAULT_STREAM)


def fill_async(address, value, size, stream, *_):
    """Set bytes in the order of `stream`."""
    synchronize(stream)
    memory.libc.memset(address, value, size)
