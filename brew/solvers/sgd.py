"""Stochastic gradient descent with momentum."""

from brew.solver import Solver


class SGDSolver(Solver):
    r"""Step along a running mixture of the gradients.

    .. math:: h \leftarrow \mu h + \alpha g, \qquad w \leftarrow w - h

    with momentum :math:`\mu` (``momentum`` [0]) and rate :math:`\alpha`. The rate
    is inside the history h: a change of rate takes effect gradually.

    Source: Bottou, "Stochastic Gradient Descent Tricks", 2012; Caffe.
    """

    type = "SGD"

    def compute_update(self, g, rate, h):
        """Turn the gradient into the update."""
        h *= self.param.momentum
        g *= rate
        h += g
        g[...] = h
