"""fully_convolutional: let a classifier of one size look at images of any size."""

from math import prod

from brew.errors import NetError
from brew.proto import caffe_pb2
from brew.surgery.draft import ELEMENTWISE, Draft

# What may read (N, K, 1, 1) in the place of (N, K): it works along axis 1.
_BY_CHANNEL = {
    *ELEMENTWISE,
    *("PReLU", "BatchNorm", "Scale", "Bias", "Softmax", "Eltwise", "Silence"),
    *("SoftmaxWithLoss", "Accuracy", "EuclideanLoss", "SigmoidCrossEntropyLoss"),
}


def fully_convolutional(net):
    """Return a new net in which every InnerProduct has become a Convolution.

    An InnerProduct on a blob of (N, C, h, w) is a Convolution whose kernels are as
    large as the image, h x w. One that follows gets kernels of 1 x 1. Flatten and
    Reshape layers on the way are taken out. On a larger image, each place of the
    output is then what the old net says about one window of the image.

    Parameters
    ----------
    net : Net, NetParameter, str or Path

    Returns
    -------
    Net or NetParameter
        Outputs (N, K) have become (N, K, 1, 1); names are kept. Give it larger images
        with ``net.blobs["data"].reshape(1, 3, 500, 400)``.

    Raises
    ------
    NetError
        If there is nothing to cast, a layer on the way cannot read what it would be
        given, or weights are shared.

    Notes
    -----
    The windows are as far apart as the strides of all layers multiplied. Where layers
    pad, a window inside of an image sees its neighbours where the old net saw zeros.
    Source: Long, Shelhamer and Darrell, 2015, arXiv:1411.4038; Caffe's net_surgery.
    """
    draft = Draft(net)
    images = {}  # blob: (C, h, w) that it has, or had before it was flattened
    num_cast = 0
    for part in list(draft.parts):
        num_cast += _cast(draft, part, images)
    if not num_cast:
        raise NetError(
            "no InnerProduct of this net reads images (N, C, h, w): there is nothing "
            "to make convolutional"
        )
    return draft.finish()


def _cast(draft, part, images):
    """Change one part if it must be; note what its tops are as images."""
    bottoms = list(part.param.bottom)
    tops = list(part.param.top)
    image = images.get(bottoms[0]) if bottoms else None
    if part.type == "InnerProduct" and image:
        draft.refuse_shared(part, "become a Convolution")
        _to_convolution(part, image)
        images[tops[0]] = (part.blobs[0].shape[0], 1, 1)
        return True
    if image and part.type in ("Flatten", "Reshape") and _flattens(part):
        images[tops[0]] = image
        draft.remove(part)
        return False
    _check_reader(part, [images.get(name) for name in bottoms])
    for top, shape in zip(tops, part.top_shapes, strict=False):
        follows = image and shape == part.bottom_shapes[0]
        own = tuple(shape[1:]) if len(shape) == 4 else None
        images[top] = image if follows else own
    if part.type == "Concat" and image:
        images[tops[0]] = (part.top_shapes[0][1], *image[1:])
    return False


def _flattens(part):
    """Tell whether (N, C, h, w) becomes (N, C h w)."""
    x = part.bottom_shapes[0]
    return part.top_shapes[0] == (x[0], prod(x[1:]))


def _check_reader(part, images):
    """Refuse layers that would get an image where they had a vector."""
    for shape, image in zip(part.bottom_shapes, images, strict=True):
        if image is None or len(shape) == 4:
            continue
        fits_vectors = image[1:] == (1, 1) and (
            part.type in _BY_CHANNEL
            or (part.type == "Concat" and part.param.concat_param.axis == 1)
        )
        if not (fits_vectors or part.type in ELEMENTWISE):
            part.fail(
                f"its bottom of shape {shape} becomes {(shape[0], *image)}, which "
                f"{part.type} cannot read in the same way; take this layer out first"
            )


def _to_convolution(part, image):
    old = caffe_pb2.InnerProductParameter()
    old.CopyFrom(part.param.inner_product_param)
    if old.axis not in (1, 1 - len(part.bottom_shapes[0])):
        part.fail(f"its axis is {old.axis}; only axis 1 can become a Convolution")
    part.param.ClearField("inner_product_param")
    part.param.type = "Convolution"
    new = part.param.convolution_param
    new.num_output, new.bias_term = old.num_output, old.bias_term
    new.kernel_h, new.kernel_w = image[1:]
    for filler in ("weight_filler", "bias_filler"):
        if old.HasField(filler):
            getattr(new, filler).CopyFrom(getattr(old, filler))
    W = part.blobs[0].T if old.transpose else part.blobs[0]
    part.blobs[0] = W.reshape(old.num_output, *image)
