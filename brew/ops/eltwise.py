"""Several arrays of one shape become one: their sum, product or maximum."""

from brew.backend import xp_of
from brew.ops.pieces import in_pieces


def sum_forward(xs, coeffs, out=None):
    """Return the sum of coeffs[i] xs[i]."""
    xp = xp_of(xs[0])
    out = xp.empty_like(xs[0]) if out is None else out

    def weighted_sum(out, *xs):
        xp.multiply(xs[0], coeffs[0], out=out)
        for x, coeff in zip(xs[1:], coeffs[1:], strict=True):
            out += x if coeff == 1.0 else coeff * x

    in_pieces(weighted_sum, out, *xs)
    return out


def sum_backward(dy, coeff, out=None):
    """Return coeff dy: the gradient of the array with this coefficient."""
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out
    in_pieces(lambda dy, out: xp.multiply(dy, coeff, out=out), dy, out)
    return out


def product_forward(xs, out=None):
    """Return the product of all xs."""
    xp = xp_of(xs[0])
    out = xp.empty_like(xs[0]) if out is None else out

    def product(out, *xs):
        xp.multiply(xs[0], xs[1], out=out)
        for x in xs[2:]:
            out *= x

    in_pieces(product, out, *xs)
    return out


def product_backward(dy, xs, i, out=None):
    """Return dy times the product of all xs but xs[i]."""
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out
    others = xs[:i] + xs[i + 1 :]

    def gradient(dy, out, *others):
        xp.multiply(dy, others[0], out=out)
        for x in others[1:]:
            out *= x

    in_pieces(gradient, dy, out, *others)
    return out


def product_backward_by_division(dy, x, y, out=None):
    """Return dy y / x: one division for any number of arrays, but 0 / 0 where x is 0.

    Here y is the product of all arrays and x one of them.
    """
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out

    def gradient(dy, x, y, out):
        ratio = y / x
        xp.multiply(dy, ratio, out=out)

    in_pieces(gradient, dy, x, y, out)
    return out


def maximum_forward(xs, winner, out=None):
    """Return the maximum of all xs, and write into `winner` whose it is.

    Where the first two are equal the second wins; a later one wins only if it is
    strictly larger. So does Caffe.
    """
    xp = xp_of(xs[0])
    out = xp.empty_like(xs[0]) if out is None else out

    def maximum(winner, out, *xs):
        winner[...] = xs[1] >= xs[0]
        xp.maximum(xs[0], xs[1], out=out)
        for i, x in enumerate(xs[2:], start=2):
            winner += (i - winner) * (x > out)
            xp.maximum(out, x, out=out)

    in_pieces(maximum, winner, out, *xs)
    return out


def maximum_backward(dy, winner, i, out=None):
    """Return dy where xs[i] won, else 0."""
    xp = xp_of(dy)
    out = xp.empty_like(dy) if out is None else out
    in_pieces(
        lambda dy, winner, out: xp.multiply(dy, winner == i, out=out), dy, winner, out
    )
    return out
