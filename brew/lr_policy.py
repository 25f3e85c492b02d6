"""Learning rate policies: how the rate changes with the iteration.

The policy ``cosine`` and the warm-up are brew's own; the others are Caffe's.
"""

from math import cos, exp, inf, pi

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
    x = param.gamma * (i - param.stepsize)
    small = exp(-abs(x))  # exp(-x) may be too large for a number
    return param.base_lr * (1.0 if x >= 0 else small) / (1.0 + small)


def cosine(param, i):
    """min_lr + (base_lr - min_lr) (1 + cos(pi i / max_iter)) / 2. Not in Caffe.

    It stays at ``min_lr`` [0] after ``max_iter``.

    Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm
    Restarts", ICLR 2017, arXiv:1608.03983; here without restarts.
    """
    done = min(i / param.max_iter, 1.0)
    return param.min_lr + (param.base_lr - param.min_lr) * (1.0 + cos(pi * done)) / 2


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


def warm_up(param, i):
    """(i + 1) / warmup_iter in the first ``warmup_iter`` [0] iterations, then 1.

    The rate of every policy is multiplied by it. Not in Caffe.

    Source: Goyal et al., "Accurate, Large Minibatch SGD: Training ImageNet in 1
    Hour", 2017, arXiv:1706.02677, section 2.2.
    """
    return (i + 1) / param.warmup_iter if i < param.warmup_iter else 1.0


POLICIES = {
    "fixed": fixed,
    "step": step,
    "exp": exponential,
    "inv": inverse,
    "poly": polynomial,
    "sigmoid": sigmoid,
    "cosine": cosine,
}
_NEEDS = {
    "step": ("gamma", "stepsize"),
    "exp": ("gamma",),
    "inv": ("gamma",),
    "multistep": ("gamma",),
    "poly": ("max_iter",),
    "sigmoid": ("gamma", "stepsize"),
    "cosine": ("max_iter",),
}


def learning_rate(param, i, current_step=0):
    """Return the rate of iteration `i`, and the step that multistep is in.

    Parameters
    ----------
    param : SolverParameter
        ``lr_policy`` names one of fixed, step, exp, inv, multistep, poly,
        sigmoid, cosine; it has no default. ``warmup_iter`` [0] is how long the
        rate rises at first.
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
        If the policy is unknown, lacks a field that it needs, or has no finite
        rate at this iteration.
    """
    name = param.lr_policy
    _check(param, name)
    try:
        if name == "multistep":
            rate, current_step = multistep(param, i, current_step)
        else:
            rate = POLICIES[name](param, i)
    except (OverflowError, ZeroDivisionError):
        rate = inf
    if isinstance(rate, complex) or abs(rate) == inf:
        past = " after max_iter" if name == "poly" else ""
        raise SolverError(
            f"lr_policy {name!r} has no finite rate at iteration {i}{past}: "
            f"{rate}; change its fields, or stop before"
        )
    return rate * warm_up(param, i), current_step


def _check(param, name):
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
