"""What a training looks like: losses and test results, collected and drawn."""

from brew.views.curves import draw_curves
from brew.views.style import Svg


class TrainingHistory:
    """Drive a solver and remember what it did.

    Parameters
    ----------
    solver : Solver
    test_every : int, default 0
        Test on the first test net every so many iterations; 0 is never.

    Attributes
    ----------
    iters, losses : list
        The iteration number and the smoothed loss after each iteration.
    test_iters : list of int
    test_results : dict of str to list of float
        The mean of each scalar output of the test net, at ``test_iters``.
    """

    def __init__(self, solver, test_every=0):
        self.solver, self.test_every = solver, test_every
        self.iters, self.losses = [], []
        self.test_iters, self.test_results = [], {}

    def steps(self, num_iters):
        """Train and yield the loss after each iteration, testing in between."""
        for loss in self.solver.steps(num_iters):
            self.iters.append(self.solver.iter)
            self.losses.append(loss)
            if self.test_every and self.solver.iter % self.test_every == 0:
                self.test()
            yield loss

    def test(self):
        """Test now and remember the results."""
        self.test_iters.append(self.solver.iter)
        for name, value in self.solver.test(0).items():
            if value.size == 1:
                self.test_results.setdefault(name, []).append(float(value))

    def draw(self):
        """Return the curves: losses at the left, other test results at the right."""
        losses = {"train loss": (self.iters, self.losses)}
        scores = {}
        for name, values in self.test_results.items():
            kind = losses if "loss" in name else scores
            kind[f"test {name}"] = (self.test_iters, values)
        left = draw_curves(losses, "Loss", y_label="loss")
        if not self.test_every:
            return left
        return _beside(left, draw_curves(scores, "Test", y_label=_label(scores)))


def _label(scores):
    return next(iter(scores)) if len(scores) == 1 else ""


def _beside(left, right):
    both = Svg(left.width + right.width, max(left.height, right.height), left.title)
    both.parts += [*left.parts, f"<g transform='translate({left.width:.0f} 0)'>"]
    both.parts += [*right.parts, "</g>"]
    return both
