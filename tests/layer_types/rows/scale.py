from brew.testing import Case

UNIFORM = "filler { type: 'uniform' }"


def scale(proto, bottoms, id, **options):
    text = f"scale_param {{ {proto} }}"
    return Case("Scale", text, bottoms, id, in_place=True, **options)


def bias(proto, bottoms, id, **options):
    text = f"bias_param {{ {proto} }}"
    return Case("Bias", text, bottoms, id, in_place=True, **options)


SAME = {"resized": None}

CASES = [
    scale("", [(2, 3, 4)], "channels", refuses=[[(2,)]]),
    scale(f"{UNIFORM} bias_term: true", [(2, 3, 2, 2)], "and shift"),
    scale("axis: 0 num_axes: 2 bias_term: true", [(2, 3, 4)], "two axes", **SAME),
    scale("num_axes: -1", [(2, 3, 4)], "all that follow"),
    scale("num_axes: 0 bias_term: true", [(2, 3)], "by a scalar"),
    scale("axis: -1", [(2, 3, 4)], "last axis"),
    scale(
        "",
        [(2, 3, 4), (3,)],
        "by a bottom",
        resized=[(4, 2, 1), (2,)],
        refuses=[[(2, 3, 4), (4,)], [(2, 3), (3, 1)]],
    ),
    scale("axis: 0 bias_term: true", [(2, 3), (2, 3)], "by a blob", **SAME),
    scale("", [(2, 3), ()], "by a scalar bottom", resized=[(4, 5), ()]),
    bias("", [(2, 3, 4)], "channels", refuses=[[(2,)]]),
    bias(f"axis: 0 num_axes: -1 {UNIFORM}", [(2, 3)], "everything", **SAME),
    bias("num_axes: 0", [(2, 3)], "a scalar"),
    bias(
        "axis: -2",
        [(2, 3, 4), (3, 4)],
        "from a bottom",
        resized=[(1, 2, 2), (2, 2)],
        refuses=[[(2, 3, 4), (4,)]],
    ),
    bias("", [(2, 3), ()], "from a scalar bottom", resized=[(4, 5), ()]),
]
