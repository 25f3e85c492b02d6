from brew.testing import Case, choices, lopsided

BAD = [[(2, 3), (2, 4)], [(2, 3), (2, 3, 1)]]


def eltwise(proto, bottoms, id, **options):
    return Case("Eltwise", f"eltwise_param {{ {proto} }}", bottoms, id, **options)


CASES = [
    eltwise("", [(2, 3, 2)] * 2, "sum", refuses=BAD),
    eltwise("coeff: 2 coeff: -0.5 coeff: 1", [(2, 3)] * 3, "weighted sum"),
    eltwise("operation: PROD", [(2, 3)] * 2, "product", refuses=BAD),
    eltwise("operation: PROD", [(2, 3)] * 4, "product of 4"),
    eltwise(
        "operation: PROD stable_prod_grad: false",
        [(2, 3)] * 3,
        "product by division",
        samples=lopsided(avoid=[0]),
    ),
    eltwise("operation: MAX", [(2, 3)] * 2, "maximum", refuses=BAD),
    eltwise("operation: MAX", [(4, 5)] * 4, "maximum of 4"),
    eltwise(
        "operation: MAX",
        [(4, 5)] * 4,
        "maximum of equals",
        samples=choices(0, 1, 2),
        xfail={"gradient": "one of equals gets all of it, as in Caffe"},
    ),
    eltwise(
        "operation: PROD", [(2, 3)] * 3, "product with zeros", samples=choices(-1, 0, 2)
    ),
    Case("Concat", "", [(2, 3, 2), (2, 1, 2), (2, 2, 2)], refuses=[[(2, 3), (3, 3)]]),
    Case("Concat", "concat_param { axis: 0 }", [(2, 3), (1, 3)], "axis 0"),
    Case("Concat", "concat_param { axis: -1 }", [(2, 3, 1), (2, 3, 2)], "last axis"),
    Case("Concat", "concat_param { concat_dim: 2 }", [(1, 2, 1)] * 2, "old name"),
    Case("Concat", "", [(2, 3)], "of one", shares=True),
    Case("Split", "", [(2, 3, 2)], "in 3", tops=3, shares=True),
    Case("Split", "", [(2, 3)], "in 1", tops=1, shares=True),
    Case("Slice", "", [(2, 6, 2)], tops=3, refuses=[[(2, 5)], [(2,)]]),
    Case(
        "Slice",
        "slice_param { axis: -1 slice_point: 1 slice_point: 4 }",
        [(2, 3, 6)],
        "at points",
        tops=3,
        refuses=[[(2, 3, 3)]],
    ),
    Case("Slice", "slice_param { slice_dim: 2 }", [(2, 3, 4)], "old name", tops=2),
    Case("Slice", "", [(2, 3)], "in 1", tops=1, shares=True),
    Case("Tile", "tile_param { tiles: 3 }", [(2, 3, 2)], refuses=[[(2,)]]),
    Case("Tile", "tile_param { axis: 0 tiles: 2 }", [(2, 3)], "axis 0"),
    Case("Tile", "tile_param { axis: -1 tiles: 2 }", [(2, 3, 2)], "last axis"),
]
