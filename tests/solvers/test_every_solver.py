"""Every solver takes the steps of its formula, with all that surrounds it."""

import pytest

from brew.errors import CheckError
from brew.solver import Solver
from brew.solvers import SOLVERS
from brew.testing import check_solver

# What each type needs to make steps of a size that can be compared.
SETTINGS = {
    "SGD": [{}, {"momentum": 0.9}],
    "Nesterov": [{}, {"momentum": 0.9}],
    "AdaGrad": [{}, {"delta": 0.1}],
    "RMSProp": [{"rms_decay": 0.9}, {"rms_decay": 0.5, "delta": 0.1}],
    "AdaDelta": [
        {"momentum": 0.9, "base_lr": 1.0, "delta": 1e-3},
        {"momentum": 0.5, "base_lr": 1.0, "delta": 0.1},
    ],
    "Adam": [{"momentum": 0.9}, {"momentum": 0.5, "momentum2": 0.9, "delta": 0.1}],
    "AdamW": [{"momentum": 0.9}, {"momentum": 0.5, "momentum2": 0.9, "delta": 0.1}],
}
SURROUNDINGS = {
    "bare": {},
    "L2": {"weight_decay": 0.2},
    "L1": {"weight_decay": 0.2, "regularization_type": "L1"},
    "clipped": {"clip_gradients": 0.5},
    "clipped L2": {"clip_gradients": 0.5, "weight_decay": 0.2},
    "three passes": {"iter_size": 3},
    "clipped three passes L1": {
        "iter_size": 3,
        "clip_gradients": 0.5,
        "weight_decay": 0.2,
        "regularization_type": "L1",
    },
}
POLICIES = {
    "step": {"gamma": 0.5, "stepsize": 3},
    "exp": {"gamma": 0.9},
    "inv": {"gamma": 0.2, "power": 0.75},
    "multistep": {"gamma": 0.5, "stepvalue": [2, 5]},
    "poly": {"power": 2.0},
    "sigmoid": {"gamma": 0.5, "stepsize": 4},
}


def test_every_solver_has_settings():
    assert set(SETTINGS) == set(SOLVERS)


@pytest.mark.parametrize("fields", SURROUNDINGS.values(), ids=SURROUNDINGS)
@pytest.mark.parametrize(
    ("solver", "settings"),
    [(name, settings) for name, both in SETTINGS.items() for settings in both],
)
def test_solver_takes_the_steps_of_its_formula(solver, settings, fields):
    check_solver(solver, **settings, **fields)


@pytest.mark.parametrize("policy", POLICIES)
def test_learning_rate_follows_its_policy(policy):
    fields = {"lr_policy": policy, **POLICIES[policy]}
    check_solver("SGD", momentum=0.9, num_iters=10, **fields)


@pytest.mark.parametrize("solver", SOLVERS)
def test_solver_resumes_from_an_hdf5_snapshot(solver):
    check_solver(solver, snapshot_format=0, **SETTINGS[solver][0])


class Hasty(Solver):
    """A student's solver: the sign of the gradient, whatever its size."""

    type = "Hasty"

    def compute_update(self, g, rate, h):
        g[...] = rate * ((g > 0) * 1.0 - (g < 0))


def hasty(g, a, h, p, t):
    return a * ((g > 0) * 1.0 - (g < 0))


def twice_as_hasty(g, a, h, p, t):
    return 2 * hasty(g, a, h, p, t)


def test_solver_of_a_student_is_checked_against_the_students_formula():
    report = check_solver(Hasty, hasty)
    assert len(report.rows) == 8


def test_wrong_step_is_named():
    with pytest.raises(CheckError, match=r"step of line\[0\] at iteration 0: element"):
        check_solver(Hasty, twice_as_hasty)


def test_state_that_is_not_in_the_snapshot_is_found():
    class Forgetful(Solver):
        type = "Forgetful"
        num_histories = 0

        def __init__(self, param):
            super().__init__(param)
            self.last = {}

        def compute_update(self, g, rate):
            self.last[g.size] = 0.5 * self.last.get(g.size, 0.0) + rate * g
            g[...] = self.last[g.size]

    def momentum(g, a, h, p, t):
        h["v"] = 0.5 * h.get("v", 0.0) + a * g
        return h["v"]

    with pytest.raises(CheckError, match="after resuming at iteration 4"):
        check_solver(Forgetful, momentum)
