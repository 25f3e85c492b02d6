"""Nesterov's accelerated gradient."""

from brew.solver import Solver


class NesterovSolver(Solver):
    r"""Momentum that looks ahead: the gradient counts as if one step further.

    .. math:: h' = \mu h + \alpha g, \qquad w \leftarrow w - ((1+\mu) h' - \mu h)

    with momentum :math:`\mu` (``momentum`` [0]) and rate :math:`\alpha`.

    Source: Sutskever et al., "On the importance of initialization and momentum in
    deep learning", ICML 2013.
    """

    type = "Nesterov"

    def compute_update(self, g, rate, h):
        """Turn the gradient into the update."""
        momentum = self.param.momentum
        old = momentum * h
        h[...] = old + rate * g
        g[...] = (1.0 + momentum) * h - old
