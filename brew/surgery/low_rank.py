"""low_rank: replace a layer by two thinner ones that do nearly the same."""

import numpy as np

from brew.backend import one_blas_thread
from brew.errors import NetError
from brew.proto import caffe_pb2
from brew.surgery.draft import Draft, Part, require_wishes

_TYPES = ("InnerProduct", "Convolution")


def low_rank(net, ranks):
    r"""Return a new net in which layers are split in two by singular values.

    .. math:: W = U S V^T \approx (U_r \sqrt{S_r}) \, (\sqrt{S_r} V_r^T)

    An InnerProduct of K outputs and D inputs becomes one of r outputs and one of K: r
    (K + D) weights in the place of K D. A Convolution of kh x kw becomes one of kh x 1
    with r outputs (for each group) and one of 1 x kw.

    Parameters
    ----------
    net : Net, NetParameter, str or Path
    ranks : dict of str to int or float
        For each layer its rank r; or, as a float from 0 to 1, how much of the sum of
        squared singular values is kept, and r is the smallest that does.

    Returns
    -------
    Net or NetParameter
        The second layer keeps the name, the first is called ``<name>_low``. With full
        rank the outputs are the same, up to rounding.

    Raises
    ------
    NetError
        If a layer is not there, cannot be split, is shared, or a rank is impossible.

    Notes
    -----
    Source: Denton et al., 2014, arXiv:1404.0736; Jaderberg et al., 2014,
    arXiv:1405.3866.
    """
    require_wishes(ranks, "{'fc6': 100} or {'fc6': 0.9}")
    draft = Draft(net)
    for name, rank in ranks.items():
        part = draft.find(name, _TYPES)
        draft.refuse_shared(part, "be split")
        if len(part.param.bottom) > 1:
            part.fail("it has several bottoms; only one can be split in two")
        if part.type == "InnerProduct":
            first = _split_inner_product(part, rank)
        else:
            first = _split_convolution(part, rank)
        _put_before(draft, first, part)
    return draft.finish()


def _put_before(draft, first, part):
    name = f"{part.name}_low"
    if any(name in (p.name, *p.param.top) for p in draft.parts):
        raise NetError(f"the net has a {name!r} already; rename it first")
    first.param.name = name
    first.param.bottom[:], first.param.top[:] = part.param.bottom, [name]
    part.param.bottom[:] = [name]
    draft.parts.insert(draft.parts.index(part), first)


def _twin(part, W):
    """Return a part for the first of the two layers, without bias."""
    param = caffe_pb2.LayerParameter()
    param.CopyFrom(part.param)
    del param.param[1:]
    for spec in param.param:
        spec.ClearField("name")
    param.ClearField("loss_weight")
    return Part(param, [W], part.bottom_shapes, [()])


def _split_inner_product(part, rank):
    transposed = part.param.inner_product_param.transpose
    W = part.blobs[0].T if transposed else part.blobs[0]
    above, below = _factors(part, [W], rank)
    first = _twin(part, below[0].T if transposed else below[0])
    part.blobs[0] = above[0].T if transposed else above[0]
    p = first.param.inner_product_param
    p.num_output, p.bias_term = len(below[0]), False
    if p.axis < 0:  # what lay behind it is one axis now
        part.param.inner_product_param.axis = -1
    return first


def _split_convolution(part, rank):
    W, p = part.blobs[0], part.param.convolution_param
    if W.ndim != 4 or p.axis not in (1, -3):
        part.fail("only a Convolution over two axes, (N, C, h, w), can be split")
    K, C, kh, kw = W.shape
    groups = W.reshape(p.group, K // p.group, C, kh, kw)
    matrices = [g.transpose(0, 3, 1, 2).reshape(-1, C * kh) for g in groups]
    above, below = _factors(part, matrices, rank)
    r = len(below[0])
    first = _twin(part, np.concatenate([b.reshape(r, C, kh, 1) for b in below]))
    part.blobs[0] = np.concatenate(
        [a.reshape(-1, kw, r).transpose(0, 2, 1)[:, :, None] for a in above]
    )
    sizes = _window(p, (kh, kw))
    own = first.param.convolution_param
    own.num_output, own.bias_term = p.group * r, False
    _set_window(own, [(size[0], default) for size, default in sizes])
    _set_window(p, [(default, size[1]) for size, default in sizes])
    return first


def _window(p, kernel):
    """Return kernel, stride and pad, (h, w) each, with what does nothing.

    Dilation stays for both layers: along an axis of kernel 1 it does nothing.
    """
    return (kernel, 1), (_pair(p, "stride", 1), 1), (_pair(p, "pad", 0), 0)


def _pair(p, name, default):
    for_each = [f"{name}_h", f"{name}_w"]
    if any(p.HasField(field) for field in for_each):
        return tuple(getattr(p, field) for field in for_each)
    values = list(getattr(p, name)) or [default]
    return tuple(values * 2)[:2] if len(values) == 1 else tuple(values)


def _set_window(p, sizes):
    for name, (h, w) in zip(("kernel", "stride", "pad"), sizes, strict=True):
        p.ClearField("kernel_size" if name == "kernel" else name)
        setattr(p, f"{name}_h", h)
        setattr(p, f"{name}_w", w)


def _factors(part, matrices, rank):
    """Return, for each matrix M (m, n), A (m, r) and B (r, n) with A B near M."""
    with one_blas_thread():  # more are slower, and their number would change the bits
        parts = [np.linalg.svd(M.astype("f8"), full_matrices=False) for M in matrices]
    r = _rank(part, [S for _, S, _ in parts], rank)
    above = [U[:, :r] * np.sqrt(S[:r]) for U, S, _ in parts]
    below = [np.sqrt(S[:r])[:, None] * V[:r] for _, S, V in parts]
    return above, below


def _rank(part, spectra, rank):
    full = len(spectra[0])
    if isinstance(rank, float) and 0 < rank <= 1:
        energy = np.cumsum(sum(S**2 for S in spectra))
        return min(int(np.searchsorted(energy, rank * energy[-1])) + 1, full)
    if rank in range(1, full + 1):
        return int(rank)
    return part.fail(
        f"rank {rank!r} is impossible; choose 1 to {full}, or the share of the squared "
        "singular values to keep, as a float above 0 and up to 1.0"
    )
