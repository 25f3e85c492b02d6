from brew.testing import Case


def python(layer, bottoms, id, param_str="", **options):
    text = (
        'python_param { module: "tests.layer_types.python_layers" '
        f'layer: "{layer}" param_str: "{param_str}" }}'
    )
    return Case("Python", text, bottoms, id, **options)


CASES = [
    python("Scaled", [(2, 3)], "one top", "3", in_place=True),
    python("SquaresAndSums", [(2, 3)], "two tops", tops=2),
    python(
        "Weighted",
        [(2, 3)],
        "with a parameter",
        "3",
        xfail={"dtype_is_kept": "add_blob makes float32, as in pycaffe"},
    ),
    python("Distance", [(4, 3), (4, 3)], "the loss of the talk"),
]
