"""AdaGrad: adaptive gradient."""

from brew.errors import SolverError
from brew.solver import Solver


class AdaGradSolver(Solver):
    r"""Step less where gradients have been large so far.

    .. math:: h \leftarrow h + g^2, \qquad
              w \leftarrow w - \alpha \frac{g}{\sqrt{h} + \delta}

    with :math:`\delta` = ``delta`` [1e-8]. Takes no momentum.

    Source: Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online
    Learning and Stochastic Optimization", JMLR 2011.
    """

    type = "AdaGrad"

    def _check_param(self):
        super()._check_param()
        if self.param.momentum:
            raise SolverError(
                f"the AdaGrad solver takes no momentum, not {self.param.momentum:g}; "
                "take the line out"
            )

    def compute_update(self, g, rate, h):
        """Turn the gradient into the update."""
        h += g * g
        g *= rate
        g /= h**0.5 + self.param.delta
