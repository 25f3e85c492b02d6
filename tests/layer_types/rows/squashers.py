from brew.testing import Case, lopsided

CASES = [
    Case("Sigmoid", "", [(2, 3, 4)], in_place=True),
    Case("Sigmoid", "", [(3, 5)], "far out", samples=lopsided(-60, 90), in_place=True),
    Case("TanH", "", [(2, 3, 4)], in_place=True),
    Case("TanH", "", [(3, 5)], "far out", samples=lopsided(-60, 90), in_place=True),
]
