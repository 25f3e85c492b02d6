"""prune_weights_in_place: set the smallest weights to zero."""

import numpy as np

from brew.errors import NetError, did_you_mean
from brew.surgery.draft import require_net
from brew.surgery.report import Report

_TYPES = ("Convolution", "Deconvolution", "InnerProduct", "Embed")


def prune_weights_in_place(net, share, layers=None):
    """Set the smallest weights of each layer to zero, in the net itself.

    Parameters
    ----------
    net : Net
        Is changed. Its biases stay.
    share : float
        How many of the weights become zero, from 0 to 1. Those that are zero already
        count.
    layers : iterable of str, optional
        Default: all of type Convolution, Deconvolution, InnerProduct and Embed.

    Returns
    -------
    Report
        For each layer how many weights are zero now, and the largest that was given
        up.

    Raises
    ------
    NetError
        If `net` is no Net, `share` no share, or a layer has no weights.

    Notes
    -----
    Training lets the weights grow again: prune once more after each stretch of it.
    Source: Han et al., "Learning both Weights and Connections", 2015,
    arXiv:1506.02626.
    """
    require_net(net, "what is pruned")
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        raise NetError(f"share is {share!r}; it must be a number from 0 to 1")
    known = [layer.name for layer in net.layers if layer.type in _TYPES and layer.blobs]
    names = known if layers is None else list(layers)
    for name in names:
        if name not in known:
            raise NetError(
                f"there are no weights to prune in layer {name!r}."
                + did_you_mean(name, known)
            )
    rows = [_prune(name, net.params[name][0], share) for name in names]
    columns = ("parameter", "action", "weights", "zero now", "largest given up")
    return Report(f"Pruned {share:.0%} of the weights", columns, rows)


def _prune(name, blob, share):
    W = blob.mutable_cpu_data().reshape(-1)
    smallest = np.argsort(abs(W), kind="stable")[: round(share * W.size)]
    largest = float(abs(W[smallest]).max()) if smallest.size else 0.0
    W[smallest] = 0
    zeros = int((W == 0).sum())
    return f"{name}[0]", "pruned", W.size, zeros, f"{largest:.3g}"
