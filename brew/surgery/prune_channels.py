"""prune_channels: take whole channels out, so that layers become smaller."""

from collections.abc import Iterable
from math import prod

import numpy as np

from brew.surgery.draft import ELEMENTWISE, Draft, require_wishes

_SOURCES = ("Convolution", "InnerProduct")
_PASSED = {*ELEMENTWISE, "Pooling", "Silence"}


def prune_channels(net, channels):
    """Return a new net without some channels of its layers.

    All layers above that read the channels lose the weights for them: through
    activations, Pooling, BatchNorm, Scale, Bias, PReLU, Dropout, Flatten, Concat and
    Eltwise up to the next Convolution, Deconvolution or InnerProduct.

    Parameters
    ----------
    net : Net, NetParameter, str or Path
    channels : dict of str to (list of int or float)
        For a Convolution or InnerProduct the outputs to take out; or how many, as a
        float from 0 to 1: those whose weights have the smallest sum of magnitudes.

    Returns
    -------
    Net or NetParameter
        Its outputs are the same if the channels were dead, that is, zero where the
        next layer with weights reads them.

    Raises
    ------
    NetError
        If a layer is not there, no channel would be left, a layer above mixes channels
        in a way that cannot be pruned (such as LRN across channels), Eltwise would add
        up different channels, or an output of the net would lose channels.

    Notes
    -----
    Source: Li et al., "Pruning Filters for Efficient ConvNets", 2017, arXiv:1608.08710.
    """
    require_wishes(channels, "{'conv1': [0, 7]} or {'conv1': 0.5}")
    draft = Draft(net)
    for name in channels:
        draft.find(name, _SOURCES)
    kept = {}  # blob: which of its channels stay; absent if all do
    for part in draft.parts:
        masks = [kept.get(name) for name in part.param.bottom]
        result = None
        if any(mask is not None for mask in masks):
            draft.refuse_shared(part, "lose channels")
            result = _read(part, masks)
        if part.name in channels:
            draft.refuse_shared(part, "lose channels")
            result = _drop(part, channels[part.name])
        if result is not None:
            kept.update(dict.fromkeys(part.param.top, result))
    _check_outputs(draft, kept)
    return draft.finish()


def _check_outputs(draft, kept):
    read = set(draft.producers().values())
    for part in draft.parts:
        for t, name in enumerate(part.param.top):
            if name in kept and (part, t) not in read:
                part.fail(
                    f"its top {name!r} is an output of the net and would lose "
                    "channels; prune layers below the last one with weights only"
                )


def _outputs_first(part):
    """Return the weights with the outputs on axis 0: a view."""
    W = part.blobs[0]
    return W.T if part.param.inner_product_param.transpose else W


def _store(part, W):
    part.blobs[0] = W.T if part.param.inner_product_param.transpose else W


def _drop(part, wanted):
    """Take outputs off a layer; return which stay."""
    W = _outputs_first(part)
    mask = _mask(part, W, wanted)
    if part.type == "Convolution":
        p = part.param.convolution_param
        left = set(mask.reshape(p.group, -1).sum(axis=1))
        if len(left) > 1:
            part.fail(
                f"each of its {p.group} groups must lose as many outputs; "
                f"{sorted(map(int, left))} would be left"
            )
    else:
        p = part.param.inner_product_param
        if p.axis not in (1, 1 - len(part.bottom_shapes[0])):
            part.fail("only an InnerProduct with axis 1 has channels to prune")
    p.num_output = int(mask.sum())
    _store(part, W[mask])
    part.blobs[1:] = [b[mask] for b in part.blobs[1:]]
    return mask


def _mask(part, W, wanted):
    mask = np.ones(len(W), bool)
    if isinstance(wanted, float) and 0 <= wanted < 1:
        size = abs(W).reshape(len(W), -1).sum(axis=1)
        mask[np.argsort(size, kind="stable")[: int(wanted * len(W))]] = False
        return mask
    channels = range(len(W))
    if not isinstance(wanted, Iterable) or any(k not in channels for k in wanted):
        part.fail(
            f"it cannot lose the channels {wanted!r}; name some of 0 to {len(W) - 1}, "
            "or how many as a float from 0 to below 1"
        )
    mask[[int(k) for k in wanted]] = False
    if not mask.any():
        part.fail("it would lose all its channels; leave at least one")
    return mask


