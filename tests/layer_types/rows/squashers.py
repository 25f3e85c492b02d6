from brew.testing import Case, lopsided

CASES = [
    Case("Sigmoid", "", [(2, 3, 4)], in_place=True),
    Case("Sigmoid", "", [(3, 5)], "far out", samples=lopsided(-60, 90), in_place=True),
    Case("TanH", "", [(2, 3, 4)], in_place=True),
    Case("TanH", "", [(3, 5)], "far out", samples=lopsided(-60, 90), in_place=True),
    Case("Swish", "", [(2, 3, 4)], in_place=True),
    Case("Swish", "swish_param { beta: -1.5 }", [(2, 3, 4)], "falling", in_place=True),
    Case("Swish", "", [(3, 5)], "far out", samples=lopsided(-60, 90), in_place=True),
    Case("BNLL", "", [(2, 3, 4)]),
    Case("BNLL", "", [(3, 5)], "far out", samples=lopsided(-60, 90)),
]
