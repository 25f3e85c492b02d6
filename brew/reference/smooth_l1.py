"""Smooth L1, number by number."""

from brew.reference.activation import each


def forward(d, sigma=1.0):
    """Return (sigma d)^2 / 2 if abs(d) < 1 / sigma^2, else abs(d) - 0.5 / sigma^2."""

    def smooth(d):
        if abs(d) < 1 / sigma**2:
            return 0.5 * (sigma * d) ** 2
        return abs(d) - 0.5 / sigma**2

    return each(smooth, d)


def backward(d, sigma=1.0):
    """Return the slope: sigma^2 d if abs(d) < 1 / sigma^2, else the sign of d."""

    def slope(d):
        if abs(d) < 1 / sigma**2:
            return sigma**2 * d
        return 1.0 if d > 0 else -1.0

    return each(slope, d)
