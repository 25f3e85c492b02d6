"""Fillers: how parameters (and dummy data) get their first values."""

from math import ceil, inf, prod, sqrt

import numpy

from brew.errors import LayerError, did_you_mean


def fill(blob, filler, rng):
    """Fill `blob` as a FillerParameter says.

    Parameters
    ----------
    blob : Blob
        Its data is written.
    filler : FillerParameter
        ``type`` ["constant"] names one of the functions of this module; each
        says which other fields it reads.
    rng : numpy.random.Generator
        Where random numbers come from.

    Raises
    ------
    LayerError
        If the type is unknown or its fields make no sense for this blob.
    """
    if filler.type not in FILLERS:
        raise LayerError(
            f"filler type {filler.type!r} is unknown."
            + did_you_mean(filler.type, FILLERS)
            + f" Known: {', '.join(sorted(FILLERS))}"
        )
    if blob.count == 0:
        raise LayerError(
            f"a filler needs elements to fill, but the shape is {blob.shape}"
        )
    if filler.sparse != -1 and filler.type != "gaussian":
        raise LayerError(f"'sparse' works with type gaussian only, not {filler.type}")
    blob.mutable_cpu_data()[...] = FILLERS[filler.type](blob.shape, filler, rng)


def constant(shape, filler, rng):
    """Every element is ``value`` [0]."""
    return numpy.full(shape, filler.value)


def uniform(shape, filler, rng):
    """Evenly spread over ``min`` [0] to ``max`` [1]."""
    if not 0 <= filler.max - filler.min < inf:
        raise LayerError(
            f"filler uniform needs min <= max, both finite, not {filler.min:g} and "
            f"{filler.max:g}"
        )
    return rng.uniform(filler.min, filler.max, shape)


def gaussian(shape, filler, rng):
    """Draw from a normal of ``mean`` [0] and ``std`` [1], or keep few of it.

    With ``sparse`` >= 0 [-1 = off] an element is kept with probability sparse /
    shape[0] and is zero otherwise: about ``sparse`` inputs reach each output.
    """
    if filler.std <= 0:
        raise LayerError(f"filler gaussian needs std > 0, not {filler.std:g}")
    values = rng.normal(filler.mean, filler.std, shape)
    if filler.sparse < -1:
        raise LayerError(f"filler gaussian needs sparse >= 0, not {filler.sparse}")
    if filler.sparse >= 0:
        num_outputs = shape[0] if shape else 1
        values *= rng.random(shape) < filler.sparse / num_outputs
    return values


def positive_unitball(shape, filler, rng):
    """Positive, and each row (first axis) sums to 1."""
    values = rng.random(shape)
    rows = values.reshape(shape[0] if shape else 1, -1)
    return (rows / rows.sum(axis=1, keepdims=True)).reshape(shape)


def xavier(shape, filler, rng):
    r"""Evenly spread over :math:`\pm\sqrt{3/n}`, so that variance is kept.

    n is the fan-in, fan-out or their mean, by ``variance_norm`` [FAN_IN].
    Source: Glorot and Bengio, "Understanding the difficulty of training deep
    feedforward neural networks", AISTATS 2010.
    """
    limit = sqrt(3.0 / _fan(shape, filler))
    return rng.uniform(-limit, limit, shape)


def msra(shape, filler, rng):
    r"""Draw from a normal of standard deviation :math:`\sqrt{2/n}`, made for ReLU.

    n as in :func:`xavier`. Source: He et al., "Delving Deep into Rectifiers",
    2015, arXiv:1502.01852.
    """
    return rng.normal(0.0, sqrt(2.0 / _fan(shape, filler)), shape)


def bilinear(shape, filler, rng):
    """Bilinear interpolation weights, for a Deconvolution that enlarges images."""
    if len(shape) != 4 or shape[2] != shape[3]:
        raise LayerError(
            f"filler bilinear needs square 4-D filters (K, C, k, k), not {shape}"
        )
    size = shape[3]
    factor = ceil(size / 2)
    centre = (size - 1) / (2 * factor)
    tent = 1 - numpy.abs(numpy.arange(size) / factor - centre)
    return numpy.broadcast_to(numpy.outer(tent, tent), shape)


def _fan(shape, filler):
    count = prod(shape)
    fan_in = count / (shape[0] if shape else 1)
    fan_out = count / shape[1] if len(shape) > 1 else count
    return (fan_in, fan_out, (fan_in + fan_out) / 2)[filler.variance_norm]


FILLERS = {
    "constant": constant,
    "uniform": uniform,
    "gaussian": gaussian,
    "positive_unitball": positive_unitball,
    "xavier": xavier,
    "msra": msra,
    "bilinear": bilinear,
}
