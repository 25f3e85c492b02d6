"""Notice layers in place that overwrite what another layer's gradient needs."""

from brew.log import logger


def warn_of_overwritten_tops(net):
    """Warn where a layer in place spoils the gradient of the layer below.

    Sigmoid, for one, computes its gradient from its top. If a Dropout then works
    in place on that blob, the gradient is wrong, without any sign; in Caffe too.

    Parameters
    ----------
    net : Net
        With its backward flags set.
    """
    for i, layer in enumerate(net.layers):
        if not (layer.backward_reads_top and net.layer_need_backward[i]):
            continue
        for blob in net.top_ids[i]:
            spoiler = _next_in_place(net, i, blob)
            if spoiler is not None:
                logger.warning(
                    "layer %r (%s) works in place on blob %r, which the gradient of "
                    "layer %r (%s) needs as it was: that gradient will be wrong; give "
                    "the top of %r another name",
                    spoiler.name,
                    spoiler.type,
                    net._blobs[blob].name,
                    layer.name,
                    layer.type,
                    spoiler.name,
                )


def _next_in_place(net, i, blob):
    for j in range(i + 1, len(net.layers)):
        pairs = zip(net.bottom_ids[j], net.top_ids[j], strict=False)
        if (blob, blob) in pairs:
            return net.layers[j]
    return None
