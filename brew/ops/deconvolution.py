"""Deconvolution: convolution the other way round.

Convolution gathers a window of pixels into one output; here each pixel is dealt out
over a window. So the forward pass is what convolution does to find the gradient of
its input, and the backward pass is a convolution.
"""

from brew import backend
from brew.ops import convolution
from brew.ops.im2col import make_axes
from brew.ops.pieces import by_items


def size_out(size, axis):
    """Return the size of the output along an axis: of what a convolution makes `size`.

    Of several such sizes it is the smallest.
    """
    return axis.stride * (size - 1) + axis.extent - 2 * axis.pad


def forward(x, W, b=None, stride=1, pad=0, dilation=1, group=1, out=None):
    """Put a kernel, times the pixel, around every pixel, and add them up.

    Parameters
    ----------
    x : array (N, C, h, w)
        The images; any number of spatial axes.
    W : array (C, K / group, kh, kw)
        A kernel for each input and output; note that inputs come first.
    b : array (K,), optional
        Is added to each output channel.
    stride : int or tuple of int
        How far apart the kernels of neighbouring pixels are put.
    pad : int or tuple of int
        How much is cut off all around.
    dilation, group
        As in :func:`brew.ops.convolution.forward`.
    out : array (N, K, oh, ow), optional
        Where to write; contiguous.

    Returns
    -------
    array (N, K, oh, ow)
        `out`, or a new array.
    """
    if out is None:
        axes = make_axes(W.shape[2:], stride, pad, dilation)
        sizes = map(size_out, x.shape[2:], axes)
        shape = (len(x), W.shape[1] * group, *sizes)
        out = backend.xp_of(x).empty(shape, x.dtype)
    # Of its input, convolution needs only the shape to find the gradient.
    convolution.backward(x, out, W, stride, pad, dilation, group, dx=out)
    if b is not None:
        b = b.reshape(-1, *[1] * (out.ndim - 2))
        by_items(lambda y: backend.xp_of(y).add(y, b, out=y), out)
    return out


def backward(dy, x, W, stride=1, pad=0, dilation=1, group=1, dx=None, dW=None, db=None):
    """Compute the gradients for which an array is given.

    Parameters
    ----------
    dy : array (N, K, oh, ow)
        Gradient of the loss with respect to the output.
    x, W, stride, pad, dilation, group
        As in :func:`forward`.
    dx : array like x, optional
        Is replaced; contiguous.
    dW : array like W, optional
        Is added to; contiguous.
    db : array (K,), optional
        Is added to.
    """
    options = stride, pad, dilation, group
    if dx is not None:
        convolution.forward(dy, W, None, *options, out=dx)
    if dW is not None:
        convolution.backward(x, dy, W, *options, dW=dW)
    if db is not None:
        db += dy.sum(axis=(0, *range(2, dy.ndim)))
