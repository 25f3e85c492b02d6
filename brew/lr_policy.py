"""Learning rate policies: how the rate changes with the iteration."""

from math import exp

from brew.errors import SolverError, did_you_mean


def fixed(param, i):
    """base_lr, always."""
    return param.base_lr


def step(param, i):
    """base_lr gamma^floor(i / stepsize): a drop every ``stepsize`` iterations."""
    return param.base_lr * param.gamma ** (i // param.stepsize)


def exponential(param, i):
    """base_lr gamma^i."""
    return param.base_lr * param.gamma**i


def inverse(param, i):
    """base_lr (1 + gamma i)^(-power)."""
    return param.base_lr * (1.0 + param.gamma * i) ** -param.power


def polynomial(param, i):
    """base_lr (1 - i / max_iter)^power: reaches zero at ``max_iter``."""
    return param.base_lr * (1.0 - i / param.max_iter) ** param.power


def sigmoid(param, i):
    """base_lr / (1 + exp(-gamma (i - stepsize)))."""
    return param.base_lr / (1.0 + exp(-param.gamma * (i - param.stepsize)))


def multistep(param, i, current_step):
    """base_lr gamma^c, where c counts the ``stepvalue`` entries that i has passed.

    c rises by at most one with each call, as in Caffe.

    Returns
    -------
    (float, int)
        The rate and the new c.
    """
    values = param.stepvalue
    if current_step < len(values) and i >= values[current_step]:
        current_step += 1
    return param.base_lr * param.gamma**current_step, current_step


POLICIES = {
    "fixed": fixed,
    "step": step,
    "exp": exponential,
    "inv": inverse,
    "poly": polynomial,
    "sigmoid": sigmoid,
}
_NEEDS = {
    "step": ("gamma", "stepsize"),
    "exp": ("gamma",),
    "inv": ("gamma",),
    "multistep": ("gamma",),
    "poly": ("max_iter",),
    "sigmoid": ("gamma", "stepsize"),
}


def learning_rate(param, i, current_step=0):
    """Return the rate of iteration `i`, and the step that multistep is in.

    Parameters
    ----------
    param : SolverParameter
        ``lr_policy`` names one of fixed, step, exp, inv, multistep, poly,
        sigmoid; it has no default.
    i : int
        The iteration, from 0.
    current_step : int, default 0
        How many drops multistep has made so far.

    Returns
    -------
    (float, int)

    Raises
    ------
    SolverError
        If the policy is unknown or lacks a field that it needs.
    """
    name = param.lr_policy
    if name != "multistep" and name not in POLICIES:
        known = sorted([*POLICIES, "multistep"])
        raise SolverError(
            f"lr_policy {name!r} is unknown."
            + did_you_mean(name, known)
            + f" Known: {', '.join(known)}"
        )
    for field in _NEEDS.get(name, ()):
        value = getattr(param, field)
        if value < 0 or (value == 0 and field != "gamma"):
            least = ">= 0" if field == "gamma" else "> 0"
            raise SolverError(f"lr_policy {name!r} needs {field} {least}, not {value}")
    if name == "multistep":
        return multistep(param, i, current_step)
    return POLICIES[name](param, i), current_step
