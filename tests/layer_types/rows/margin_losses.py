from brew.testing import Case, choices, lopsided

CLASSES = choices(0, 1, 2)
SCORES = lopsided(-2.0, 3.0, avoid=[-1, 1])
PAIRS = [lopsided(-0.3, 0.5), lopsided(-0.4, 0.3), choices(0, 1)]
PAIR_SHAPES = [(6, 3), (6, 3), (6,)]
CAFFES_DIVISOR = "as in Caffe, the gradient divides by d + 0.0001 instead of d"


def hinge(proto, bottoms, id, **options):
    options |= {"samples": [SCORES, CLASSES], "gradient_to": (0,)}
    return Case("HingeLoss", proto, bottoms, id, **options)


def contrastive(proto, id, **options):
    options = {"samples": PAIRS, "gradient_to": (0, 1)} | options
    name = "ContrastiveLoss"
    return Case(name, proto, PAIR_SHAPES, id, **options)


CASES = [
    hinge("", [(5, 3), (5,)], "L1", refuses=[[(5, 3), (4,)], [(5, 3), (5, 2)]]),
    hinge("hinge_loss_param { norm: L2 }", [(5, 3), (5,)], "L2"),
    hinge("loss_weight: 2", [(4, 3, 1, 1), (4, 1, 1, 1)], "weighted"),
    contrastive(
        "",
        "plain",
        xfail={"gradient": CAFFES_DIVISOR},
        refuses=[[(6, 3), (6, 2), (6,)], [(6, 3), (6, 3), (5,)]],
    ),
    contrastive(
        "contrastive_loss_param { margin: 0.1 }",
        "apart",
        samples=[lopsided(1, 3), lopsided(-3, -1), choices(0, 1)],
    ),
    contrastive("contrastive_loss_param { legacy_version: true }", "legacy"),
    contrastive(
        "loss_weight: 2 contrastive_loss_param { margin: 0.2 legacy_version: true }",
        "legacy, weighted",
    ),
]
