from brew.testing import Case, choices, lopsided

off_zero = lopsided(avoid=[0])

CASES = [
    Case("ReLU", "", [(2, 3, 4)], samples=off_zero, in_place=True),
    Case(
        "ReLU",
        "",
        [(2, 3)],
        "at zero",
        samples=choices(-1, 0, 1),
        in_place=True,
        xfail={"gradient": "at the kink it is that of the negative side, as in Caffe"},
    ),
    Case(
        "ReLU",
        "relu_param { negative_slope: 0.1 }",
        [(2, 3, 4, 2)],
        "leaky",
        samples=off_zero,
        in_place=True,
    ),
    Case(
        "ReLU",
        "relu_param { negative_slope: -0.5 }",
        [(2, 3)],
        "folded",
        samples=off_zero,
    ),
    Case("PReLU", "", [(2, 3, 4)], samples=off_zero, in_place=True),
    Case(
        "PReLU",
        "prelu_param { channel_shared: true filler { value: -0.2 } }",
        [(2, 3, 2, 2)],
        "one slope",
        samples=off_zero,
        in_place=True,
    ),
    Case(
        "PReLU",
        "",
        [(2, 3)],
        "no places",
        samples=off_zero,
        in_place=True,
        refuses=[[(2,)]],
    ),
    Case("ELU", "", [(2, 3, 4)], samples=off_zero, in_place=True),
    Case(
        "ELU",
        "elu_param { alpha: 0.3 }",
        [(2, 3, 4)],
        "shallow",
        samples=lopsided(-60, 90, [0]),
        in_place=True,
    ),
    Case("ELU", "elu_param { alpha: -2 }", [(2, 3)], "upwards", samples=off_zero),
    Case(
        "Clip",
        "clip_param { min: -0.5 max: 1.2 }",
        [(2, 3, 4)],
        samples=lopsided(avoid=[-0.5, 1.2]),
    ),
    Case(
        "Threshold",
        "threshold_param { threshold: 0.7 }",
        [(2, 3, 4)],
        gradient_to=(),
        backward=False,
    ),
]
