from brew.testing import Case

CASES = [
    Case(
        "LRN",
        "lrn_param { alpha: 0.5 }",
        [(2, 7, 3, 2)],
        "across",
        refuses=[[(2, 7)]],
    ),
    Case(
        "LRN",
        "lrn_param { local_size: 3 alpha: 2 beta: 0.5 k: 2 }",
        [(1, 4, 2, 3)],
        "across 3",
    ),
    Case("LRN", "lrn_param { local_size: 1 }", [(2, 3, 2, 2)], "alone"),
    Case("LRN", "lrn_param { local_size: 9 }", [(2, 3, 2, 2)], "wider than all"),
    Case(
        "LRN",
        "lrn_param { norm_region: WITHIN_CHANNEL local_size: 3 alpha: 2 }",
        [(2, 2, 4, 3)],
        "within",
        resized=[(1, 2, 5, 6)],
    ),
    Case(
        "LRN",
        "lrn_param { norm_region: WITHIN_CHANNEL local_size: 5 beta: 0.5 k: 7 }",
        [(1, 2, 6, 5)],
        "within 5",
    ),
]
