"""Where does a net look? Two ways to ask, on any net and any layer.

*Occlusion* covers a square of the image and looks how much an output falls: what is
missed was important. The *gradient* asks how an output would change with each pixel,
in one pass backward.
"""

from contextlib import contextmanager

import numpy

from brew.errors import NetError, did_you_mean


def occlusion(net, image, number, size=32, stride=16, fill=0.0, output="prob"):
    """Return how much an output falls where the image is covered.

    A square is moved over the image, and the output is compared with that for the
    whole image.

    Parameters
    ----------
    net : Net
        Takes images (N, C, h, w) in its first input; any N: it is reshaped, and
        gets its shape back.
    image : array (C, h, w)
        As the net takes it.
    number : int
        Which number of the output, such as the class.
    size, stride : int
        Of the squares, in pixels.
    fill : float, default 0
        What they are filled with: 0 is the mean colour if that was subtracted.
    output : str, default "prob"
        The blob that is watched.

    Returns
    -------
    array (h, w)
        For each pixel the fall of the output, averaged over the squares that cover it.

    Raises
    ------
    NetError
        If the net has no such blob or number, or squares leave gaps.

    Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks",
    2013, arXiv:1311.2901.
    """
    if not 0 < stride <= size:
        raise NetError(
            f"squares of {size} pixels, {stride} apart, do not cover the image; choose "
            "a stride from 1 to the size"
        )
    image = _image(net, image)
    h, w = image.shape[1:]
    lefts = _starts(w, size, stride)
    falls, times = numpy.zeros((h, w), numpy.float32), numpy.zeros((h, w), numpy.int64)
    with _forwarded(net, image[None], output) as outputs:
        _check_number(net, output, number, outputs.shape[1])
        whole = float(outputs[0, number])
    for top in _starts(h, size, stride):
        squares = [numpy.s_[top : top + size, left : left + size] for left in lefts]
        covered = numpy.repeat(image[None], len(lefts), axis=0)
        for one, square in zip(covered, squares, strict=True):
            one[:, *square] = fill
        with _forwarded(net, covered, output) as outputs:
            for square, value in zip(squares, outputs[:, number], strict=True):
                falls[square] += whole - value
                times[square] += 1
    return falls / times


def gradient(net, image, number, output="prob"):
    """Return how an output changes with each number of the image.

    Parameters
    ----------
    net : Net
        With ``force_backward: true``, so that gradients reach its input.
    image : array (C, h, w)
        As the net takes it.
    number : int
        Which number of the output, such as the class.
    output : str, default "prob"
        The blob whose number it is. Scores before the softmax are often clearer: a
        probability also changes with all other classes.

    Returns
    -------
    array (C, h, w)
        On the way, gradients are added to the diffs of the parameters, too.

    Raises
    ------
    NetError
        If the net has no such blob or number, or computes no gradient for its input.

    Source: Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks", 2013,
    arXiv:1312.6034.
    """
    name = net.inputs[0]
    if not net.param.force_backward:
        raise NetError(
            f"net {net.name!r} computes no gradient for its input {name!r}; write "
            "'force_backward: true' at the top of its prototxt"
        )
    with _forwarded(net, _image(net, image)[None], output) as outputs:
        _check_number(net, output, number, outputs.shape[1])
        backward_from(net, output, number)
        return net.blobs[name].diff[0].copy()


def backward_from(net, output, number):
    """Compute the gradients of one number of a blob: no loss adds its own.

    Parameters
    ----------
    net : Net
        Has been run forward.
    output : str
        The blob.
    number : int
        Which number of its first item.
    """
    weights = {name: w for name, w in net.blob_loss_weights.items() if w}
    for blob in net.blobs.values():  # also of another output, from an earlier call
        blob.clear_diff()
    net.blobs[output].diff.reshape(-1)[number] = 1
    try:
        net.run_backward(last_writer(net, output))
    finally:
        for name, weight in weights.items():  # it stands in the diff
            net.blobs[name].diff[...] = weight


def last_writer(net, blob):
    """Return the index of the last layer that has this blob as its top."""
    return max(i for i, tops in enumerate(net.top_names.values()) if blob in tops)


def _image(net, image):
    """Return the image as an array (C, h, w)."""
    image = numpy.asarray(image)
    if image.ndim != 3:
        raise NetError(
            f"net {net.name!r} is asked about one image (C, h, w), not about an array "
            f"of shape {image.shape}"
        )
    return image


def _check_number(net, output, number, count):
    if number not in range(count):
        raise NetError(
            f"net {net.name!r}: {output!r} has the numbers 0 to {count - 1}, "
            f"not {number!r}"
        )


def _starts(length, size, stride):
    """Return where squares begin, so that the last one ends at the border."""
    return [*range(0, length - size, stride), max(0, length - size)]


@contextmanager
def _forwarded(net, images, output):
    """Run images through the net, and give an output as (N, K); then reshape back."""
    if output not in net.blobs:
        raise NetError(
            f"net {net.name!r} has no blob {output!r}.{did_you_mean(output, net.blobs)}"
        )
    blob = net.blobs[net.inputs[0]]
    before = blob.shape
    try:
        blob.reshape(*images.shape)
        blob.data[...] = images
        net.forward()
        yield net.blobs[output].data.reshape(len(images), -1)
    finally:
        blob.reshape(*before)
        net.reshape()
