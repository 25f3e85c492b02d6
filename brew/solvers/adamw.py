"""AdamW: Adam whose weight decay goes past the division. Not in Caffe."""

from brew.solvers.adam import AdamSolver


class AdamWSolver(AdamSolver):
    r"""Update as Adam does without decay, and let the parameters decay beside it.

    .. math:: w \leftarrow w - \alpha u - \alpha \lambda w

    with the update :math:`\alpha u` that Adam makes of the gradient alone, and
    :math:`\lambda` = ``weight_decay`` [0] times ``decay_mult``. In Adam the decay
    is part of the gradient, so it is divided as the gradient is: parameters with
    large gradients hardly decay. Here all decay alike. With
    ``regularization_type: "L1"``, sign(w) stands in the place of the last w.

    brew's own addition: Caffe does not know this type. In the paper the schedule
    alone scales the decay; here, as in PyTorch, the whole rate does.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR
    2019, arXiv:1711.05101.
    """

    type = "AdamW"
    decoupled_decay = True
