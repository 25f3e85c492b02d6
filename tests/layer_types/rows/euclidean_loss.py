from brew.testing import Case

CASES = [
    Case(
        "EuclideanLoss",
        "",
        [(3, 4), (3, 4)],
        refuses=[[(3, 4), (4, 3)], [(3, 4), (3, 5)]],
    ),
    Case("EuclideanLoss", "loss_weight: 0.5", [(2, 3, 2), (2, 3, 2)], "weighted"),
    Case("EuclideanLoss", "", [(2, 6), (2, 3, 2)], "other shape"),
]
