"""Sum, product and maximum of several arrays, one place at a time."""

from math import prod

import numpy

from brew.reference.activation import each


def sum_forward(xs, coeffs):
    """Return the sum of coeffs[i] xs[i]."""
    return each(lambda *xs: sum(c * x for c, x in zip(coeffs, xs, strict=True)), *xs)


def sum_backward(dy, coeff):
    """Return coeff dy: the gradient of the array with this coefficient."""
    return each(lambda dy: coeff * dy, dy)


def product_forward(xs):
    """Return the product of all xs."""
    return each(lambda *xs: prod(xs), *xs)


def product_backward(dy, xs, i):
    """Return dy times the product of all xs but xs[i]."""
    return each(lambda dy, *others: dy * prod(others), dy, *xs[:i], *xs[i + 1 :])


def product_backward_by_division(dy, x, y):
    """Return dy y / x, where y is the product of all arrays and x one of them."""
    return each(lambda dy, x, y: dy * y / x, dy, x, y)


def maximum_forward(xs, winner):
    """Return the maximum of all xs, and write into `winner` whose it is."""
    y = numpy.empty_like(xs[0])
    for place in numpy.ndindex(y.shape):
        best = 1 if xs[1][place] >= xs[0][place] else 0
        for i in range(2, len(xs)):
            if xs[i][place] > xs[best][place]:
                best = i
        y[place], winner[place] = xs[best][place], best
    return y


def maximum_backward(dy, winner, i):
    """Return dy where xs[i] won, else 0."""
    return each(lambda dy, winner: dy if winner == i else 0.0, dy, winner)
