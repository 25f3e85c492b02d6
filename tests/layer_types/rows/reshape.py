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
]
