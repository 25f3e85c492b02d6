"""What a sum of losses is divided by: ``loss_param { normalization: … }``.

Labels lie as (N, M): N items with M places each; some may be ignored.
"""

FULL, VALID, BATCH_SIZE, NONE = range(4)  # as in LossParameter


def choose(loss_param, default):
    """Return the way to normalize that a LossParameter asks for.

    ``normalization`` wins over the older ``normalize``, which means VALID when
    true and BATCH_SIZE when false. If neither is set it is `default`.
    """
    if loss_param.HasField("normalization"):
        return loss_param.normalization
    if loss_param.HasField("normalize"):
        return VALID if loss_param.normalize else BATCH_SIZE
    return default


def divisor(way, shape, counted=None):
    """Return the number to divide by; it is at least 1.

    Parameters
    ----------
    way : int
        FULL: all places; VALID: those that count; BATCH_SIZE: the items; NONE: 1.
    shape : (int, int)
        The shape (N, M) of the labels.
    counted : array of bool, optional
        Which places count; all of them by default.
    """
    num_items, num_places = shape
    if way == VALID and counted is not None:
        number = int(counted.sum())
    else:
        number = {
            FULL: num_items * num_places,
            VALID: num_items * num_places,
            BATCH_SIZE: num_items,
            NONE: 1,
        }[way]
    return float(max(1, number))
