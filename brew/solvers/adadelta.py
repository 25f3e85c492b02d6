"""AdaDelta: updates in the units of the parameters."""

from brew.solver import Solver


class AdaDeltaSolver(Solver):
    r"""Scale the gradient by the ratio of past updates to past gradients.

    .. math:: h_1 &\leftarrow \mu h_1 + (1-\mu) g^2 \\
              u &= g \sqrt{\frac{h_2 + \delta}{h_1 + \delta}} \\
              h_2 &\leftarrow \mu h_2 + (1-\mu) u^2, \qquad
              w \leftarrow w - \alpha u

    with :math:`\mu` = ``momentum`` [0] and :math:`\delta` = ``delta`` [1e-8].
    The rate is usually 1.

    Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012,
    arXiv:1212.5701.
    """

    type = "AdaDelta"
    num_histories = 2

    def compute_update(self, g, rate, h1, h2):
        """Turn the gradient into the update."""
        momentum, delta = self.param.momentum, self.param.delta
        h1 *= momentum
        h1 += (1.0 - momentum) * (g * g)
        g *= ((h2 + delta) / (h1 + delta)) ** 0.5
        h2 *= momentum
        h2 += (1.0 - momentum) * (g * g)
        g *= rate
