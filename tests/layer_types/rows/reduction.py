from brew.testing import Case, lopsided


def reduction(proto, bottoms, id, **options):
    return Case("Reduction", f"reduction_param {{ {proto} }}", bottoms, id, **options)


CASES = [
    reduction("", [(2, 3, 4)], "sum"),
    reduction("axis: 1 coeff: -2.5", [(2, 3, 4)], "sum of items"),
    reduction("operation: ASUM", [(2, 3)], "absolute", samples=lopsided(avoid=[0])),
    reduction("operation: SUMSQ axis: -1 coeff: 0.5", [(2, 3, 4)], "squares"),
    reduction("operation: MEAN axis: 1 coeff: 3", [(2, 3, 4)], "mean"),
    reduction("axis: 2", [(2, 3, 4)], "last axis", refuses=[[(2, 3)]]),
    reduction("", [()], "of one number", resized=None),
]
