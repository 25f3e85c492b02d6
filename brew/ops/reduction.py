"""Rows become single numbers: their sum, mean, or sum of absolute values or squares.

Arrays are folded to (rows, D): each row of D numbers is reduced.
"""

from brew.backend import xp_of

SUM, ASUM, SUMSQ, MEAN = range(1, 5)  # as in ReductionParameter


def forward(x, operation=SUM, coeff=1.0):
    """Return `coeff` times the reduced rows of x (rows, D), as an array (rows,)."""
    xp = xp_of(x)
    if operation == ASUM:
        x = xp.abs(x)
    elif operation == SUMSQ:
        x = x * x
    return x.sum(axis=1) * _factor(x, operation, coeff)


def backward(dy, x, operation=SUM, coeff=1.0, out=None):
    """Return the gradient with respect to x (rows, D), for dy (rows,)."""
    xp = xp_of(x)
    out = xp.empty_like(x) if out is None else out
    dy = (dy * _factor(x, operation, coeff))[:, None]
    if operation == ASUM:
        xp.multiply(dy, xp.sign(x), out=out)
    elif operation == SUMSQ:
        xp.multiply(2.0 * dy, x, out=out)
    else:
        out[...] = dy
    return out


def _factor(x, operation, coeff):
    return coeff / max(1, x.shape[1]) if operation == MEAN else coeff
