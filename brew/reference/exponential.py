"""Exponentials and logarithms to any base, one number at a time."""

from math import exp, log

from brew.reference.activation import each


def exp_forward(x, log_base=1.0, scale=1.0, shift=0.0):
    """Return base^(shift + scale x)."""
    return each(lambda x: exp(log_base) ** (shift + scale * x), x)


def exp_backward(dy, y, log_base=1.0, scale=1.0):
    """Return dy y scale log(base), where y is base^(shift + scale x)."""
    return each(lambda dy, y: dy * y * scale * log_base, dy, y)


def log_forward(x, log_base=1.0, scale=1.0, shift=0.0):
    """Return the logarithm of shift + scale x to the base."""
    return each(lambda x: log(shift + scale * x) / log_base, x)


def log_backward(dy, x, log_base=1.0, scale=1.0, shift=0.0):
    """Return dy scale / (log(base) (shift + scale x))."""
    return each(lambda dy, x: dy * scale / (log_base * (shift + scale * x)), dy, x)
