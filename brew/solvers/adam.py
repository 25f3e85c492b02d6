"""Adam: momentum and a scale for each parameter."""

from brew.errors import SolverError
from brew.solver import Solver


class AdamSolver(Solver):
    r"""Divide a running mean of the gradient by the root of that of its square.

    .. math:: m &\leftarrow \beta_1 m + (1-\beta_1) g, \qquad
              v \leftarrow \beta_2 v + (1-\beta_2) g^2 \\
              w &\leftarrow w - \alpha \frac{\sqrt{1-\beta_2^t}}{1-\beta_1^t}
              \frac{m}{\sqrt{v} + \delta}, \qquad t = \text{iter} + 1

    with :math:`\beta_1` = ``momentum`` [0; the paper says 0.9],
    :math:`\beta_2` = ``momentum2`` [0.999], :math:`\delta` = ``delta`` [1e-8].

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015,
    arXiv:1412.6980.
    """

    type = "Adam"
    num_histories = 2

    def _check_param(self):
        super()._check_param()
        for name in ("momentum", "momentum2"):
            value = getattr(self.param, name)
            if not 0 <= value < 1:
                raise SolverError(
                    f"the Adam solver needs 0 <= {name} < 1, not {value:g}"
                )

    def compute_update(self, g, rate, m, v):
        """Turn the gradient into the update."""
        beta1, beta2, t = self.param.momentum, self.param.momentum2, self.iter + 1
        m *= beta1
        m += (1.0 - beta1) * g
        v *= beta2
        v += (1.0 - beta2) * (g * g)
        correction = (1.0 - beta2**t) ** 0.5 / (1.0 - beta1**t)
        g[...] = (rate * correction) * m
        g /= v**0.5 + self.param.delta
