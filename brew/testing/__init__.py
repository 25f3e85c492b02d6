"""Checks for layers, gradients and solvers, for brew's own and for yours.

::

    from brew.testing import check_gradient, check_layer

    check_gradient(MyLayer, bottoms=[(2, 3, 4, 4)])
    check_layer(MyLayer, bottoms=[(2, 3, 4, 4)])
    check_solver("Adam", momentum=0.9)
"""

from brew.testing import checks  # noqa: F401  fills CHECKS
from brew.testing.case import ALWAYS, IN_TRAIN, NEVER, Case
from brew.testing.gradient import GradientReport, check_gradient
from brew.testing.rig import Rig
from brew.testing.runner import CHECKS, LayerReport, check_layer
from brew.testing.sample import choices, exactly, lopsided
from brew.testing.solver_path import SolverReport, check_solver

__all__ = [
    "ALWAYS",
    "CHECKS",
    "IN_TRAIN",
    "NEVER",
    "Case",
    "GradientReport",
    "LayerReport",
    "Rig",
    "SolverReport",
    "check_gradient",
    "check_layer",
    "check_solver",
    "choices",
    "exactly",
    "lopsided",
]