def _read(part, masks):
    """Fit a layer to bottoms that have lost channels; return which tops keep."""
    if part.type in _PASSED:
        return masks[0]
    if part.type not in _READERS:
        part.fail(
            "the channels that it reads are pruned, and it is not known how to prune "
            f"through {part.type}; prune only layers above it, or take it out first"
        )
    return _READERS[part.type](part, masks)


def _read_convolution(part, masks):
    p, (mask,) = part.param.convolution_param, masks
    num_inputs = len(mask)
    if p.group == num_inputs == p.num_output and p.group > 1:
        p.group = p.num_output = int(mask.sum())  # a filter for each channel
        part.blobs = [blob[mask] for blob in part.blobs]
        return mask
    rows = mask.reshape(p.group, -1)
    if len(set(rows.sum(axis=1))) > 1:
        part.fail(f"each of its {p.group} groups of inputs must lose as many channels")
    W = part.blobs[0]
    groups = np.split(W, p.group)
    part.blobs[0] = np.concatenate(
        [g[:, row] for g, row in zip(groups, rows, strict=True)]
    )
    return None


def _read_deconvolution(part, masks):
    if part.param.convolution_param.group > 1:
        part.fail("a Deconvolution with groups cannot lose inputs")
    part.blobs[0] = part.blobs[0][masks[0]]


def _read_inner_product(part, masks):
    p, shape = part.param.inner_product_param, part.bottom_shapes[0]
    if p.axis not in (1, 1 - len(shape)):
        part.fail("only an InnerProduct with axis 1 can lose inputs")
    _store(part, _outputs_first(part)[:, np.repeat(masks[0], prod(shape[2:]))])


def _read_flatten(part, masks):
    x, y = part.bottom_shapes[0], part.top_shapes[0]
    if y != (x[0], prod(x[1:])):
        part.fail(f"it makes {y} of {x}; only (N, C h w) of (N, C, h, w) can be pruned")
    return np.repeat(masks[0], prod(x[2:]))


def _read_concat(part, masks):
    if part.param.concat_param.axis not in (1, 1 - len(part.bottom_shapes[0])):
        part.fail("it joins along another axis than the channels; its bottoms differ")
    return np.concatenate(
        [
            np.ones(shape[1], bool) if mask is None else mask
            for mask, shape in zip(masks, part.bottom_shapes, strict=True)
        ]
    )


def _read_eltwise(part, masks):
    if any(mask is None or (mask != masks[0]).any() for mask in masks):
        part.fail(
            "its bottoms would keep different channels; prune the same channels in all "
            f"layers that it joins ({', '.join(map(repr, part.param.bottom))})"
        )
    return masks[0]


def _read_by_channel(part, masks):
    """Keep the entries of all parameters that have one for each channel."""
    channels = len(masks[0])
    if len(masks) > 1:
        part.fail("its factors come from a bottom; only learned ones can be pruned")
    if any(blob.shape not in ((channels,), (1,), ()) for blob in part.blobs):
        part.fail("its parameters are not one for each channel")
    own_axis = {"Scale": part.param.scale_param, "Bias": part.param.bias_param}
    if part.type in own_axis and own_axis[part.type].axis not in (
        1,
        1 - len(part.bottom_shapes[0]),
    ):
        part.fail("its axis is not that of the channels")
    part.blobs = [b[masks[0]] if b.shape == (channels,) else b for b in part.blobs]
    return masks[0]


def _read_batch_norm(part, masks):
    mean, variance, count = part.blobs
    part.blobs = [mean[masks[0]], variance[masks[0]], count]
    return masks[0]


def _read_lrn(part, masks):
    if part.param.lrn_param.norm_region != 1:  # WITHIN_CHANNEL
        part.fail(
            "across channels, each looks at its neighbours, and these would be others"
        )
    return masks[0]


_READERS = {
    "Convolution": _read_convolution,
    "Deconvolution": _read_deconvolution,
    "InnerProduct": _read_inner_product,
    "Flatten": _read_flatten,
    "Reshape": _read_flatten,
    "Concat": _read_concat,
    "Eltwise": _read_eltwise,
    "BatchNorm": _read_batch_norm,
    "Scale": _read_by_channel,
    "Bias": _read_by_channel,
    "PReLU": _read_by_channel,
    "LRN": _read_lrn,
}
