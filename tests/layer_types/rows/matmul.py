from brew.testing import Case


def matmul(proto, bottoms, id, **options):
    return Case("MatMul", f"matmul_param {{ {proto} }}", bottoms, id, **options)


A, B = "transpose_a: true", "transpose_b: true"

CASES = [
    matmul(
        "",
        [(2, 3, 4), (2, 4, 5)],
        "items",
        refuses=[
            [(2, 3, 4), (2, 3, 4)],
            [(2, 3, 4), (1, 4, 5)],
            [(2, 3, 4), (4, 5)],
            [(3,), (3,)],
            [(), (2, 2)],
        ],
    ),
    matmul(
        f"{B} scale: -0.5",
        [(2, 2, 3, 4), (2, 2, 5, 4)],
        "scores",
        resized=[(1, 3, 2, 5), (1, 3, 6, 5)],
        refuses=[[(2, 3, 4), (2, 4, 3)]],
    ),
    matmul(f"{A} scale: 2", [(3, 4, 2), (3, 4, 3)], "of columns"),
    matmul(f"{A} {B}", [(2, 4, 3), (2, 5, 4)], "both transposed"),
    matmul("", [(3, 4), (4, 2)], "single", resized=[(2, 5), (5, 3)]),
    matmul(B, [(1, 1), (1, 1)], "smallest", resized=None),
]
