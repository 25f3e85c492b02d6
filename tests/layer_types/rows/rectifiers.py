from brew.testing import Case, lopsided

off_zero = lopsided(avoid=[0])

CASES = [
    Case("ReLU", "", [(2, 3, 4)], samples=off_zero, in_place=True),
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
]
