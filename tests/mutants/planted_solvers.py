"""Bugs to plant in what solvers do; see ``planted.py``."""

from tests.mutants.planted import SOLVERS, Mutant

MUTANTS = [
    Mutant(
        SOLVERS + "nesterov.py",
        "g[...] = (1.0 + momentum) * h - old",
        "g[...] = (1.0 + momentum) * h - momentum * old",
        "Nesterov",
        "solver",
    ),
    Mutant(
        SOLVERS + "adam.py",
        "correction = (1.0 - beta2**t) ** 0.5 / (1.0 - beta1**t)",
        "correction = 1.0",
        "Adam",
        "solver",
    ),
    Mutant(
        "brew/solver.py",
        "g *= 1.0 / self.param.iter_size",
        "pass",
        "SGD",
        "solver",
    ),
    Mutant(
        "brew/solver.py",
        "g += rate * decay * self._pull(w)",
        "g += decay * self._pull(w)",
        "AdamW",
        "solver",
    ),
    Mutant(
        SOLVERS + "adamw.py",
        "decoupled_decay = True",
        "decoupled_decay = False",
        "AdamW",
        "solver",
    ),
]
