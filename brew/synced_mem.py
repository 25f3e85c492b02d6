"""SyncedMem: memory that exists on the CPU, on the GPU, or on both in step."""

from math import prod

import numpy

from brew import backend

UNINITIALIZED = "UNINITIALIZED"
HEAD_AT_CPU = "HEAD_AT_CPU"
HEAD_AT_GPU = "HEAD_AT_GPU"
SYNCED = "SYNCED"


class SyncedMem:
    """A flat piece of memory that is allocated and copied only when it is needed.

    ``state`` says where the newest values are::

        UNINITIALIZED ─ first use ─► HEAD_AT_CPU ─ gpu_data() ─► SYNCED
                                     HEAD_AT_GPU ─ cpu_data() ─► SYNCED
        SYNCED ─ mutable_cpu_data() ─► HEAD_AT_CPU
        SYNCED ─ mutable_gpu_data() ─► HEAD_AT_GPU
        any state ─ clear() ─► UNINITIALIZED

    Parameters
    ----------
    size : int
        Number of elements. Uninitialized memory is filled with zeros at first use.
    dtype : dtype, default float32
        Element type.
    """

    def __init__(self, size, dtype="float32"):
        self.size = size
        self.dtype = numpy.dtype(dtype)
        self.state = UNINITIALIZED
        self._cpu = None
        self._gpu = None

    @property
    def num_bytes(self):
        """Its size, in bytes: what it takes once it is used."""
        return self.size * self.dtype.itemsize

    def cpu_data(self):
        """Return the values as a read-only NumPy array; the GPU copy stays valid."""
        self._to_cpu()
        view = self._cpu.view()
        view.flags.writeable = False
        return view

    def mutable_cpu_data(self):
        """Return the NumPy array for writing; the GPU copy is then out of date."""
        self._to_cpu()
        self.state = HEAD_AT_CPU
        return self._cpu

    def gpu_data(self):
        """Return the CuPy array for reading; the CPU copy stays valid.

        CuPy has no read-only arrays: not to write into it is up to you.
        """
        self._to_gpu()
        return self._gpu

    def mutable_gpu_data(self):
        """Return the CuPy array for writing; the CPU copy is then out of date."""
        self._to_gpu()
        self.state = HEAD_AT_GPU
        return self._gpu

    def clear(self):
        """Make all values zero, when they are next asked for."""
        self.state = UNINITIALIZED

    def skip_zeros(self):
        """Leave garbage in cleared memory, of which every number will be written."""
        on_device = backend.on_device()
        if self.state == UNINITIALIZED and on_device and self._gpu is not None:
            self.state = HEAD_AT_GPU
        elif self.state == UNINITIALIZED and not on_device and self._cpu is not None:
            self.state = HEAD_AT_CPU

    def _to_cpu(self):
        is_new = self._cpu is None
        if is_new:
            self._cpu = numpy.zeros(self.size, self.dtype)
        if self.state == UNINITIALIZED:
            if not is_new:
                self._cpu.fill(0)
            self.state = HEAD_AT_CPU
        elif self.state == HEAD_AT_GPU:
            self._gpu.get(out=self._cpu)
            self.state = SYNCED

    def _to_gpu(self):
        if self.state == UNINITIALIZED:
            if self._gpu is None:
                self._gpu = backend.gpu_zeros(self.size, self.dtype)
            else:
                self._gpu.fill(0)
            self.state = HEAD_AT_GPU
        elif self.state == HEAD_AT_CPU:
            if self._gpu is None:
                self._gpu = backend.gpu_zeros(self.size, self.dtype)
            self._gpu.set(self._cpu)
            self.state = SYNCED


class SharedArray:
    """A shaped window on a SyncedMem: what a Blob holds twice, as data and diff.

    Parameters
    ----------
    shape : tuple of int
        The shape of the window.
    dtype : dtype
        Element type.
    """

    def __init__(self, shape, dtype):
        self.mem = SyncedMem(prod(shape), dtype)
        self.shape = shape
        self._cpu_view = None
        self._gpu_view = None

    def reshape(self, shape):
        """Change the shape; memory is kept unless more is needed."""
        if shape == self.shape:
            return
        if prod(shape) > self.mem.size:
            self.mem = SyncedMem(prod(shape), self.mem.dtype)
        self.shape = shape
        self._cpu_view = self._gpu_view = None

    def share(self, other):
        """Look at the memory of `other`; the shape stays."""
        if self.mem is not other.mem:
            self.mem = other.mem
            self._cpu_view = self._gpu_view = None

    def array(self):
        """Return the array where the work is: NumPy, or CuPy inside a GPU pass."""
        if backend.on_device():
            return self.mutable_gpu()
        return self.mutable_cpu()

    def mutable_cpu(self):
        """Return the NumPy window, for reading and writing."""
        if self._cpu_view is None or self.mem.state != HEAD_AT_CPU:
            flat = self.mem.mutable_cpu_data()
            if self._cpu_view is None:
                self._cpu_view = flat[: prod(self.shape)].reshape(self.shape)
        return self._cpu_view

    def mutable_gpu(self):
        """Return the CuPy window, for reading and writing."""
        if self._gpu_view is None or self.mem.state != HEAD_AT_GPU:
            flat = self.mem.mutable_gpu_data()
            if self._gpu_view is None:
                self._gpu_view = flat[: prod(self.shape)].reshape(self.shape)
        return self._gpu_view

    def cpu(self):
        """Return the NumPy window, read-only."""
        return self.mem.cpu_data()[: prod(self.shape)].reshape(self.shape)

    def gpu(self):
        """Return the CuPy window, for reading only."""
        return self.mem.gpu_data()[: prod(self.shape)].reshape(self.shape)
