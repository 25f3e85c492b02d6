"""GELU, one number at a time, as the formulas say."""

from math import erf, exp, pi, sqrt, tanh

from brew.reference.activation import each


def normal_cdf(x):
    """Return (1 + erf(x / sqrt(2))) / 2."""
    return each(lambda x: (1 + erf(x / sqrt(2))) / 2, x)


def forward(x, gate, approximate=False):
    """Return x times `gate`, which is written too."""
    if approximate:
        gate[...] = each(lambda x: (1 + tanh(bent(x))) / 2, x)
    else:
        gate[...] = normal_cdf(x)
    return each(lambda x, gate: x * gate, x, gate)


def backward(dy, x, gate, approximate=False):
    """Return dy (gate + x times the slope of the gate)."""

    def slope(x):
        if approximate:
            return (1 - tanh(bent(x)) ** 2) / 2 * bent_slope(x)
        return exp(-x * x / 2) / sqrt(2 * pi)

    return each(lambda dy, x, gate: dy * (gate + x * slope(x)), dy, x, gate)


def bent(x):
    """Return sqrt(2 / pi) (x + 0.044715 x^3)."""
    return sqrt(2 / pi) * (x + 0.044715 * x**3)


def bent_slope(x):
    """Return the derivative of `bent`."""
    return sqrt(2 / pi) * (1 + 3 * 0.044715 * x**2)
