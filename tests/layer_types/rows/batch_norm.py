from brew.layer import TEST, TRAIN
from brew.testing import Case, exactly, lopsided

# What runs and count must be for a variance that is positive.
GATHERED = [lopsided(), lopsided(0.5, 3.0), exactly([2.5])]


def batch_norm(proto, bottoms, id, params=GATHERED, **options):
    text = f"batch_norm_param {{ {proto} }}"
    return Case("BatchNorm", text, bottoms, id, params=params, in_place=True, **options)


def mvn(proto, bottoms, id, **options):
    return Case(
        "MVN", f"mvn_param {{ {proto} }}", bottoms, id, in_place=True, **options
    )


def layer_norm(proto, bottoms, id, **options):
    text = f"layer_norm_param {{ {proto} }}"
    return Case("LayerNorm", text, bottoms, id, in_place=True, **options)


FOUR = {"in_place": "a blob of fewer axes becomes one of four"}
INEXACT = {"gradient": "Caffe's gradient takes eps for small beside the deviation"}

CASES = [
    batch_norm("", [(3, 2, 2, 3)], "of a batch", refuses=[[(3,)], [()]]),
    batch_norm("eps: 0.5", [(4, 3)], "without places"),
    batch_norm("", [(2, 3, 2, 1, 2)], "five axes"),
    batch_norm("", [(1, 2, 5)], "one item"),
    batch_norm(
        "use_global_stats: false", [(3, 2, 2)], "of a batch at test", phase=TEST
    ),
    batch_norm("", [(3, 2, 2, 2)], "gathered", phase=TEST),
    batch_norm("eps: 0.5", [(3, 4)], "gathered without places", phase=TEST),
    batch_norm(
        "use_global_stats: true", [(2, 3, 4)], "gathered in training", phase=TRAIN
    ),
    mvn("", [(2, 3, 2, 3)], "channels", refuses=[[(2, 3, 2, 3, 2)]]),
    mvn("across_channels: true", [(2, 3, 2, 3)], "items"),
    mvn("", [(2, 3, 4)], "three axes", xfail=FOUR),
    mvn("normalize_variance: false", [(2, 3, 1, 4)], "mean only"),
    mvn(
        "normalize_variance: false across_channels: true",
        [(3, 2, 2, 1)],
        "mean of items",
    ),
    mvn("eps: 0.3", [(2, 2, 3, 2)], "large eps", xfail=INEXACT),
    layer_norm("", [(2, 3, 5)], "places", refuses=[[()]]),
    layer_norm("", [(3, 4)], "items"),
    layer_norm("axis: 1 eps: 0.5", [(2, 3, 2, 2)], "whole items"),
    layer_norm("axis: 2", [(2, 3, 2, 2)], "planes"),
    layer_norm("axis: 0", [(3, 4)], "everything", resized=None),
    layer_norm("", [(6,)], "one vector", resized=None),
    layer_norm("bias_term: false", [(2, 3, 4)], "scale only"),
    layer_norm("scale_term: false", [(2, 3, 4)], "shift only"),
    layer_norm("scale_term: false bias_term: false", [(2, 3, 4)], "no more"),
    layer_norm(
        "filler { type: 'uniform' } bias_filler { value: 2 }",
        [(3, 4)],
        "as filled",
        params=None,
    ),
]
