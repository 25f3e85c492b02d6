"""What each solver type does with a gradient, written out in plain NumPy.

Each function takes the gradient `g` of one parameter (decay added, except for the
types in ``DECOUPLED``, whose decay goes past the formula), its rate `a`, a
dict `h` that it may use as memory, the SolverParameter `p` and the number `t` of the
update, from 1. It returns what is subtracted from the parameter.
"""

from math import cos, exp, pi

import numpy


def sgd(g, a, h, p, t):
    """Add the step to a decaying sum of the steps before."""
    h["v"] = p.momentum * h.get("v", 0.0) + a * g
    return h["v"]


def nesterov(g, a, h, p, t):
    """Step where momentum will have led."""
    before = h.get("v", 0.0)
    h["v"] = p.momentum * before + a * g
    return h["v"] + p.momentum * (h["v"] - before)


def adagrad(g, a, h, p, t):
    """Divide by the root of the sum of all squares so far."""
    h["sum"] = h.get("sum", 0.0) + g**2
    return a * g / (numpy.sqrt(h["sum"]) + p.delta)


def rmsprop(g, a, h, p, t):
    """Divide by the root of the decaying mean of the squares."""
    h["mean"] = p.rms_decay * h.get("mean", 0.0) + (1 - p.rms_decay) * g**2
    return a * g / (numpy.sqrt(h["mean"]) + p.delta)


def adadelta(g, a, h, p, t):
    """Scale so that the steps have the size of the steps before."""
    keep = p.momentum
    h["gradients"] = keep * h.get("gradients", 0.0) + (1 - keep) * g**2
    steps = h.get("steps", 0.0)
    u = g * numpy.sqrt((steps + p.delta) / (h["gradients"] + p.delta))
    h["steps"] = keep * steps + (1 - keep) * u**2
    return a * u


def adam(g, a, h, p, t):
    """Divide the decaying mean by the root of that of the squares, both corrected."""
    one, two = p.momentum, p.momentum2
    h["m"] = one * h.get("m", 0.0) + (1 - one) * g
    h["v"] = two * h.get("v", 0.0) + (1 - two) * g**2
    rate = a * numpy.sqrt(1 - two**t) / (1 - one**t)
    return rate * h["m"] / (numpy.sqrt(h["v"]) + p.delta)


UPDATES = {
    "SGD": sgd,
    "Nesterov": nesterov,
    "AdaGrad": adagrad,
    "RMSProp": rmsprop,
    "AdaDelta": adadelta,
    "Adam": adam,
    "AdamW": adam,
}
DECOUPLED = {"AdamW"}

# The learning rate at iteration i, divided by base_lr.
RATES = {
    "fixed": lambda p, i: 1.0,
    "step": lambda p, i: p.gamma ** (i // p.stepsize),
    "exp": lambda p, i: p.gamma**i,
    "inv": lambda p, i: (1 + p.gamma * i) ** -p.power,
    "multistep": lambda p, i: p.gamma ** sum(i >= value for value in p.stepvalue),
    "poly": lambda p, i: (1 - i / p.max_iter) ** p.power,
    "sigmoid": lambda p, i: 1 / (1 + exp(-p.gamma * (i - p.stepsize))),
    "cosine": lambda p, i: (
        (low := p.min_lr / p.base_lr) + (1 - low) * (1 + cos(pi * i / p.max_iter)) / 2
    ),
}


def rate_by_hand(p, i):
    """Return the learning rate at iteration `i`, which may still warm up."""
    rate = p.base_lr * RATES[p.lr_policy](p, i)
    return rate * (i + 1) / p.warmup_iter if i < p.warmup_iter else rate


def decay_of(w, kind):
    """Return the derivative of the penalty that weight decay puts on `w`."""
    return w if kind == "L2" else numpy.sign(w)


def clipped(gradients, limit):
    """Return gradients scaled down so that their common L2 norm is within `limit`."""
    norm = numpy.sqrt(sum((g**2).sum() for g in gradients))
    if limit < 0 or norm <= limit:
        return gradients
    return [g * limit / norm for g in gradients]
