"""check_solver finds wrong solvers, and explains the mistakes that are common."""

import pytest

from brew.errors import CheckError, SolverError
from brew.solver import Solver
from brew.solvers import AdamSolver, AdamWSolver, SGDSolver
from brew.testing import check_solver
from brew.testing.solver_path import TRIALS
from brew.testing.solver_step import MISTAKES
from brew.testing.updates import sgd


class Momentum(Solver):
    """A student's SGD, which is right."""

    type = "SGD"

    def compute_update(self, g, rate, h):
        h[...] = self.param.momentum * h + rate * g
        g[...] = h


class LosesTheUpdate(Momentum):
    def compute_update(self, g, rate, h):
        g = rate * g


class SubtractsNothing(Momentum):
    def compute_update(self, g, rate, h):
        g *= 0


class GoesUphill(Momentum):
    def compute_update(self, g, rate, h):
        super().compute_update(g, rate, h)
        g *= -1


class Forgets(Momentum):
    def compute_update(self, g, rate, h):
        h = self.param.momentum * h + rate * g
        g[...] = h


class TakesOneRateForAll(Momentum):
    def compute_update(self, g, rate, h):
        super().compute_update(g, self.lr, h)


class TakesNoRate(Momentum):
    def compute_update(self, g, rate, h):
        super().compute_update(g, 1.0, h)


class TakesTheRateTwice(Momentum):
    def compute_update(self, g, rate, h):
        super().compute_update(g, rate * rate, h)


class TakesTheFirstRate(Momentum):
    def compute_update(self, g, rate, h):
        super().compute_update(g, rate * self.param.base_lr / self.lr, h)


class IgnoresMomentum(Momentum):
    def compute_update(self, g, rate, h):
        g *= rate


class DoublesTheStep(Momentum):
    def compute_update(self, g, rate, h):
        super().compute_update(g, rate, h)
        g *= 2


class DecaysNot(Momentum):
    def _update_block(self, rate, decay, *arrays):
        super()._update_block(rate, 0, *arrays)


class DecaysTwice(Momentum):
    def _update_block(self, rate, decay, *arrays):
        super()._update_block(rate, 2 * decay, *arrays)


class DecaysAllAlike(Momentum):
    def _update_block(self, rate, decay, *arrays):
        decay = self.param.weight_decay if decay else 0
        super()._update_block(rate, decay, *arrays)


class DecaysBeside(Momentum):
    decoupled_decay = True


class DecaysOneWay(Momentum):
    def _pull(self, w):
        return w


class AveragesDecayToo(Momentum):
    def _update_block(self, rate, decay, *arrays):
        super()._update_block(rate, decay / self.param.iter_size, *arrays)


class ClipsNot(Momentum):
    def _clip_gradients(self):
        pass


class ClipsEachAlone(Momentum):
    def _clip_gradients(self):
        limit = self.param.clip_gradients
        for blob in self.net.learnable_params:
            norm = (blob.diff**2).sum() ** 0.5
            blob.diff[...] *= 1 if limit < 0 else min(1, limit / norm)


class CountsNot(Momentum):
    def apply_update(self, is_displayed=False):
        super().apply_update(is_displayed)
        self.iter = 0


class CountsFromTwo(AdamSolver):
    def apply_update(self, is_displayed=False):
        self.iter += 1
        super().apply_update(is_displayed)
        self.iter -= 1


class LeavesDeltaOut(AdamSolver):
    def _update_block(self, *args):
        delta, self.param.delta = self.param.delta, 0
        super()._update_block(*args)
        self.param.delta = delta


class AveragesNothing(Momentum):
    def _update_block(self, rate, decay, w, g, *history):
        super()._update_block(rate, decay, w, g * self.param.iter_size, *history)


class CouplesDecay(AdamWSolver):
    decoupled_decay = False


class Normalizes(Momentum):
    """Needs the whole gradient at once, but is given pieces."""

    def compute_update(self, g, rate, h):
        g *= rate / (g**2).sum() ** 0.5


def normalized(g, a, h, p, t):
    return a * g / (g**2).sum() ** 0.5


class KeepsStateElsewhere(Momentum):
    def __init__(self, param):
        super().__init__(param)
        self.last = {}

    def compute_update(self, g, rate, h):
        last = self.last.get(g.size, 0.0)
        g[...] = self.last[g.size] = self.param.momentum * last + rate * g


