"""Doctor: watches a solver and says what is wrong with its training."""

import math
from weakref import WeakKeyDictionary, ref

import numpy as np

from brew.diagnose.curves import is_stuck, judge_curves
from brew.diagnose.finding import Diagnosis, Finding
from brew.diagnose.nets import class_heads, judge_solver
from brew.diagnose.record import Record
from brew.diagnose.samples import (
    Weights,
    find_inputs,
    find_labels,
    find_units,
    judge_rate,
)
from brew.errors import SolverError
from brew.lr_policy import learning_rate
from brew.solver import Solver

CLOSELY, EVERY = 20, 10  # looks at the first iterations, then at every tenth

_doctors = WeakKeyDictionary()


def watch(solver):
    """Follow a solver from now on.

    Parameters
    ----------
    solver : Solver
        Trains as before, with the same bits; it takes a few percent longer at most.

    Returns
    -------
    Doctor
        Show it, or ask ``doctor.examine()``, whenever you like. The same one if the
        solver is watched already.
    """
    return Doctor.of(solver) or Doctor(solver)


class Doctor:
    """Watches one solver; see :func:`watch`.

    Attributes
    ----------
    record : Record
        Losses, test results and learning rates so far.
    """

    def __init__(self, solver):
        self._solver = ref(solver)  # it holds us by its callbacks
        _doctors[solver] = self
        net = solver.net
        self.record = Record(starts=solver.iter == 0)
        self.record.num_classes = {loss: K for _, loss, _, _, K in class_heads(net)}
        self._losses = _loss_blobs(net)
        self._inputs, self._units = find_inputs(net), find_units(net)
        self._labels = find_labels(net)
        self._weights = [
            Weights(blob)
            for blob, rate in zip(net.learnable_params, net.params_lr_mult, strict=True)
            if blob.ndim > 1 and rate
        ]
        self._first_bad = None
        self._num_batches = {}
        solver.add_callback(lambda: None, self._after_backward)
        if solver.test_nets:
            self._watch_tests(solver.test_nets[0])

    @staticmethod
    def of(solver):
        """Return the doctor who watches this solver, or None."""
        if not isinstance(solver, Solver):
            raise SolverError(
                "the doctor watches solvers, and examines solvers, nets and logs "
                f"(paths), not {solver!r}"
            )
        return _doctors.get(solver)

    def examine(self):
        """Return the Diagnosis of all that was seen so far."""
        self._note_failure()
        findings = judge_curves(self.record)
        patients = (*self._inputs, *self._labels, *self._units)
        seen = [finding for patient in patients for finding in patient.judge()]
        names = {finding.name for finding in [*findings, *seen]}
        if not (is_stuck(findings) or "dead ReLU" in names):
            seen = [f for f in seen if f.name != "unnormalised input"]  # it learns
        elif names & {"unnormalised input", "input is not finite"}:
            findings = [f for f in findings if f.name != "learning rate too high"]
        findings += [*seen, *judge_rate(self._weights, self.record), *self._origin()]
        setup = judge_solver(self._solver()) if self._solver() else []
        unique = {(f.name, f.layer): f for f in [*setup, *findings]}
        return Diagnosis(unique.values(), self.record.describe())

    def _after_backward(self):
        solver = self._solver()
        iteration = solver.iter
        if not self.record.losses:  # since a snapshot may have been restored
            self.record.starts = iteration == 0
        for name, blob in self._losses.items():
            self._add_loss(name, float(blob.cpu_data().sum()))
        if iteration % EVERY and iteration >= CLOSELY:
            return
        rate, _ = learning_rate(solver.param, iteration, solver.current_step)
        self.record.rates.append((iteration, rate))
        for patient in (*self._inputs, *self._labels, *self._units):
            patient.look()
        for weights in self._weights:
            weights.look(iteration)

    def _add_loss(self, name, value):
        solver = self._solver()
        self.record.losses.setdefault(name, []).append((solver.iter, value))
        if not math.isfinite(value) and self._first_bad is None:
            self._first_bad = _first_not_finite(solver.net)
            for inputs in self._inputs:  # the next batch may be a good one
                inputs.look()

    def _note_failure(self):
        """Take down a loss that ended the training before we were called."""
        if self._solver() is None or self._first_bad is not None:
            return
        for name, blob in self._losses.items():
            value = float(blob.cpu_data().sum())
            if not math.isfinite(value):
                self._add_loss(name, value)

    def _watch_tests(self, net):
        blobs, last = _loss_blobs(net), len(net.layers) - 1

        def note(i):
            if i != last or self._solver() is None:
                return
            for name, blob in blobs.items():
                self._add_test(name, float(blob.cpu_data().sum()))

        net.after_forward(note)

    def _add_test(self, name, value):
        """Keep the mean over the batches of one test."""
        pairs, iteration = self.record.tests.setdefault(name, []), self._solver().iter
        if not pairs or pairs[-1][0] != iteration:
            self._num_batches[name] = 0
            pairs.append((iteration, 0.0))
        self._num_batches[name] += 1
        mean = pairs[-1][1]
        pairs[-1] = iteration, mean + (value - mean) / self._num_batches[name]

    def _origin(self):
        if self._first_bad is None:
            return []
        blob, layer = self._first_bad
        return [
            Finding(
                "first nan",
                f"blob {blob!r} was the lowest in the net with values that are not "
                "finite",
                "everything above it follows from this; look at this layer first",
                layer,
            )
        ]

    def __repr__(self):
        return repr(self.examine())

    def _repr_html_(self):
        return self.examine()._repr_html_()


def _loss_blobs(net):
    """Return the tops that have a loss weight, by name."""
    return {
        blob.name: blob
        for layer, tops in zip(net.layers, net._tops, strict=True)
        for blob, weight in zip(tops, layer.loss_weights, strict=True)
        if weight
    }


def _first_not_finite(net):
    for layer, tops in zip(net.layers, net._tops, strict=True):
        for blob in tops:
            if not np.isfinite(blob.cpu_data()).all():
                return blob.name, layer.name
    return None
