from brew.testing import Case


def permute(order, bottoms, id, **options):
    text = " ".join(f"order: {axis}" for axis in order)
    return Case("Permute", f"permute_param {{ {text} }}", bottoms, id, **options)


CASES = [
    permute([0, 2, 1, 3], [(2, 3, 4, 2)], "heads", refuses=[[(2, 3)]]),
    permute([0, 2, 3, 1], [(2, 3, 4, 2)], "channels last"),
    permute([2, 0, 1], [(2, 3, 4)], "round", resized=[(3, 1, 2)]),
    permute([1, 0], [(3, 4)], "transposed"),
    permute([-1], [(2, 3, 4)], "last first", refuses=[[()]]),
    permute([], [(2, 3)], "as before"),
]
