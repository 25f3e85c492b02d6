"""One step of a solver by hand, and the steps that common mistakes lead to."""

from copy import copy

import numpy

from brew.errors import CheckError
from brew.proto import caffe_pb2
from brew.testing.compare import compare
from brew.testing.updates import clipped, decay_of

LIKENESS = 1e-3  # how close a step is to that of a mistake, to blame it


class Step:
    """Computes by hand what a solver subtracts from weight and bias.

    Parameters
    ----------
    param : SolverParameter
    update : callable
        The formula, ``update(g, a, h, p, t)``.
    decoupled : bool
        Does weight decay go past the formula?
    net : Net
        The least squares of ``solver_path``.
    """

    def __init__(self, param, update, decoupled, net):
        self.p = caffe_pb2.SolverParameter()
        self.p.CopyFrom(param)
        self.update = update
        self.decoupled = decoupled
        self.x, self.t = (net.blobs[name].data.astype("float64") for name in "xt")
        self.lr_mults, self.decay_mults = (1.0, 2.0), (1.0, 0.5)
        self.memories = ({}, {})
        self.clip = clipped
        self.records = []

    def prepare(self, params, rate, number):
        """Set the values of the parameters, the rate, and the number of the step."""
        self.params, self.rate, self.number = params, rate, number
        self.records.append((params, rate, number))

    def advance(self):
        """Return what is subtracted from each parameter; the memories move on."""
        updates = []
        for k, g in enumerate(self.clip(self._sums(), self.p.clip_gradients)):
            decay = self.p.weight_decay * self.decay_mults[k]
            pull = decay * decay_of(self.params[k], self.p.regularization_type)
            g, a = g / self.p.iter_size, self.rate * self.lr_mults[k]
            g = g if self.decoupled else g + pull
            u = self.update(g, a, self.memories[k], self.p, self.number)
            updates.append(u + a * pull if self.decoupled else u)
        return updates

    def rounding(self, k):
        """Return how far float32 may be off in parameter `k`."""
        return 3e-7 * numpy.abs(self.params[k]).max()

    def _sums(self):
        """Return the gradients of weight and bias, summed over the passes."""
        W, b = self.params
        error = (self.x @ W.T + b - self.t) / len(self.x)
        return [self.p.iter_size * (error.T @ self.x), self.p.iter_size * error.sum(0)]


def likely_mistake(step, taken):
    """Return the end of a message that explains the steps that were `taken`, or ""."""
    with numpy.errstate(all="ignore"):
        right = _replayed(step, lambda step: None)
        found = []
        for mistake, make in MISTAKES.items():
            wrong = _replayed(step, make)
            if _are_alike(step, taken, wrong) and not _are_alike(step, right, wrong):
                found.append(mistake)
        if found:
            return ". It looks as if " + "; or as if ".join(found)
        ratios = [(got / want).ravel() for got, want in zip(taken, right, strict=True)]
        ratio = numpy.median(numpy.concatenate(ratios))
        scaled = [ratio * want for want in right]
        if abs(ratio - 1) > LIKENESS and _are_alike(step, taken, scaled):
            return f". All of the step is {ratio:.4g} times what it should be"
    return ""


def _replayed(step, make):
    """Return the last updates, had a mistake been made in all steps so far."""
    memories = ({}, {})
    for params, rate, number in step.records:
        wrong = copy(step)
        wrong.p = caffe_pb2.SolverParameter.FromString(step.p.SerializeToString())
        wrong.params, wrong.rate, wrong.number = params, rate, number
        wrong.memories = memories
        updates = make(wrong) or wrong.advance()
    return updates


def _are_alike(step, got, want):
    try:
        for k, (mine, right) in enumerate(zip(got, want, strict=True)):
            if not numpy.isfinite(right).all():
                return False
            compare("", mine, right, LIKENESS, step.rounding(k))
    except CheckError:
        return False
    return True


def _with(**fields):
    """Make a mistake: other fields of the solver."""

    def make(step):
        for name, value in fields.items():
            setattr(step.p, name, value)

    return make


def _having(**values):
    """Make a mistake: other numbers in the step."""
    return lambda step: vars(step).update(values)


def _decay_twice(step):
    step.p.weight_decay *= 2


def _no_average(step):
    step.p.weight_decay *= step.p.iter_size
    sums = step._sums()
    step._sums = lambda: [step.p.iter_size * g for g in sums]


def _average_all(step):
    step.p.weight_decay /= step.p.iter_size


def _rate_squared(step):
    step.rate *= step.rate
    step.lr_mults = tuple(m * m for m in step.lr_mults)


def _clip_alone(gradients, limit):
    return [clipped([g], limit)[0] for g in gradients]


# What it looks like, and how to make the mistake: change the step, or return updates.
MISTAKES = {
    "nothing was subtracted: write the update into g, with g[...] = ...; an assignment "
    "to the name g is lost": lambda step: [0 * w for w in step.params],
    "the gradient itself was subtracted: write the update into g, with g[...] = ...; "
    "an assignment to the name g is lost": _having(update=lambda g, a, h, p, t: g),
    "the step goes uphill: g must become what is subtracted from the parameter": (
        lambda step: [-u for u in step.advance()]
    ),
    "the history is forgotten: write into it, with h[...] = ... or h *= ...; an "
    "assignment to the name h is lost": (
        lambda step: setattr(step, "memories", ({}, {}))
    ),
    "lr_mult is ignored: take the rate that compute_update is given": (
        _having(lr_mults=(1.0, 1.0))
    ),
    "the learning rate is left out: multiply by rate": (
        _having(rate=1.0, lr_mults=(1.0, 1.0))
    ),
    "the learning rate is multiplied in twice": _rate_squared,
    "lr_policy is ignored: take the rate that compute_update is given": (
        lambda step: setattr(step, "rate", step.p.base_lr)
    ),
    "weight decay is left out": _with(weight_decay=0),
    "weight decay is added twice: g comes with decay in it": _decay_twice,
    "decay_mult is ignored": _having(decay_mults=(1.0, 1.0)),
    "weight decay goes past the formula, while it should be part of the gradient, or "
    "the other way round: see decoupled_decay": (
        lambda step: setattr(step, "decoupled", not step.decoupled)
    ),
    "regularization_type is ignored": _with(regularization_type="L2"),
    "the gradients of iter_size passes are summed up, not averaged": _no_average,
    "the weight decay is divided by iter_size: only the gradient should be": (
        _average_all
    ),
    "the gradients are not clipped": _with(clip_gradients=-1),
    "each gradient is clipped for itself: the norm is that of all together": (
        _having(clip=_clip_alone)
    ),
    "momentum is left out": _with(momentum=0),
    "delta is left out": _with(delta=0),
    "the number of the update is one too high: the first is number iter + 1": (
        lambda step: setattr(step, "number", step.number + 1)
    ),
}
