from brew.testing import Case

CASES = [
    Case("Flatten", "", [(2, 3, 2, 2)], shares=True),
    Case("Flatten", "flatten_param { axis: 0 }", [(2, 3, 2)], "axis 0", shares=True),
    Case(
        "Flatten",
        "flatten_param { axis: 1 end_axis: -2 }",
        [(2, 3, 2, 2)],
        "middle",
        shares=True,
    ),
    Case("Flatten", "flatten_param { axis: -1 }", [(2, 3)], "alike", shares=True),
    Case(
        "Reshape",
        "reshape_param { shape { dim: 0 dim: -1 dim: 2 } }",
        [(2, 3, 4)],
        shares=True,
        refuses=[[(2, 3)], [(2,)]],
    ),
    Case(
        "Reshape",
        "reshape_param { axis: 1 num_axes: 1 shape { dim: 2 dim: -1 } }",
        [(2, 4, 3)],
        "in the middle",
        shares=True,
        refuses=[[(2, 3, 3)]],
    ),
    Case(
        "Reshape",
        "reshape_param { axis: -1 shape { dim: 1 } }",
        [(2, 3)],
        "one more",
        shares=True,
    ),
    Case("Reshape", "", [()], "nothing", shares=True, resized=None),
    Case(
        "Crop",
        "",
        [(2, 3, 5, 4), (1, 7, 3, 2)],
        refuses=[[(2, 3, 2, 2), (2, 3, 3, 2)], [(2, 3, 5, 4), (2, 3)]],
    ),
    Case(
        "Crop",
        "crop_param { axis: 1 offset: 1 offset: 0 offset: 2 }",
        [(2, 3, 5, 4), (1, 2, 3, 2)],
        "at offsets",
        resized=[(1, 4, 3, 3), (2, 1, 2, 1)],
        refuses=[[(2, 3, 5, 4), (1, 3, 3, 2)], [(2, 3, 5), (2, 3, 5)]],
    ),
    Case(
        "Crop",
        "crop_param { axis: -2 offset: 1 }",
        [(2, 3, 5, 4), (1, 2, 3, 2)],
        "at one offset",
    ),
]
