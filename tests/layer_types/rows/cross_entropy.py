from brew.testing import Case, choices, lopsided

TARGETS = [lopsided(), lopsided(0.05, 0.95)]


def loss(proto, bottoms, id, samples=TARGETS, **options):
    options = {"gradient_to": (0,)} | options
    name = "SigmoidCrossEntropyLoss"
    return Case(name, proto, bottoms, id, samples=samples, **options)


CLASSES = choices(0, 1, 2)


def infogain(proto, bottoms, id, **options):
    options = {"gradient_to": (0,)} | options
    if len(bottoms) == 3:
        *rest, matrix = bottoms
        options["resized"] = [*((n + 1, *shape) for n, *shape in rest), matrix]
    samples = [lopsided(), CLASSES, lopsided()][: len(bottoms)]
    return Case("InfogainLoss", proto, bottoms, id, samples=samples, **options)


CASES = [
    loss("", [(3, 4), (3, 4)], "plain", refuses=[[(3, 4), (4, 3)], [(3, 4), (3, 5)]]),
    loss("loss_weight: 3", [(2, 3, 2), (2, 6)], "weighted"),
    loss("", [(3, 4), (3, 4)], "far out", [lopsided(-60, 90), choices(0, 1)]),
    loss(
        "loss_param { ignore_label: -1 }",
        [(3, 4), (3, 4)],
        "some ignored",
        [lopsided(), choices(0, 1, -1)],
    ),
    loss(
        "loss_param { ignore_label: -1 normalization: VALID }",
        [(3, 4), (3, 4)],
        "over those that count",
        [lopsided(), choices(0, 1, -1)],
    ),
    loss(
        "loss_param { ignore_label: 0 normalization: FULL }",
        [(3, 4), (3, 4)],
        "ignoring fractions",
        [lopsided(), choices(0, 0.5, 1)],
    ),
    loss("loss_param { normalization: NONE }", [(3, 4), (3, 4)], "summed"),
    loss("loss_param { normalize: true }", [(3, 4), (3, 4)], "normalized"),
    Case(
        "MultinomialLogisticLoss",
        "",
        [(4, 3), (4,)],
        samples=[lopsided(0.1, 0.9), CLASSES],
        gradient_to=(0,),
        refuses=[[(4, 3), (3,)], [(4, 3), (4, 2)]],
    ),
    Case(
        "MultinomialLogisticLoss",
        "loss_weight: 3",
        [(2, 3, 1, 1), (2, 1, 1, 1)],
        "weighted",
        samples=[lopsided(0.1, 0.9), CLASSES],
        gradient_to=(0,),
    ),
    infogain(
        "",
        [(5, 3), (5,), (3, 3)],
        "one place",
        refuses=[[(5, 3), (4,), (3, 3)], [(5, 3), (5,), (2, 2)]],
    ),
    infogain(
        "infogain_loss_param { axis: -1 } loss_param { ignore_label: 1 }",
        [(2, 2, 3), (2, 2), (1, 1, 3, 3)],
        "some ignored",
    ),
    infogain(
        "loss_weight: 2 loss_weight: 0 loss_param { normalization: FULL }",
        [(2, 3, 2), (2, 2), (3, 3)],
        "and softmax",
        tops=2,
        gradient_from=(0,),
    ),
]
