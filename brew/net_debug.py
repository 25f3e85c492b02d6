"""What ``debug_info: true`` logs: the size of values and gradients by layer."""

import math

from brew.log import logger

TOO_LARGE = 1e18  # the product of two such numbers is beyond float32


def log_forward(net, i):
    """Log the mean absolute value of each top and parameter of layer `i`."""
    layer = net.layers[i]
    for blob in net._tops[i]:
        logger.info(
            "    [Forward] Layer %s, top blob %s data: %g",
            layer.name,
            blob.name,
            _mean_abs(blob.data),
        )
    for b, blob in enumerate(layer.blobs):
        logger.info(
            "    [Forward] Layer %s, param blob %s data: %g",
            layer.name,
            _param_name(layer, b),
            _mean_abs(blob.data),
        )


def log_backward(net, i):
    """Log the mean absolute diff of each bottom and parameter of layer `i`."""
    layer = net.layers[i]
    for blob, is_wanted in zip(
        net._bottoms[i], net.bottom_need_backward[i], strict=True
    ):
        if is_wanted:
            logger.info(
                "    [Backward] Layer %s, bottom blob %s diff: %g",
                layer.name,
                blob.name,
                _mean_abs(blob.diff),
            )
    for b, blob in enumerate(layer.blobs):
        if layer.param_propagate_down[b]:
            logger.info(
                "    [Backward] Layer %s, param blob %s diff: %g",
                layer.name,
                _param_name(layer, b),
                _mean_abs(blob.diff),
            )


def log_all_params(net):
    """Log the L1 and L2 norms of all learnable parameters and their gradients."""
    blobs = net.learnable_params
    logger.info(
        "    [Backward] All net params (data, diff): "
        "L1 norm = (%g, %g); L2 norm = (%g, %g)",
        sum(float(abs(blob.data).sum()) for blob in blobs),
        sum(float(abs(blob.diff).sum()) for blob in blobs),
        sum(float((blob.data**2).sum()) for blob in blobs) ** 0.5,
        sum(float((blob.diff**2).sum()) for blob in blobs) ** 0.5,
    )


def explain_nan(net):
    """Say where NaN stands first in a net whose loss is NaN, and what to do."""
    for i, layer in enumerate(net.layers):
        where = f"layer {layer.name!r} ({layer.type})"
        for b, blob in enumerate(layer.blobs):
            if _has_nan(blob):
                return (
                    f"the loss is NaN, and so are parameters ({_param_name(layer, b)}) "
                    f"of {where}: training has diverged; build the net anew, and take "
                    "a lower base_lr, or clip_gradients"
                )
        for blob in net._tops[i]:
            if _has_nan(blob):
                return (
                    f"the loss is NaN, and NaN comes first in the top {blob.name!r} of "
                    f"{where}; {_advice(net._bottoms[i])}"
                )
    return "the loss is NaN, but no blob is; look at loss_weight"


def _has_nan(blob):
    data = blob.cpu_data()
    return bool((data != data).any())  # only NaN is not equal to itself


def _advice(bottoms):
    if not bottoms:
        return "look at the data that came in"
    told = ", ".join(
        f"{blob.name!r} goes from {blob.cpu_data().min():g} to "
        f"{blob.cpu_data().max():g}"
        for blob in bottoms
    )
    if any(TOO_LARGE < abs(blob.cpu_data()).max() < math.inf for blob in bottoms):
        return (
            f"what it computes with is too large ({told}): training has diverged; "
            "build the net anew, and take a lower base_lr, or clip_gradients"
        )
    return f"what it computes with cannot be ({told}); is there an infinite number?"


def _param_name(layer, index):
    given = layer.param.param
    return (given[index].name if index < len(given) else "") or str(index)


def _mean_abs(array):
    return float(abs(array).mean()) if array.size else 0.0
