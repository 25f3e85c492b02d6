from brew.testing import Case, lopsided

TANH = "gelu_param { approximation: TANH }"

CASES = [
    Case("Sigmoid", "", [(2, 3, 4)], in_place=True),
    Case("Sigmoid", "", [(3, 5)], "far out", samples=lopsided(-60, 90), in_place=True),
    Case("TanH", "", [(2, 3, 4)], in_place=True),
    Case("TanH", "", [(3, 5)], "far out", samples=lopsided(-60, 90), in_place=True),
    Case("Swish", "", [(2, 3, 4)], in_place=True),
    Case("Swish", "swish_param { beta: -1.5 }", [(2, 3, 4)], "falling", in_place=True),
    Case("Swish", "", [(3, 5)], "far out", samples=lopsided(-60, 90), in_place=True),
    Case("GELU", "", [(2, 3, 4)]),
    Case("GELU", "", [(4, 20)], "wide", samples=lopsided(-7, 6)),
    Case("GELU", "", [(3, 5)], "far out", samples=lopsided(-60, 90)),
    Case("GELU", TANH, [(2, 3, 4)], "by tanh", samples=lopsided(-3, 4)),
    Case("GELU", TANH, [(3, 5)], "far out by tanh", samples=lopsided(-60, 90)),
    Case("BNLL", "", [(2, 3, 4)]),
    Case("BNLL", "", [(3, 5)], "far out", samples=lopsided(-60, 90)),
]
