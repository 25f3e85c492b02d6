"""The catalogue of layer types: importing a file registers what it defines."""

from brew.layer_types import (  # noqa: F401
    accuracy,
    combine,
    cross_entropy,
    database_data,
    dropout,
    euclidean_loss,
    hdf5_data,
    inner_product,
    inputs,
    lrn,
    pointwise,
    python,
    rectifiers,
    reshape,
    select,
    softmax,
    squashers,
)
