"""Rig: the layer of a case, connected to blobs, filled and ready to run."""

import weakref
from contextlib import contextmanager

import numpy

from brew import backend
from brew.blob import Blob
from brew.layer import create_layer


class Rig:
    """The layer of a case, connected to blobs that are full of samples.

    Before each pass everything that the pass must write is filled with NaN, so
    that whatever it forgets to write, or adds to, is seen.

    Parameters
    ----------
    case : Case
        What to build.
    dtype : dtype, default float64
        The type of all blobs; float64 makes finite differences sharp.
    seed : int, default 0
        Seed of the layer's own random numbers; samples do not depend on it.
    in_place : bool, default False
        Make top 0 the same blob as bottom 0.
    param : LayerParameter, optional
        Stands in for the one of the case.
    """

    def __init__(self, case, dtype="float64", seed=0, in_place=False, param=None):
        self.case = case
        self.scratch_byte = None  # fills scratch memory before each pass, if set
        self.layer = make_layer(case, param or case.layer_param(), seed)
        self.bottom = [
            Blob(shape, dtype, f"in{i}") for i, shape in enumerate(case.bottoms)
        ]
        self.top = [Blob((), dtype, name) for name in self.layer.param.top]
        if in_place:
            self.top[0] = self.bottom[0]
        rng = numpy.random.default_rng(1)
        self._fill(self.bottom, case.samples, rng)
        with self._place():
            self.layer.connect(self.bottom, self.top)
        weakref.finalize(self, self.layer.close)
        self.filled = [blob.data.copy() for blob in self.layer.blobs]
        if case.params is not None:
            self._fill(self.layer.blobs, case.params, rng)
        if case.prepare is not None:
            case.prepare(self.layer)
        if case.is_random:
            self.rng = self.layer.rng  # made now, so that get_state can tell it

    @staticmethod
    def _fill(blobs, samples, rng):
        for i, blob in enumerate(blobs):
            sample = samples if callable(samples) else samples[i]
            shift = (i + 0.5) / len(blobs)
            blob.mutable_cpu_data()[...] = sample(blob.shape, rng, shift)

    @contextmanager
    def _place(self):
        if self.scratch_byte is not None:
            _fill_scratch(self.scratch_byte)
        with backend.host_pass() if self.layer.host_only else backend.device_pass():
            yield

    def reshape_bottoms(self, case):
        """Give the bottoms the shapes and samples of another case."""
        for blob, shape in zip(self.bottom, case.bottoms, strict=True):
            blob.reshape(shape)
        self._fill(self.bottom, case.samples, numpy.random.default_rng(1))

    def forward(self):
        """Run the layer as a net does, and return copies of the tops."""
        with self._place():
            self.layer.reshape(self.bottom, self.top)
        for blob in self.top if self.bottom else ():
            if not self._is_bottom(blob.mutable_cpu_data(), "data"):
                blob.mutable_cpu_data()[...] = numpy.nan
        with self._place():
            self.layer.forward(self.bottom, self.top)
        return [blob.mutable_cpu_data().copy() for blob in self.top]

    def _is_bottom(self, array, kind):
        """Tell whether an array is the memory of the data or diff of a bottom."""
        return any(
            numpy.shares_memory(array, getattr(blob, kind)) for blob in self.bottom
        )

    def shares_diff(self):
        """Tell whether a top and a bottom have their diff in common."""
        return any(self._is_bottom(blob.diff, "diff") for blob in self.top)

    def backward(self, wants_gradient=None, before=numpy.nan):
        """Set the top diffs, run backward, and return copies of the bottom diffs.

        Parameters
        ----------
        wants_gradient : list of bool, optional
            The propagate_down list; default: every bottom that can get a gradient.
        before : float, default NaN
            What the bottom diffs are filled with before.
        """
        if wants_gradient is None:
            wants_gradient = self.case.wants_gradient
        for blob in self.bottom:
            blob.mutable_cpu_diff()[...] = before
        self.set_top_diffs()
        with self._place():
            self.layer.backward(self.top, wants_gradient, self.bottom)
        return [blob.mutable_cpu_diff().copy() for blob in self.bottom]

    def set_top_diffs(self):
        """Fill the diffs of the tops with :meth:`top_diffs`."""
        for blob, diff in zip(self.top, self.top_diffs(), strict=True):
            blob.mutable_cpu_diff()[...] = diff

    def top_diffs(self):
        """Return what stands in the diffs of the tops, the same at each call.

        Random numbers, unless the case says otherwise, because a gradient of ones, or
        one equal to the output, hides bugs: a softmax answers ones with zero.
        """
        if self.case.top_diff is not None:
            return [numpy.full(blob.shape, self.case.top_diff) for blob in self.top]
        rng = numpy.random.default_rng(2)
        return [rng.normal(0.3, 1.0, blob.shape) for blob in self.top]

    def clear_param_diffs(self):
        """Set the diffs of the parameters to zero."""
        for blob in self.layer.blobs:
            blob.mutable_cpu_diff()[...] = 0

    def param_diffs(self):
        """Return copies of the diffs of the parameters."""
        return [blob.mutable_cpu_diff().copy() for blob in self.layer.blobs]

    def run(self):
        """Run forward, and backward from clear parameter diffs.

        Returns
        -------
        dict of str to list of array
            ``tops``, ``bottom diffs`` (None for bottoms that get no gradient) and
            ``param diffs``.
        """
        return {"tops": self.forward()} | self.run_backward()

    def run_backward(self):
        """Run backward from clear parameter diffs; the second half of :meth:`run`."""
        if not self.case.backward:
            return {}
        self.clear_param_diffs()
        wanted = zip(self.case.wants_gradient, self.backward(), strict=True)
        return {
            "bottom diffs": [diff if wants else None for wants, diff in wanted],
            "param diffs": self.param_diffs(),
        }


def make_layer(case, param, seed=0):
    """Return the layer of `case` for this LayerParameter, not yet connected."""
    if case.is_registered:
        return create_layer(param, seed)
    layer = case.layer(param)
    layer.seed = seed
    layer.param_str = param.python_param.param_str
    return layer


def _fill_scratch(byte):
    for buffer in backend._thread.scratch.values():
        buffer.view("uint8")[...] = byte