MOMENTUM = {"momentum": 0.9}
SMALL_DELTA = {"momentum": 0.9, "delta": 0.1}
# The solver, its fields, and what must be found.
WRONG = [
    (LosesTheUpdate, MOMENTUM, "as given: .* iteration 0: .*gradient itself was sub"),
    (SubtractsNothing, MOMENTUM, "as given: .* iteration 0: .*nothing was subtracted"),
    (GoesUphill, MOMENTUM, "as given: .* iteration 0: .*uphill"),
    (Forgets, MOMENTUM, "as given: .* iteration 1: .*history is forgotten"),
    (TakesOneRateForAll, MOMENTUM, r"as given: .*line\[1\] at .*lr_mult is ignored"),
    (TakesNoRate, MOMENTUM, "as given: .*learning rate is left out"),
    (TakesTheRateTwice, MOMENTUM, "as given: .*rate is multiplied in twice"),
    (TakesTheFirstRate, MOMENTUM, "falling rate: .* 1: .*lr_policy is ignored"),
    (IgnoresMomentum, MOMENTUM, "as given: .* iteration 1: .*momentum is left out"),
    (DoublesTheStep, MOMENTUM, "as given: .*All of the step is 2 times"),
    (DecaysNot, MOMENTUM, "with weight decay: .*decay is left out"),
    (DecaysTwice, MOMENTUM, "with weight decay: .*added twice"),
    (DecaysAllAlike, MOMENTUM, r"weight decay: .*line\[1\].*decay_mult is ignored"),
    (DecaysOneWay, MOMENTUM, "with L1 decay: .*regularization_type is ignored"),
    (DecaysBeside, MOMENTUM, "with weight decay: .* 1: .*see decoupled_decay"),
    (CouplesDecay, MOMENTUM, "with weight decay: .* 0: .*see decoupled_decay"),
    (AveragesNothing, MOMENTUM, "with three passes .*summed up, not averaged"),
    (AveragesDecayToo, MOMENTUM, "with all of that: .*only the gradient should be"),
    (ClipsNot, MOMENTUM, "with clipped gradients: .*are not clipped"),
    (ClipsEachAlone, MOMENTUM, "with clipped gradients: .*clipped for itself"),
    (CountsNot, MOMENTUM, "iter is 0 after update 1; every update adds 1"),
    (CountsFromTwo, MOMENTUM, "as given: .* iteration 0: .*one too high"),
    (LeavesDeltaOut, SMALL_DELTA, "as given: .* iteration 0: .*delta is left out"),
    (KeepsStateElsewhere, MOMENTUM, "with large parameters|must be in `history`"),
]


@pytest.mark.parametrize("solver", [Momentum, SGDSolver, "SGD"])
def test_right_solver_passes_all_trials(solver):
    report = check_solver(solver, **MOMENTUM)
    assert report.trials == list(TRIALS)
    assert len(report.rows) == 8
    assert "with clipped gradients" in repr(report)


@pytest.mark.parametrize(
    ("solver", "fields", "message"), WRONG, ids=[row[0].__name__ for row in WRONG]
)
def test_mistake_is_found_and_explained(solver, fields, message):
    with pytest.raises(CheckError, match=message):
        check_solver(solver, **fields)


def test_every_mistake_is_made_by_one_of_these_solvers():
    told = [text for _, _, message in WRONG for text in [message.rpartition(".*")[2]]]
    assert [m for m in MISTAKES if not any(text in m for text in told)] == []


def test_solver_that_needs_whole_parameters_is_found():
    with pytest.raises(CheckError, match="with large parameters: "):
        check_solver(Normalizes, normalized)


def test_state_outside_the_history_is_found():
    with pytest.raises(CheckError, match="after resuming at .* must be in `history`"):
        check_solver(KeepsStateElsewhere, num_output=3, **MOMENTUM)


def test_trial_whose_fields_the_caller_sets_is_left_out():
    report = check_solver("SGD", weight_decay=0.1, lr_policy="poly", power=2.0)
    left_out = set(TRIALS) - set(report.trials)
    assert left_out == {
        "with weight decay",
        "with L1 decay",
        "with all of that",
        "with a falling rate",
    }


def test_type_without_a_formula_is_told():
    class Unheard(Momentum):
        type = "Unheard"

    with pytest.raises(SolverError, match="type 'Unheard', .*hand over yours"):
        check_solver(Unheard)
    with pytest.raises(SolverError, match="Did you mean 'Adam'"):
        check_solver("Adan")


def test_decoupled_decay_of_ones_own_can_be_checked():
    class Beside(Momentum):
        type, decoupled_decay = "Beside", True

    assert check_solver(Beside, sgd, decoupled_decay=True, **MOMENTUM)
    with pytest.raises(CheckError, match="with weight decay: "):
        check_solver(Beside, sgd, **MOMENTUM)
