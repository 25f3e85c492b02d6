"""Decide which layers and bottoms of a net take part in the backward pass.

A gradient is worth computing where two things meet: something below can learn
(a parameter whose lr_mult is not 0), and something above has a loss.
"""


def mark_backward(net):
    """Set the backward flags of `net`, and which parameter gradients it wants.

    Writes ``net.layer_need_backward``, ``net.bottom_need_backward`` and each
    layer's ``param_propagate_down``.

    Parameters
    ----------
    net : Net
        With layers and blobs connected.
    """
    _mark_what_can_learn(net)
    _unmark_what_has_no_loss(net)
    if net.param.force_backward:
        _mark_all(net)


def _mark_what_can_learn(net):
    blob_needs = set()
    net.layer_need_backward, net.bottom_need_backward = [], []
    for layer, bottoms, tops in zip(
        net.layers, net.bottom_ids, net.top_ids, strict=True
    ):
        wanted = layer.param.propagate_down or [b in blob_needs for b in bottoms]
        net.bottom_need_backward.append(list(wanted))
        layer.param_propagate_down = [
            i >= len(layer.param.param) or layer.param.param[i].lr_mult != 0
            for i in range(len(layer.blobs))
        ]
        needs = any(layer.param_propagate_down) or not blob_needs.isdisjoint(bottoms)
        net.layer_need_backward.append(needs)
        if needs:
            blob_needs.update(tops)


def _unmark_what_has_no_loss(net):
    under_loss, skipped = set(), set()
    for i in reversed(range(len(net.layers))):
        tops, bottoms = net.top_ids[i], net.bottom_ids[i]
        has_loss = any(net.layers[i].loss_weights) or not under_loss.isdisjoint(tops)
        all_tops_skipped = skipped.issuperset(tops)
        if all_tops_skipped or not has_loss:
            if net.layer_need_backward[i] or not has_loss:
                net.bottom_need_backward[i] = [False] * len(bottoms)
            net.layer_need_backward[i] = False
        if has_loss:
            under_loss.update(bottoms)
        for b, needs in zip(bottoms, net.bottom_need_backward[i], strict=True):
            if not needs:
                skipped.add(b)


def _mark_all(net):
    for i, layer in enumerate(net.layers):
        net.layer_need_backward[i] = True
        net.bottom_need_backward[i] = [
            needs or layer.gradient_to is None or b in layer.gradient_to
            for b, needs in enumerate(net.bottom_need_backward[i])
        ]
        layer.param_propagate_down = [True] * len(layer.blobs)
