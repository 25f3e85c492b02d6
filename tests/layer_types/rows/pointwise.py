from brew.testing import Case, lopsided

SHAPE = [(2, 3, 4)]
positive = lopsided(0.3, 2.0)

CASES = [
    Case("Power", "", SHAPE, "identity", in_place=True),
    Case("Power", "power_param { scale: -2 shift: 1 }", SHAPE, "line", in_place=True),
    Case("Power", "power_param { power: 2 scale: 0.5 shift: 3 }", SHAPE, "square"),
    Case("Power", "power_param { power: 3 }", SHAPE, "cube"),
    Case("Power", "power_param { power: 0.5 }", SHAPE, "root", samples=positive),
    Case("Power", "power_param { power: -1.5 }", SHAPE, "inverse", samples=positive),
    Case("Power", "power_param { power: 0 }", SHAPE, "to the zeroth"),
    Case(
        "Power",
        "power_param { scale: 0 shift: 3 }",
        SHAPE,
        "scale 0",
        in_place=True,
    ),
    Case("Power", "power_param { power: 2 scale: 0 shift: 3 }", SHAPE, "constant"),
    Case("AbsVal", "", SHAPE, samples=lopsided(avoid=[0])),
    Case("Exp", "", SHAPE, in_place=True),
    Case(
        "Exp",
        "exp_param { base: 2.5 scale: 0.5 shift: -0.3 }",
        SHAPE,
        "of another base",
        in_place=True,
    ),
    Case("Log", "", SHAPE, samples=positive),
    Case(
        "Log",
        "log_param { base: 0.5 scale: 2 shift: 3 }",
        SHAPE,
        "of another base",
    ),
]
