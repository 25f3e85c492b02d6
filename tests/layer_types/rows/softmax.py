from brew.testing import Case, choices, lopsided

LABELS = [lopsided(), choices(0, 1, 2)]
SOME_IGNORED = [lopsided(), choices(0, 1, 2, 255)]


def loss(proto, bottoms, id, samples=LABELS, **options):
    options = {"gradient_to": (0,), "gradient_from": (0,)} | options
    return Case("SoftmaxWithLoss", proto, bottoms, id, samples=samples, **options)


CASES = [
    Case("Softmax", "", [(3, 5)], in_place=True),
    Case("Softmax", "", [(2, 3, 2, 2)], "image", in_place=True),
    Case("Softmax", "softmax_param { axis: 0 }", [(3, 4)], "axis 0", in_place=True),
    Case("Softmax", "softmax_param { axis: -1 }", [(2, 3, 4)], "last", in_place=True),
    Case("Softmax", "", [(3, 4)], "large", samples=lopsided(-50, 900), in_place=True),
    loss(
        "",
        [(5, 3), (5,)],
        "classes",
        refuses=[[(5, 3), (4,)], [(5, 3, 2), (10,)], [(5, 3, 2), (5, 3)]],
    ),
    loss("", [(2, 3, 2, 3), (2, 1, 2, 3)], "image"),
    loss("loss_weight: 3", [(5, 3), (5,)], "weighted"),
    loss("softmax_param { axis: 2 }", [(2, 2, 3), (2, 2)], "last axis"),
    loss("softmax_param { axis: -2 }", [(2, 3, 2), (2, 2)], "axis from the end"),
    loss(
        "loss_param { ignore_label: 255 }",
        [(2, 3, 2, 3), (2, 2, 3)],
        "some ignored",
        SOME_IGNORED,
    ),
    loss(
        "loss_param { ignore_label: 255 normalization: FULL }",
        [(6, 3), (6,)],
        "over all",
        SOME_IGNORED,
    ),
    loss(
        "loss_param { ignore_label: 255 normalization: BATCH_SIZE }",
        [(2, 3, 2, 3), (2, 2, 3)],
        "over the batch",
        SOME_IGNORED,
    ),
    loss("loss_param { normalization: NONE }", [(5, 3), (5,)], "summed"),
    loss("loss_param { normalize: false }", [(2, 3, 2), (2, 2)], "not normalized"),
    loss(
        "loss_param { ignore_label: 7 }",
        [(3, 3), (3,)],
        "all ignored",
        [lopsided(), choices(7)],
    ),
    loss("loss_weight: 2 loss_weight: 0", [(5, 3), (5,)], "and softmax", tops=2),
    loss("", [(5, 3), (5,)], "large", [lopsided(-9, 60), choices(0, 1, 2)]),
]
