"""Every solver takes the steps of its formula, with all that surrounds it."""

import math

import pytest

from brew.errors import SolverError
from brew.lr_policy import learning_rate
from brew.proto import caffe_pb2
from brew.solver import Solver
from brew.solvers import SOLVERS
from brew.testing import check_solver
from brew.testing.solver_path import TRIALS

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
POLICIES = {
    "step": {"gamma": 0.5, "stepsize": 3},
    "exp": {"gamma": 0.9},
    "inv": {"gamma": 0.2, "power": 0.75},
    "multistep": {"gamma": 0.5, "stepvalue": [2, 5]},
    "poly": {"power": 2.0},
    "sigmoid": {"gamma": 0.5, "stepsize": 4},
    "cosine": {"min_lr": 0.01},
}


def test_every_solver_has_settings():
    assert set(SETTINGS) == set(SOLVERS)


@pytest.mark.parametrize(
    ("solver", "settings"),
    [(name, settings) for name, both in SETTINGS.items() for settings in both],
)
def test_solver_takes_the_steps_of_its_formula(solver, settings):
    assert check_solver(solver, **settings).trials == list(TRIALS)


@pytest.mark.parametrize("solver", SOLVERS)
def test_all_surroundings_together_leave_the_formula_right(solver):
    everything = {
        "iter_size": 3,
        "clip_gradients": 0.5,
        "weight_decay": 0.2,
        "regularization_type": "L1",
        "lr_policy": "cosine",
        "warmup_iter": 3,
    }
    check_solver(solver, **SETTINGS[solver][0], **everything)


@pytest.mark.parametrize("policy", POLICIES)
def test_learning_rate_follows_its_policy(policy):
    fields = {"lr_policy": policy, **POLICIES[policy]}
    check_solver("SGD", momentum=0.9, num_iters=10, **fields)


@pytest.mark.parametrize("policy", ["fixed", *POLICIES])
def test_every_policy_can_warm_up(policy):
    fields = {"lr_policy": policy, "warmup_iter": 4, **POLICIES.get(policy, {})}
    check_solver("SGD", momentum=0.9, num_iters=10, **fields)


@pytest.mark.parametrize("solver", SOLVERS)
def test_solver_resumes_from_an_hdf5_snapshot(solver):
    check_solver(solver, snapshot_format=0, **SETTINGS[solver][0])


def test_warm_up_and_cosine_are_as_printed():
    param = caffe_pb2.SolverParameter(
        base_lr=1.0, lr_policy="cosine", max_iter=10, warmup_iter=4, min_lr=0.5
    )
    rates = [learning_rate(param, i)[0] for i in range(12)]
    assert rates[0] == pytest.approx(0.25)
    assert rates[3] == pytest.approx(0.5 + 0.25 * (1 + math.cos(0.3 * math.pi)))
    assert rates[5] == pytest.approx(0.75)
    assert rates[10:] == [0.5, 0.5]


def test_rates_far_from_the_middle_of_a_sigmoid_are_its_limits():
    param = caffe_pb2.SolverParameter(
        base_lr=0.5, lr_policy="sigmoid", gamma=1.0, stepsize=5000
    )
    assert learning_rate(param, 0)[0] == 0
    assert learning_rate(param, 10000)[0] == 0.5


@pytest.mark.parametrize(
    ("fields", "i", "message"),
    [
        ({"lr_policy": "poly", "power": 0.5, "max_iter": 3}, 4, "at iteration 4 after"),
        ({"lr_policy": "poly", "power": -1.0, "max_iter": 3}, 3, "no finite rate"),
        ({"lr_policy": "exp", "gamma": 10.0}, 400, "no finite rate at iteration 400"),
        ({"lr_policy": "cosine"}, 0, "'cosine' needs max_iter > 0, not 0"),
        ({"lr_policy": "step", "gamma": 0.1}, 0, "'step' needs stepsize > 0, not 0"),
        ({"lr_policy": "exp", "gamma": -0.1}, 0, "'exp' needs gamma >= 0"),
        ({"lr_policy": "cosin"}, 0, "Did you mean 'cosine'"),
    ],
)
def test_rate_that_cannot_be_is_told(fields, i, message):
    param = caffe_pb2.SolverParameter(base_lr=1.0, **fields)
    with pytest.raises(SolverError, match=message):
        learning_rate(param, i)


class Hasty(Solver):
    """A student's solver: the sign of the gradient, whatever its size."""

    type = "Hasty"

    def compute_update(self, g, rate, h):
        g[...] = rate * ((g > 0) * 1.0 - (g < 0))


def hasty(g, a, h, p, t):
    return a * ((g > 0) * 1.0 - (g < 0))


def test_solver_of_a_student_is_checked_against_the_students_formula():
    report = check_solver(Hasty, hasty)
    assert len(report.rows) == 8
