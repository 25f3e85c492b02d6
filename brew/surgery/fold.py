"""fold_batch_norm: put what BatchNorm and Scale do into the layer before them."""

import numpy as np

from brew.errors import NetError
from brew.layer import TEST
from brew.surgery.draft import Draft, set_bias

_HOSTS = ("Convolution", "InnerProduct")


def fold_batch_norm(net):
    r"""Return a new net without the BatchNorm, Scale and Bias layers behind weights.

    .. math:: a\,(W x + b) + c = (a W)\,x + (a b + c)

    With fixed statistics, BatchNorm is a factor and a shift for each channel, and so
    are Scale and Bias. A Convolution or InnerProduct can do that itself. The outputs
    stay the same, up to rounding; a layer and its pass over memory are saved.

    Parameters
    ----------
    net : Net, NetParameter, str or Path
        In phase TEST, or with ``use_global_stats: true``.

    Returns
    -------
    Net or NetParameter
        Layers that do not stand right behind a Convolution or InnerProduct, or whose
        bottom others read as well, stay as they are.

    Raises
    ------
    NetError
        If nothing can be folded, a BatchNorm uses the statistics of the batch, or
        the weights are shared with another layer.

    Notes
    -----
    Source: the idea is in many tools for Caffe; see Jacob et al., 2018,
    arXiv:1712.05877, section 3.2.
    """
    draft = Draft(net)
    num_parts = len(draft.parts)
    for part in list(draft.parts):
        host = _host(draft, part)
        if host is None:
            continue
        factor, shift = _affine(part)
        draft.refuse_shared(host, f"take over what {part.name!r} does")
        _scale_outputs(host, factor, shift)
        draft.parts.remove(part)
        host.param.top[0] = part.param.top[0]
    if len(draft.parts) == num_parts:
        raise NetError(
            "no BatchNorm, Scale or Bias of this net stands right behind a Convolution "
            "or InnerProduct of its own: there is nothing to fold"
        )
    return draft.finish()


def _host(draft, part):
    """Return the layer that could do the work of this one, or None."""
    if part.type not in ("BatchNorm", "Scale", "Bias") or len(part.param.bottom) > 1:
        return None
    host, _ = draft.producers()[part, 0]
    if host.type not in _HOSTS or len(host.param.top) > 1:
        return None
    if len(draft.readers(host)) > 1 or any(host.param.loss_weight):
        return None
    is_matrix = host.type == "InnerProduct"
    own = host.param.inner_product_param if is_matrix else host.param.convolution_param
    on_channels = own.axis in (1, 1 - len(host.bottom_shapes[0]))
    return host if on_channels and _is_by_channel(part) else None


def _is_by_channel(part):
    """Tell whether factor and shift belong to axis 1 of the bottom."""
    if part.type == "BatchNorm":
        return True
    shape = part.bottom_shapes[0]
    own = part.param.scale_param if part.type == "Scale" else part.param.bias_param
    return own.axis in (1, 1 - len(shape)) and part.blobs[0].shape == shape[1:2]


def _affine(part):
    """Return the factor and the shift, (K,) each, in float64."""
    blobs = [blob.astype("f8") for blob in part.blobs]
    if part.type == "Bias":
        return np.ones_like(blobs[0]), blobs[0]
    if part.type == "Scale":
        return blobs[0], blobs[1] if len(blobs) > 1 else np.zeros_like(blobs[0])
    p = part.param.batch_norm_param
    is_fixed = p.use_global_stats
    if not p.HasField("use_global_stats"):
        is_fixed = part.param.phase == TEST
    if not is_fixed:
        part.fail(
            "it uses the statistics of each batch, which no weights can; build the net "
            "with phase TEST to fold it"
        )
    mean, variance, count = blobs
    scale = 1.0 / count[0] if count[0] else 0.0
    factor = 1.0 / np.sqrt(variance * scale + p.eps)
    return factor, -mean * scale * factor


def _scale_outputs(host, factor, shift):
    W = host.blobs[0].astype("f8")
    old = host.blobs[1].astype("f8") if len(host.blobs) > 1 else 0.0
    transposed = host.param.inner_product_param.transpose
    shape = (1, -1) if transposed else (-1, *[1] * (W.ndim - 1))
    host.blobs[0] = W * factor.reshape(shape)
    set_bias(host, old * factor + shift)
