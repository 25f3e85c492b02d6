"""Blob: an N-dimensional array with its gradient, the unit that Caffe computes with."""

import operator
from math import prod

import numpy

from brew.errors import LayerError
from brew.proto.binary import array_to_blobproto, blobproto_to_arrays
from brew.synced_mem import UNINITIALIZED, SharedArray

MAX_AXES = 32
MAX_COUNT = 2**31 - 1


class Blob:
    """Values (``data``) and their gradient (``diff``), of one shape.

    Memory is allocated at first use, starts as zeros, and is kept when the blob
    shrinks. ``data`` and ``diff`` are NumPy arrays, inside a GPU pass CuPy
    arrays; they are written into (``blob.data[...] = x``), never replaced.

    Parameters
    ----------
    shape : tuple of int, default ()
        At most 32 axes; sizes >= 0. ``()`` is a scalar.
    dtype : dtype, default float32
        Element type; Caffe's files hold float32.
    name : str, default ""
        For messages.

    Raises
    ------
    LayerError
        If the shape or the dtype is impossible.

    Examples
    --------
    >>> blob = Blob((2, 3), name="ip1")
    >>> blob.data[...] = 1
    >>> blob
    Blob 'ip1' (2, 3) float32
    """

    def __init__(self, shape=(), dtype="float32", name=""):
        self.name = name
        shape, dtype = self._checked(shape), self._checked_dtype(dtype)
        self._data = SharedArray(shape, dtype)
        self._diff = SharedArray(shape, dtype)

    @property
    def data(self):
        """The values, for reading and writing, where the work is."""
        return self._data.array()

    @data.setter
    def data(self, values):
        """Let ``blob.data *= 2`` pass; refuse ``blob.data = values``."""
        self._check_in_place(values, self._data, "data")

    @property
    def diff(self):
        """The gradient of the loss with respect to ``data``."""
        return self._diff.array()

    @diff.setter
    def diff(self, values):
        """Let ``blob.diff *= 2`` pass; refuse ``blob.diff = values``."""
        self._check_in_place(values, self._diff, "diff")

    @property
    def shape(self):
        """The sizes of all axes, a tuple."""
        return self._data.shape

    @property
    def ndim(self):
        """The number of axes."""
        return len(self._data.shape)

    @property
    def count(self):
        """The number of elements."""
        return prod(self._data.shape)

    @property
    def dtype(self):
        """The element type."""
        return self._data.mem.dtype

    @property
    def data_mem(self):
        """The SyncedMem of ``data``; other blobs may share it."""
        return self._data.mem

    @property
    def diff_mem(self):
        """The SyncedMem of ``diff``."""
        return self._diff.mem

    def reshape(self, *dims):
        """Change the shape; no arguments make a scalar.

        Old memory is kept unless more is needed, and then the new is zero.

        Parameters
        ----------
        *dims : int
            The new sizes, or one sequence of them.
        """
        if len(dims) == 1 and hasattr(dims[0], "__iter__"):
            dims = dims[0]
        shape = self._checked(dims)
        self._data.reshape(shape)
        self._diff.reshape(shape)

    def share_data(self, other):
        """Use the memory of `other`'s data; counts must agree."""
        self._check_count(other)
        self._data.share(other._data)

    def share_diff(self, other):
        """Use the memory of `other`'s diff; counts must agree."""
        self._check_count(other)
        self._diff.share(other._diff)

    @property
    def has_diff(self):
        """Whether there is a gradient: False where it is zero, new or cleared."""
        return self._diff.mem.state != UNINITIALIZED

    def clear_diff(self):
        """Make the gradient zero, when it is next asked for."""
        self._diff.mem.clear()

    def overwrite_diff(self):
        """Return ``diff`` with garbage in it where it would be zero."""
        self._diff.mem.skip_zeros()
        return self.diff

    def cpu_data(self):
        """Return the values on the CPU, read-only."""
        return self._data.cpu()

    def mutable_cpu_data(self):
        """Return the values on the CPU, for writing."""
        return self._data.mutable_cpu()

    def gpu_data(self):
        """Return the values on the GPU, for reading."""
        return self._data.gpu()

    def mutable_gpu_data(self):
        """Return the values on the GPU, for writing."""
        return self._data.mutable_gpu()

    def cpu_diff(self):
        """Return the gradient on the CPU, read-only."""
        return self._diff.cpu()

    def mutable_cpu_diff(self):
        """Return the gradient on the CPU, for writing."""
        return self._diff.mutable_cpu()

    def gpu_diff(self):
        """Return the gradient on the GPU, for reading."""
        return self._diff.gpu()

    def mutable_gpu_diff(self):
        """Return the gradient on the GPU, for writing."""
        return self._diff.mutable_gpu()

    @property
    def num(self):
        """The first of four axes, in old Caffe's words."""
        return self._legacy_size(0)

    @property
    def channels(self):
        """The second of four axes, in old Caffe's words."""
        return self._legacy_size(1)

    @property
    def height(self):
        """The third of four axes, in old Caffe's words."""
        return self._legacy_size(2)

    @property
    def width(self):
        """The fourth of four axes, in old Caffe's words."""
        return self._legacy_size(3)

    def to_proto(self, write_diff=False):
        """Return a BlobProto with the shape, the data and, on wish, the diff."""
        diff = self.cpu_diff() if write_diff else None
        return array_to_blobproto(self.cpu_data(), diff)

    def from_proto(self, proto):
        """Take shape, data and diff (if there is one) from a BlobProto."""
        data, diff = blobproto_to_arrays(proto)
        self.reshape(data.shape)
        self.mutable_cpu_data()[...] = data
        if diff is not None:
            self.mutable_cpu_diff()[...] = diff

    def _legacy_size(self, axis):
        if self.ndim > 4:
            raise LayerError(
                f"blob {self.name!r} has shape {self.shape}; num, channels, height "
                "and width exist for at most 4 axes: use shape"
            )
        return self.shape[axis] if axis < self.ndim else 1

    def _check_in_place(self, values, array, kind):
        if values is not array.array():
            raise LayerError(
                f"blob {self.name!r}: its arrays are written into, not replaced; write "
                f"blob.{kind}[...] = values"
            )

    def _check_count(self, other):
        if not isinstance(other, Blob) or self.dtype != other.dtype:
            raise LayerError(
                f"blob {self.name!r} can share memory only with another blob of "
                f"{self.dtype}, not with {other!r}"
            )
        if self.count != other.count:
            raise LayerError(
                f"blob {self.name!r} of shape {self.shape} cannot share the memory of "
                f"{other.name!r} of shape {other.shape}: the counts differ"
            )

    def _checked_dtype(self, dtype):
        try:
            if numpy.dtype(dtype).kind in "fi":
                return dtype
        except TypeError:
            pass
        raise LayerError(
            f"blob {self.name!r}: its dtype cannot be {dtype!r}; give float32, or "
            "float64"
        )

    def _checked(self, dims):
        try:
            shape = tuple(operator.index(size) for size in dims)
        except TypeError:
            raise LayerError(
                f"blob {self.name!r}: a shape is made of whole numbers, not {dims!r}"
            ) from None
        problem = _problem_with(shape)
        if problem:
            raise LayerError(f"blob {self.name!r} cannot have shape {shape}: {problem}")
        return shape

    def __repr__(self):
        name = f" {self.name!r}" if self.name else ""
        return f"Blob{name} {self.shape} {numpy.dtype(self.dtype).name}"


class BlobVec(list):
    """A list of blobs that can append a new one, as pycaffe's ``layer.blobs``."""

    def add_blob(self, *dims):
        """Append a blob of zeros with the given sizes."""
        self.append(Blob(dims))


def _problem_with(shape):
    if len(shape) > MAX_AXES:
        return f"{len(shape)} axes are more than {MAX_AXES}"
    if any(size < 0 for size in shape):
        return "a size is negative"
    if prod(shape) > MAX_COUNT:
        return f"{prod(shape)} elements are more than Caffe's files and layers can hold"
    return None
