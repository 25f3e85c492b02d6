from brew.testing import Case


def smooth_l1(proto, bottoms, id, **options):
    return Case("SmoothL1Loss", proto, bottoms, id, **options)


CASES = [
    smooth_l1(
        "",
        [(3, 4), (3, 4)],
        "plain",
        refuses=[[(3, 4), (4, 3)], [(3, 4), (3, 5)]],
    ),
    smooth_l1("smooth_l1_loss_param { sigma: 3 }", [(3, 4)] * 2, "steep"),
    smooth_l1(
        "loss_weight: 0.5 smooth_l1_loss_param { sigma: 0.7 }",
        [(2, 3, 2), (2, 6), (2, 3, 2)],
        "inside weights",
        refuses=[[(2, 3, 2), (2, 6), (2, 3)]],
    ),
    smooth_l1(
        "loss_weight: 2",
        [(2, 4, 1, 1), (2, 4), (2, 2, 2), (2, 4)],
        "both weights",
        refuses=[[(2, 4), (2, 4), (2, 4), (1, 4)]],
    ),
]
