"""What can be seen without training: how solver and nets are set up."""

import numpy as np

from brew import backend
from brew.blob import Blob
from brew.diagnose.finding import Finding
from brew.fillers import fill
from brew.layer import TEST, TRAIN

_WITH_WEIGHTS = {
    "Convolution": "convolution_param",
    "Deconvolution": "convolution_param",
    "InnerProduct": "inner_product_param",
}
_RANDOM = ("gaussian", "uniform", "xavier", "msra", "positive_unitball")
OVER_CLASSES = ("SoftmaxWithLoss", "MultinomialLogisticLoss", "InfogainLoss")


def judge_solver(solver):
    """Return what is wrong with the setup of a solver, from its nets as they are."""
    findings = _frozen(solver.net) + _one_class(solver.net)
    for net in [solver.net, *solver.test_nets]:
        findings += _batch_norm(net, is_untouched=solver.iter == 0)
    return _unique(findings)


def judge_net(net):
    """Return what is wrong with a net by itself, from its blobs as they are."""
    return _unique([*_zero_data_diff(net), *_batch_norm(net), *_one_class(net)])


def class_heads(net):
    """Yield (layer, its name in the loss, scores, labels, K) of losses over classes."""
    for layer, bottoms, tops in zip(net.layers, net._bottoms, net._tops, strict=True):
        if layer.type in OVER_CLASSES:
            scores, labels = bottoms[:2]
            is_infogain = layer.type == "InfogainLoss"
            p = layer.param
            axis = (p.infogain_loss_param if is_infogain else p.softmax_param).axis
            yield layer, tops[0].name, scores, labels, scores.shape[axis]


def _unique(findings):
    return list(dict.fromkeys(findings))


def _frozen(net):
    """Find weights that stay at the random numbers they started with."""
    if net.learnable_params and not any(net.params_lr_mult):
        return [
            Finding(
                "frozen lr_mult",
                "lr_mult is 0 for every parameter of the net: nothing can learn",
                "set lr_mult above 0 in the param of the layers that shall learn",
            )
        ]
    return [
        Finding(
            "frozen lr_mult",
            f"lr_mult is 0, and its weights {layer.blobs[0].shape} are still the "
            "random numbers of its weight_filler",
            "set lr_mult above 0, or load trained weights before training",
            layer.name,
        )
        for layer in net.layers
        if layer.type in _WITH_WEIGHTS
        and layer.param.param
        and layer.param.param[0].lr_mult == 0
        and _is_as_filled(net, layer)
    ]


def _is_as_filled(net, layer):
    filler = getattr(layer.param, _WITH_WEIGHTS[layer.type]).weight_filler
    if filler.type not in _RANDOM:
        return False
    fresh = Blob(layer.blobs[0].shape, layer.blobs[0].dtype)
    fill(fresh, filler, backend.make_rng(net.seed, layer.name))
    return np.array_equal(fresh.cpu_data(), layer.blobs[0].cpu_data())


def _one_class(net):
    return [
        Finding(
            "wrong num_output",
            f"the scores {scores.name!r} have one class only, to which softmax gives "
            "probability 1 whatever comes",
            "set num_output of the last layer to the number of classes; two for yes "
            "and no, or use SigmoidCrossEntropyLoss with one",
            layer.name,
        )
        for layer, _, scores, _, num_classes in class_heads(net)
        if num_classes == 1
    ]


def _batch_norm(net, is_untouched=False):
    findings = []
    for layer in net.layers:
        if layer.type != "BatchNorm":
            continue
        is_empty = float(layer.blobs[2].cpu_data()[0]) == 0
        if layer.phase == TRAIN and layer.use_global_stats and is_empty:
            findings.append(_global_in_training(layer))
        elif layer.phase == TEST and not layer.use_global_stats:
            findings.append(_batch_in_test(layer))
        elif layer.phase == TEST and is_empty and not is_untouched:
            findings.append(_never_filled(layer))
    return findings


def _global_in_training(layer):
    return Finding(
        "BatchNorm in the wrong phase",
        "use_global_stats is true in the train net, but no statistics were ever "
        "gathered: it takes the variance for 0 and multiplies by "
        f"{layer.eps**-0.5:.0f}",
        "leave use_global_stats out: Caffe then gathers in TRAIN and uses in TEST",
        layer.name,
    )


def _batch_in_test(layer):
    return Finding(
        "BatchNorm in the wrong phase",
        "use_global_stats is false in the test net: the answer for an image depends "
        "on which others are in the batch",
        "leave use_global_stats out: Caffe then gathers in TRAIN and uses in TEST",
        layer.name,
    )


def _never_filled(layer):
    return Finding(
        "BatchNorm without statistics",
        "its count is 0: mean and variance were never gathered, and it multiplies by "
        f"{layer.eps**-0.5:.0f}",
        "load trained weights, or train first; a test net of a solver shares them",
        layer.name,
    )


def _zero_data_diff(net):
    """Find inputs whose gradient was asked for and not computed."""
    diffs = [blob.cpu_diff() for blobs in net.params.values() for blob in blobs]
    diffs += [net.blobs[name].cpu_diff() for name in net.outputs]
    if not any(diff.any() for diff in diffs):
        return []  # nobody ran backward
    return [
        Finding(
            "zero data diff",
            f"a gradient was sent down, but the diff of input {name!r} is all 0: no "
            "parameter lies below it, so the net leaves it out",
            "write force_backward: true at the top of the prototxt",
        )
        for name in net.inputs
        if _feeds_images(net, name) and not net.blobs[name].cpu_diff().any()
    ]


def _feeds_images(net, name):
    """Tell whether a layer with a gradient to give reads this blob."""
    for layer, bottoms, wanted in zip(
        net.layers, net._bottoms, net.bottom_need_backward, strict=True
    ):
        for b, blob in enumerate(bottoms):
            can = layer.gradient_to is None or b in layer.gradient_to
            if blob.name == name and can and not wanted[b]:
                return True
    return False
