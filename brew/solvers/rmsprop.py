"""RMSProp: divide by a running average of the gradient's size."""

from brew.errors import SolverError
from brew.solver import Solver


class RMSPropSolver(Solver):
    r"""As AdaGrad, but gradients long ago are forgotten.

    .. math:: h \leftarrow \rho h + (1-\rho) g^2, \qquad
              w \leftarrow w - \alpha \frac{g}{\sqrt{h} + \delta}

    with :math:`\rho` = ``rms_decay`` [0.99] and :math:`\delta` = ``delta``
    [1e-8]. Takes no momentum.

    Source: Tieleman and Hinton, "RMSProp", COURSERA: Neural Networks for Machine
    Learning, lecture 6.5, 2012.
    """

    type = "RMSProp"

    def _check_param(self):
        super()._check_param()
        if self.param.momentum:
            raise SolverError(
                f"the RMSProp solver takes no momentum, not {self.param.momentum:g}; "
                "take the line out"
            )
        if not 0 <= self.param.rms_decay < 1:
            raise SolverError(
                f"the RMSProp solver needs 0 <= rms_decay < 1, "
                f"not {self.param.rms_decay:g}"
            )

    def compute_update(self, g, rate, h):
        """Turn the gradient into the update."""
        rho = self.param.rms_decay
        h *= rho
        h += (1.0 - rho) * (g * g)
        g *= rate
        g /= h**0.5 + self.param.delta
